//! `package-files`: an installation of a wheel puts the project's packages and programs in place.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::projects::{installed, projects};
use crate::names::normalize;
use crate::wheel::quoted;
use crate::wheel::release::{SdistFacts, WheelFacts};

pub(super) const CHECK: Check = Check {
    name: "package-files",
    about: "an installation puts packages with their `__init__` and programs that can be started in place",
    documentation: include_str!("package_files.md"),
    owns: &[],
    run,
};

const BUILD: &str = "correct which packages the build backend takes, and build again";

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    for wheel in input.unpacked()? {
        nothing(wheel, &mut findings);
        schemes(wheel, &mut findings);
        programs(wheel, &mut findings);
    }
    for ((name, _), project) in projects(input.release) {
        let source = project.sdists.iter().flat_map(|sdist| sources(sdist)).collect();
        let wheels = project.wheels.into_iter().map(|wheel| (wheel, Packages::of(wheel))).collect();
        Compared { wheels, source }.judge(&name, &mut findings);
    }
    Ok(findings.done())
}

/// The wheels of a project with their packages.
struct Compared<'a> {
    wheels: Vec<(&'a WheelFacts, Packages<'a>)>,
    /// The packages in its sdists.
    source: BTreeSet<&'a str>,
}

/// The folders of a wheel that hold modules, and those of them that are packages.
struct Packages<'a> {
    folders: BTreeSet<&'a str>,
    /// The size of the `__init__` of each.
    packages: BTreeMap<&'a str, u64>,
    /// The first part of each path that is installed, up to a dot.
    tops: BTreeSet<&'a str>,
    /// True if an older way of namespaces is in use, for which no `__init__` is installed.
    has_namespaces: bool,
}

impl<'a> Packages<'a> {
    fn of(wheel: &'a WheelFacts) -> Self {
        let mut found = Self {
            folders: BTreeSet::new(),
            packages: BTreeMap::new(),
            tops: BTreeSet::new(),
            has_namespaces: false,
        };
        let members = wheel.members.iter().map(|member| (member.name.as_str(), member.size));
        let opaque = wheel.opaque.iter().map(|name| (name.as_str(), 0));
        for (member, size) in members.chain(opaque) {
            let Some(path) = wheel.installed(member) else { continue };
            found.tops.extend(path.split(['/', '.']).next());
            found.has_namespaces |= path.ends_with("-nspkg.pth");
            let Some((folder, file)) = path.rsplit_once('/') else { continue };
            let Some((stem, ending)) = file.split_once('.') else { continue };
            let is_module = ["py", "so", "pyd"].contains(&ending.rsplit('.').next().unwrap_or(""));
            if !is_module || !folder.split('/').all(is_identifier) {
                continue;
            }
            found.folders.insert(folder);
            if stem == "__init__" {
                found.packages.insert(folder, size);
            }
        }
        found
    }
}

impl Compared<'_> {
    fn judge(&self, name: &str, findings: &mut Findings) {
        // The largest `__init__` of each package in any wheel.
        let mut known: BTreeMap<&str, u64> = BTreeMap::new();
        for (package, size) in self.wheels.iter().flat_map(|(_, own)| &own.packages) {
            let largest = known.entry(package).or_default();
            *largest = (*largest).max(*size);
        }
        let all = known.keys().chain(&self.source);
        let named: BTreeSet<&str> = all
            .copied()
            .filter(|package| !package.contains('/') && normalize(package) == name)
            .collect();
        for (wheel, own) in &self.wheels {
            for package in named.iter().filter(|package| !own.tops.contains(*package)) {
                findings.push(CHECK.finding(
                    &wheel.file,
                    format!(
                        "it lacks the package `{}`, which other files of the release have",
                        quoted(package)
                    ),
                    "the package of the project",
                    BUILD,
                ));
            }
            if own.has_namespaces {
                continue;
            }
            for folder in own.folders.iter().filter(|folder| !own.packages.contains_key(*folder)) {
                let size = known.get(folder).copied();
                if size.is_none() && !self.source.contains(folder) {
                    continue;
                }
                let finding = CHECK.inside(
                    &wheel.file,
                    folder,
                    "its modules lie beside no `__init__`, which other files of the release have"
                        .into(),
                    "the `__init__` of the package",
                    BUILD,
                );
                // An empty one is missed by few.
                let is_needed = size.is_some_and(|size| size > 0);
                findings.push(if is_needed { finding } else { finding.warning() });
            }
        }
    }
}

/// The packages of an sdist, where the usual layouts have them.
fn sources(sdist: &SdistFacts) -> impl Iterator<Item = &str> {
    let packages = sdist.paths.iter().filter_map(|path| path.strip_suffix("/__init__.py"));
    packages.map(installed).filter(|package| package.split('/').all(is_identifier))
}

fn is_identifier(part: &str) -> bool {
    let mut letters = part.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// Finds a wheel of metadata alone that requires nothing either.
fn nothing(wheel: &WheelFacts, findings: &mut Findings) {
    let is_about = |name: &str| name.split('/').next().unwrap_or_default().ends_with(".dist-info");
    let known = wheel.unread.is_empty() && wheel.opaque.is_empty() && wheel.metadata.is_some();
    if known
        && wheel.requirements().is_empty()
        && wheel.members.iter().all(|member| is_about(&member.name))
    {
        findings.push(CHECK.finding(
            &wheel.file,
            "it installs nothing, and requires nothing".to_owned(),
            "code, data, or requirements",
            BUILD,
        ));
    }
}

/// The folders that pip knows in `.data`
/// ([binary distribution format](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory)).
const SCHEMES: &[&str] = &["purelib", "platlib", "headers", "scripts", "data"];

fn schemes(wheel: &WheelFacts, findings: &mut Findings) {
    for member in &wheel.members {
        let mut parts = member.name.splitn(3, '/');
        let folder = parts.next().filter(|folder| folder.ends_with(".data"));
        let (Some(_), Some(scheme), file) = (folder, parts.next(), parts.next()) else { continue };
        if file.is_none() || !SCHEMES.contains(&scheme) {
            findings.push(CHECK.inside(
                &wheel.file,
                &member.name,
                "pip does not know where to install it, and refuses the wheel".to_owned(),
                &format!("a file in a folder of `.data`: {}", SCHEMES.join(", ")),
                "move it in the settings of the build backend",
            ));
        }
    }
}

/// Finds programs that pip installs without the leave to start them.
fn programs(wheel: &WheelFacts, findings: &mut Findings) {
    if wheel.name.platforms.iter().all(|platform| platform.starts_with("win")) {
        return;
    }
    let folder = wheel.data("scripts");
    let binaries: BTreeSet<&str> =
        wheel.binaries.iter().map(|binary| binary.member.as_str()).collect();
    for member in wheel.members.iter().filter(|member| !member.executable) {
        let Some(program) = member.name.strip_prefix(&folder) else { continue };
        let ending = program.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        if ["exe", "bat", "cmd", "ps1", "dll"].contains(&ending.as_str()) {
            continue;
        }
        let finding = CHECK.inside(
            &wheel.file,
            &member.name,
            "it is a program without the mode of one, and pip installs it so".to_owned(),
            "the mode 0o100755 in the archive",
            "build the wheel on Linux or macOS, or let the builder set the mode",
        );
        let is_binary = binaries.contains(member.name.as_str());
        findings.push(if is_binary { finding } else { finding.warning() });
    }
}
