//! The table `[tool.wheel-pipeline]` of `pyproject.toml`: the promises of a release.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;

use crate::process::environment;
use crate::project::tag::TagSpelling;

/// The table `[tool.wheel-pipeline]`: the promises of the release.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseTable {
    /// Platform tags to build for.
    pub targets: Vec<Target>,
    /// CPython series on which each target's wheel must install and work.
    pub pythons: Vec<PythonVersion>,
    /// The smoke test: a script that exits with 0 if the installed package works.
    pub smoke: PathBuf,
    /// The downstream package, with `unittest` tests in its `tests` folder.
    pub downstream: Option<PathBuf>,
    /// Promised environments that a release may leave untested for a while.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// The spelling of the project's version tags.
    #[serde(default)]
    pub tag: TagSpelling,
    /// True if a version tag needs a signature that git verifies.
    #[serde(default, rename = "signed-tags")]
    pub signed_tags: bool,
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

fn variables<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let patterns = Vec::<String>::deserialize(input)?;
    for pattern in &patterns {
        environment::check_pattern(pattern)
            .map_err(|why| serde::de::Error::custom(format!("`pass-env`: `{pattern}` {why}")))?;
    }
    Ok(patterns)
}

fn day<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Date, D::Error> {
    let wrong =
        || serde::de::Error::custom("`expires` is not a date such as `2027-01-31`, without quotes");
    let written = toml::value::Datetime::deserialize(input).map_err(|_| wrong())?;
    written.to_string().parse().map_err(|_| wrong())
}

/// Refuses waivers for environments that are not promised, without a reason, or listed twice.
pub(super) fn check_waivers(table: &PromiseTable) -> Result<(), String> {
    for (index, waiver) in table.waivers.iter().enumerate() {
        let name = format!("{} on Python {}", waiver.platform, waiver.python);
        let same =
            |other: &Waiver| (other.platform, other.python) == (waiver.platform, waiver.python);
        if !table.targets.contains(&waiver.platform) || !table.pythons.contains(&waiver.python) {
            return Err(format!(
                "{name} is not promised, so there is nothing to waive: drop the row"
            ));
        }
        if waiver.reason.trim().is_empty() {
            return Err(format!("{name} is waived without a reason"));
        }
        if table.waivers[..index].iter().any(same) {
            return Err(format!("{name} is waived twice: drop one row"));
        }
    }
    Ok(())
}
