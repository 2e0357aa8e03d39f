//! The wheels of a run of cibuildwheel, by its variables and its table
//! ([options](https://cibuildwheel.pypa.io/en/stable/options/)).

use std::collections::BTreeSet;

use toml::{Table, Value};
use wheel_audit::family::PythonVersion;

use super::expression::Values;
use super::facts::{Place, Pythons, Today};
use super::interpreter::{Interpreter, found_pypy, leave_out_old, leave_out_other};
use super::platform::{Platform, macos_tag, of_linux};
use super::runner::{Runner, RunnerSystem};
use super::selector::selects;
use crate::project::series;

/// The keys that name the project's test. They have the same meaning in `[tool.wheel-pipeline]`.
pub const TEST_KEYS: [&str; 4] = ["test-command", "test-requires", "test-extras", "test-groups"];

/// The keys of which each word is a member of a list.
const LISTS: [&str; 3] = ["test-requires", "test-extras", "test-groups"];

/// Implementations and series that cibuildwheel knows and a release cannot promise, as identifiers begin.
const OTHERS: [(&str, &str); 5] = [
    ("cp38", ""),
    ("cp39", ""),
    ("pp310", "pypy"),
    ("gp311_242", "graalpy"),
    ("gp312_250", "graalpy"),
];

/// The platforms for which cibuildwheel has a PyPy, as identifiers end.
const WITH_PYPY: [&str; 6] = [
    "manylinux_x86_64",
    "manylinux_aarch64",
    "manylinux_i686",
    "macosx_x86_64",
    "macosx_arm64",
    "win_amd64",
];

/// A run of cibuildwheel.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub values: &'a Values,
    pub runner: Runner,
    pub table: Option<&'a Table>,
    /// The one identifier that the step names.
    pub only: Option<&'a str>,
    /// The workflow, for notes.
    pub file: &'a str,
}

impl Run<'_> {
    /// Adds the wheels of the run, and its test.
    pub fn add(&self, place: &Place, today: &mut Today) {
        let before = today.builds.len();
        for machine in self.machines() {
            for identifier_end in self.platforms(&machine) {
                self.add_platform(&identifier_end, &machine, place, today);
            }
        }
        if today.builds.len() > before {
            self.add_test(today);
        }
    }

    fn add_platform(&self, end: &str, machine: &str, place: &Place, today: &mut Today) {
        let mut pythons = BTreeSet::new();
        let mut tested = BTreeSet::new();
        for python in series::found() {
            let identifier = format!("{}-{end}", python.abi_tag());
            let admitted = place.requires_python.is_none_or(|wanted| python.is_admitted_by(wanted));
            if admitted && self.builds(&identifier) {
                pythons.insert(python);
                if self.tests(&identifier) {
                    tested.insert(Some(python));
                }
            }
        }
        let enabled = self.option("enable").unwrap_or_default();
        let is_on = |group: &str| {
            group.is_empty() || enabled.split_whitespace().any(|one| one == group || one == "all")
        };
        if is_on("pypy") && WITH_PYPY.contains(&end) {
            self.add_pypy(end, machine, place, today);
        }
        for (start, group) in OTHERS {
            let is_pypy = start.starts_with("pp") && !WITH_PYPY.contains(&end);
            if is_pypy || !is_on(group) || !self.builds(&format!("{start}-{end}")) {
                continue;
            }
            match start.strip_prefix("cp3").and_then(|minor| minor.parse().ok()) {
                Some(minor) => leave_out_old(PythonVersion::new(3, minor), place, today, self.file),
                None => {
                    let Interpreter::Other(name) = Interpreter::of(start) else { continue };
                    leave_out_other(&name, today, self.file);
                }
            }
        }
        if pythons.is_empty() {
            return;
        }
        let before = today.builds.len();
        let stable = place.serves_later && pythons.iter().any(|python| python.is_usual());
        let served = if stable { Pythons::Stable } else { Pythons::Named(pythons) };
        today.build(self.platform(end, machine), &served, self.file);
        for build in &mut today.builds[before..] {
            build.tested.extend(tested.iter().copied());
        }
    }

    /// Adds the wheels for PyPy.
    fn add_pypy(&self, end: &str, machine: &str, place: &Place, today: &mut Today) {
        let pypy = found_pypy();
        let identifier = format!("{}-{end}", pypy.tag());
        let admitted = place.requires_python.is_none_or(|wanted| pypy.is_admitted_by(wanted));
        if !admitted || !self.builds(&identifier) {
            return;
        }
        let before = today.builds.len();
        let pythons = Pythons::Named(BTreeSet::from([pypy]));
        today.build(self.platform(end, machine), &pythons, self.file);
        if self.tests(&identifier) {
            for build in &mut today.builds[before..] {
                build.tested.insert(Some(pypy));
            }
        }
    }

    fn platform(&self, end: &str, machine: &str) -> Platform {
        let macos = || {
            self.values
                .variable("MACOSX_DEPLOYMENT_TARGET")
                .or_else(|| self.environment("MACOSX_DEPLOYMENT_TARGET"))
        };
        match self.runner.system {
            RunnerSystem::Linux => {
                let name = end.split('_').next().unwrap_or_default();
                let image = self
                    .option_of(&format!("{name}-{machine}-image"), Some(&format!("cp313-{end}")));
                let usual = match (name, machine) {
                    ("musllinux", _) => "musllinux_1_2",
                    (_, "armv7l") => "manylinux_2_31",
                    (_, "riscv64") => "manylinux_2_39",
                    _ => "manylinux_2_28",
                };
                of_linux(machine, image.as_deref().unwrap_or(usual))
            }
            RunnerSystem::Macos => match macos_tag(machine, macos().as_deref()) {
                Some(target) => Platform::Target(target),
                None => Platform::Unknown(format!("`{end}`")),
            },
            RunnerSystem::Windows => match end.parse() {
                Ok(target) => Platform::Target(target),
                Err(_) => Platform::Unknown(format!("`{end}`")),
            },
        }
    }

    /// The processors that the run builds for, in cibuildwheel's words.
    fn machines(&self) -> Vec<String> {
        let arm = self.runner.arm;
        let (own, all): (&str, &[&str]) = match self.runner.system {
            RunnerSystem::Linux => (
                if arm { "aarch64" } else { "x86_64" },
                &["x86_64", "i686", "aarch64", "ppc64le", "s390x", "armv7l", "riscv64"],
            ),
            RunnerSystem::Macos => {
                (if arm { "arm64" } else { "x86_64" }, &["x86_64", "arm64", "universal2"])
            }
            RunnerSystem::Windows => {
                (if arm { "ARM64" } else { "AMD64" }, &["AMD64", "x86", "ARM64"])
            }
        };
        if let Some(only) = self.only {
            return all
                .iter()
                .filter(|one| {
                    only.to_lowercase().ends_with(&one.to_lowercase())
                        || **one == "x86" && only.ends_with("win32")
                })
                .map(|one| (*one).to_owned())
                .collect();
        }
        let wanted = self.option("archs").unwrap_or_default();
        let mut machines: Vec<String> = Vec::new();
        let narrow = match own {
            "AMD64" => Some("x86"),
            "x86_64" if self.runner.system == RunnerSystem::Linux => Some("i686"),
            "aarch64" => Some("armv7l"),
            _ => None,
        };
        for word in wanted.split([' ', ',']).filter(|word| !word.is_empty()) {
            match word {
                "auto" => machines.extend(
                    std::iter::once(own)
                        .chain(narrow.filter(|_| own == "AMD64"))
                        .map(str::to_owned),
                ),
                "native" | "auto64" => machines.push(own.to_owned()),
                "auto32" => machines.extend(narrow.map(str::to_owned)),
                "all" => machines.extend(all.iter().map(|one| (*one).to_owned())),
                word => machines.extend(
                    all.iter()
                        .filter(|one| one.eq_ignore_ascii_case(word))
                        .map(|one| (*one).to_owned()),
                ),
            }
        }
        if wanted.is_empty() {
            machines.push(own.to_owned());
            machines.extend(narrow.filter(|_| own == "AMD64").map(str::to_owned));
        }
        machines.dedup();
        machines
    }

    /// The ends of the identifiers for a processor.
    fn platforms(&self, machine: &str) -> Vec<String> {
        match (self.runner.system, machine) {
            (RunnerSystem::Linux, _) => {
                ["manylinux", "musllinux"].iter().map(|name| format!("{name}_{machine}")).collect()
            }
            (RunnerSystem::Macos, _) => vec![format!("macosx_{machine}")],
            (RunnerSystem::Windows, "x86") => vec!["win32".to_owned()],
            (RunnerSystem::Windows, _) => vec![format!("win_{}", machine.to_lowercase())],
        }
    }

    fn builds(&self, identifier: &str) -> bool {
        if let Some(only) = self.only {
            return only == identifier;
        }
        let build = self.option("build").filter(|build| !build.is_empty());
        selects(build.as_deref().unwrap_or("*"), identifier)
            && !selects(&self.option("skip").unwrap_or_default(), identifier)
    }

    fn tests(&self, identifier: &str) -> bool {
        let command = self.option_of("test-command", Some(identifier));
        command.is_some_and(|command| !command.is_empty())
            && !selects(&self.option("test-skip").unwrap_or_default(), identifier)
    }

    /// Takes over the keys of the test.
    fn add_test(&self, today: &mut Today) {
        let named = |key: &str| {
            let variable = format!("CIBW_{}", key.replace('-', "_").to_uppercase());
            let text = self.values.variable(&variable).filter(|text| !text.is_empty());
            let from_variable = text.map(|text| match LISTS.contains(&key) {
                true => Value::Array(text.split_whitespace().map(Value::from).collect()),
                false => Value::from(text),
            });
            from_variable.or_else(|| self.table?.get(key).cloned())
        };
        for key in TEST_KEYS {
            let Some(value) = named(key) else { continue };
            today.test.insert(key, value);
        }
        let overridden = |key: &str| {
            let tables =
                ["linux", "macos", "windows"].map(|system| self.table?.get(system)?.as_table());
            tables
                .into_iter()
                .flatten()
                .chain(self.overrides())
                .any(|table| table.contains_key(key))
        };
        for key in TEST_KEYS.iter().filter(|key| overridden(key)) {
            today.notes.insert(format!(
                "`{key}` of some platforms in `[tool.cibuildwheel]` is not taken over"
            ));
        }
    }

    fn option(&self, name: &str) -> Option<String> {
        self.option_of(name, None)
    }

    /// An option: the variable for the system, the common variable, the override for the identifier, the table of the
    /// system, and then the common one.
    fn option_of(&self, name: &str, identifier: Option<&str>) -> Option<String> {
        let variable = format!("CIBW_{}", name.replace('-', "_").to_uppercase());
        let system = match self.runner.system {
            RunnerSystem::Linux => "linux",
            RunnerSystem::Macos => "macos",
            RunnerSystem::Windows => "windows",
        };
        let from_table = || {
            let selected = |table: &&Table| {
                let patterns = table.get("select").and_then(words).unwrap_or_default();
                identifier.is_some_and(|identifier| selects(&patterns, identifier))
            };
            let of_override =
                self.overrides().filter(selected).filter_map(|table| table.get(name)).last();
            let of_system = || self.table?.get(system)?.as_table()?.get(name);
            let common = || self.table?.get(name);
            of_override.or_else(of_system).or_else(common).and_then(words)
        };
        self.values
            .variable(&format!("{variable}_{}", system.to_uppercase()))
            .or_else(|| self.values.variable(&variable))
            .or_else(from_table)
    }

    fn overrides(&self) -> impl Iterator<Item = &Table> {
        let all = self.table.and_then(|table| table.get("overrides")?.as_array());
        all.into_iter().flatten().filter_map(Value::as_table)
    }

    /// A variable of the option `environment`.
    fn environment(&self, variable: &str) -> Option<String> {
        let table = self.table?;
        let of = |table: &Table| {
            Some(table.get("environment")?.as_table()?.get(variable)?.as_str()?.to_owned())
        };
        let system = table.get("macos").and_then(Value::as_table);
        system.and_then(of).or_else(|| of(table))
    }
}

/// A value as words: a text, or a list of texts.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}
