//! The table `[tool.wheel-pipeline]` of `pyproject.toml`: the promises of a release.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;

use crate::process::environment;
use crate::project::accept::Acceptance;
use crate::project::defaults;
use crate::project::faults::{Fault, WrittenTable};
use crate::project::foreign::ForeignPatterns;
use crate::project::pyproject::PyProject;
use crate::project::tag::TagSpelling;
use crate::project::wheel_test::{self, Downstream, WheelTest, group_requirements};

/// The table `[tool.wheel-pipeline]`: the promises of the release.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseTable {
    /// Platform tags to build for.
    #[serde(default = "defaults::targets")]
    pub targets: Vec<Target>,
    /// The Pythons on which each target's wheel must install and work.
    #[serde(default = "defaults::pythons")]
    pub pythons: Vec<PythonVersion>,
    /// The smoke test: a script that exits with 0 if the installed package works.
    pub smoke: Option<PathBuf>,
    /// The commands of the project's test suite.
    #[serde(default, rename = "test-command", deserialize_with = "wheel_test::commands")]
    pub test_command: Vec<String>,
    /// The requirements of the tests beside the project. Those of `test_groups` are among them.
    #[serde(default, rename = "test-requires", deserialize_with = "wheel_test::words")]
    pub test_requires: Vec<String>,
    /// Extras of the project that the tests need.
    #[serde(default, rename = "test-extras", deserialize_with = "wheel_test::extras")]
    pub test_extras: Vec<String>,
    /// Dependency groups of `pyproject.toml` that the tests need.
    #[serde(default, rename = "test-groups", deserialize_with = "wheel_test::words")]
    pub test_groups: Vec<String>,
    /// The package that depends on the release.
    pub downstream: Option<Downstream>,
    /// Promised environments that a release may leave untested for a while.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// Findings, and checks that could not tell, with which a release may live for a while.
    #[serde(default)]
    pub accept: Vec<Acceptance>,
    /// The files of the release that other jobs build.
    #[serde(default)]
    pub foreign: ForeignPatterns,
    /// The spelling of the project's version tags.
    #[serde(default)]
    pub tag: TagSpelling,
    /// True if a version tag needs a signature that git verifies.
    #[serde(default, rename = "signed-tags")]
    pub signed_tags: bool,
    /// Linked crates that may come without a file with their license.
    #[serde(default, rename = "missing-licenses")]
    pub missing_licenses: Vec<String>,
    /// The cross-built wheels that a release may hold.
    #[serde(default, rename = "cross-built")]
    pub cross_built: CrossBuilt,
    /// True if every target is built a second time on another machine.
    #[serde(default)]
    pub rebuild: bool,
    /// True if a second builder builds the wheels too.
    #[serde(default, rename = "second-build")]
    pub second_build: bool,
    /// Variables that builds and tests get beyond the usual ones: a name, or a beginning with `*` behind it.
    #[serde(default, rename = "pass-env", deserialize_with = "variables")]
    pub pass_env: Vec<String>,
}

/// The cross-built wheels that a release may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CrossBuilt {
    /// Those that passed the test on a machine of their platform, on every Python that is promised there.
    #[default]
    Tested,
    Never,
}

/// Permission to release without a smoke test in one promised environment. It names one platform and one
/// Python, so that it covers nothing else. It expires.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    pub platform: Target,
    pub python: PythonVersion,
    pub reason: String,
    /// The last day on which the waiver is valid.
    #[serde(deserialize_with = "day")]
    pub expires: Date,
}

impl Waiver {
    /// Returns true if the waiver is for this promised environment.
    pub fn covers(&self, target: Target, python: PythonVersion) -> bool {
        (self.platform, self.python) == (target, python)
    }
}

fn variables<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let patterns = Vec::<String>::deserialize(input)?;
    for pattern in &patterns {
        environment::check_pattern(pattern)
            .map_err(|why| serde::de::Error::custom(format!("`pass-env`: `{pattern}` {why}")))?;
    }
    Ok(patterns)
}

pub(super) fn day<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Date, D::Error> {
    let wrong =
        || serde::de::Error::custom("`expires` is not a date such as `2027-01-31`, without quotes");
    let written = toml::value::Datetime::deserialize(input).map_err(|_| wrong())?;
    written.to_string().parse().map_err(|_| wrong())
}

/// The table without a key.
impl Default for PromiseTable {
    fn default() -> Self {
        toml::from_str("").expect("each key has a default")
    }
}

impl PromiseTable {
    /// Returns true if a waiver covers a promised environment on that day.
    pub fn is_waived(&self, target: Target, python: PythonVersion, day: Date) -> bool {
        self.waivers.iter().any(|waiver| waiver.covers(target, python) && day <= waiver.expires)
    }

    /// The test of a wheel. A table has at most one.
    pub fn test(&self) -> WheelTest<'_> {
        match &self.smoke {
            Some(script) => WheelTest::Script(script),
            None if self.test_command.is_empty() => WheelTest::Imports,
            None => WheelTest::Suite(&self.test_command),
        }
    }

    /// The extras of the tests as a requirement has them: `[one,two]`. Empty without any.
    pub fn extras(&self) -> String {
        match &self.test_extras[..] {
            [] => String::new(),
            extras => format!("[{}]", extras.join(",")),
        }
    }

    /// Reads the table of a file, with its defaults. `admits` decides about the Pythons of a table that names none.
    ///
    /// # Errors
    ///
    /// All faults of the table.
    pub(super) fn read(
        written: &WrittenTable,
        pyproject: &PyProject,
        admits: impl Fn(PythonVersion) -> bool,
    ) -> Result<Self, Vec<Fault>> {
        let mut table: Self = written.read()?;
        if !written.has("pythons") {
            table.pythons.retain(|python| admits(*python));
        }
        let mut faults = table.faults(written);
        match group_requirements(&pyproject.dependency_groups, &table.test_groups) {
            Ok(requirements) => table.test_requires.extend(requirements),
            Err(why) => faults.push(fault(written, "test-groups", None, why)),
        }
        if let Some(extra) = pyproject.unknown_extra(&table.test_extras) {
            let why = format!("the project has no extra `{extra}`");
            faults.push(fault(written, "test-extras", None, why));
        }
        if faults.is_empty() { Ok(table) } else { Err(faults) }
    }

    /// The faults of values that can be read.
    fn faults(&self, written: &WrittenTable) -> Vec<Fault> {
        let fault = |key, item, message| fault(written, key, item, message);
        let mut faults = Vec::new();
        for (key, empty) in
            [("targets", self.targets.is_empty()), ("pythons", self.pythons.is_empty())]
        {
            if empty {
                let message = format!("`{key}` is empty, so nothing would be promised");
                faults.push(fault(key, None, message));
            }
        }
        if self.smoke.is_some() && !self.test_command.is_empty() {
            let message = "there are two tests, `smoke` and `test-command`: drop one";
            faults.push(fault("test-command", None, message.to_owned()));
        }
        for (index, waiver) in self.waivers.iter().enumerate() {
            faults.extend(
                self.waiver_fault(index, waiver)
                    .map(|message| fault("waivers", Some(index), message)),
            );
        }
        for (index, row) in self.accept.iter().enumerate() {
            let message = row.fault(&self.accept[..index]);
            faults.extend(message.map(|message| fault("accept", Some(index), message)));
        }
        let foreign = self.foreign.faults().into_iter();
        faults.extend(foreign.map(|(index, message)| fault("foreign", Some(index), message)));
        faults
    }

    /// The fault of a waiver: for an environment that is not promised, without a reason, or listed twice.
    fn waiver_fault(&self, index: usize, waiver: &Waiver) -> Option<String> {
        let name = format!("{} on {}", waiver.platform, waiver.python.title());
        let same =
            |other: &Waiver| (other.platform, other.python) == (waiver.platform, waiver.python);
        let mut platforms = self.targets.iter().flat_map(|target| target.platforms());
        let is_promised = platforms.any(|platform| platform == waiver.platform)
            && self.pythons.contains(&waiver.python)
            && waiver.platform.has(waiver.python);
        if !is_promised {
            Some(format!("{name} is not promised, so there is nothing to waive: drop the row"))
        } else if waiver.reason.trim().is_empty() {
            Some(format!("{name} is waived without a reason"))
        } else if self.waivers[..index].iter().any(same) {
            Some(format!("{name} is waived twice: drop one row"))
        } else {
            None
        }
    }
}

/// A fault of a key, or of one of its items.
fn fault(written: &WrittenTable, key: &str, item: Option<usize>, message: String) -> Fault {
    Fault { at: written.place(key, item), message, hints: Vec::new() }
}
