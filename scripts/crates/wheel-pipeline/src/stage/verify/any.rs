//! `verify --version`: verifies any release on any index, of this project or another, without a receipt.
//!
//! Each Python of the machine installs the release with `pip install`, and reports the installed version. The
//! hashes come from the index. The package's tests are not run.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use pep440_rs::Version;
use serde::Serialize;
use wheel_audit::names::normalize;
use wheel_audit::parallel;
use wheel_audit::wheel::Sha256Sum;

use super::listing;
use crate::address;
use crate::evidence::file;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::Temporary;
use crate::index::ListedFile;
use crate::project::Project;
use crate::report::{Mood, Report, table};
use crate::stage::Machine;
use crate::stage::verify::installation::{Installation, Installed};
use crate::tool::pip;
use crate::tool::python::Interpreter;
use crate::tool::python::environment::Environment;

/// The evidence of a verified release: `verify-any.json`.
#[derive(Debug, Serialize)]
pub struct Verified {
    package: String,
    version: String,
    /// The files of the release on the index, with the index's hashes.
    files: BTreeMap<String, Sha256Sum>,
    differences: Vec<String>,
    provenance: Vec<String>,
    installs: Vec<Install>,
}

/// The installation on one Python.
#[derive(Debug, Serialize)]
struct Install {
    release: String,
    result: InstallResult,
    #[serde(skip)]
    mismatch: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
enum InstallResult {
    /// pip installed this file.
    Yes {
        file: String,
    },
    /// The release has no wheel for this Python on this platform.
    NoWheel,
    /// The index has no file of this dependency, so nothing is known about the release.
    NoDependency {
        requirement: String,
    },
    Failed {
        reason: String,
    },
}

/// The values that the installations on all Pythons share.
struct Everywhere<'a> {
    installation: Installation<'a>,
    report: &'a Report,
    version: &'a Version,
}

/// pip waits for `patience / LAG`. The release is already on the index, and a Python without a wheel waits in
/// vain.
const LAG: u32 = 10;

/// Runs `verify --version`.
pub fn run(
    project: &Project,
    machine: &Machine,
    report: &Report,
    simple: &str,
    package: &str,
    version: &Version,
    patience: Duration,
) -> Result<Verdict> {
    address::check("--index-url", simple)?;
    let verified = look(machine, report, simple, package, version, patience)?;
    file::write(&project.work().join("verify-any.json"), &verified)?;
    report.result(&summary(&verified), &verified)?;
    Ok(verdict(&verified))
}

/// Installs a release on each Python, and compares it with the index.
pub fn look(
    machine: &Machine,
    report: &Report,
    simple: &str,
    package: &str,
    version: &Version,
    patience: Duration,
) -> Result<Verified> {
    let package = normalize(package);
    let of_release = |offered: &[ListedFile]| -> Vec<ListedFile> {
        offered.iter().filter(|file| belongs(&file.name, &package, version)).cloned().collect()
    };
    let offered = listing::wait_for(report, simple, &package, patience, |offered| {
        usize::from(of_release(offered).is_empty())
    })?;
    let files = of_release(&offered);
    if files.is_empty() {
        return Err(Failure::refused(format!("the index has no file of {package} {version}"))
            .hint(format!("it has {} files of other versions of {package}", offered.len()))
            .into());
    }
    let sums: BTreeMap<String, Sha256Sum> =
        files.iter().map(|file| (file.name.clone(), file.sum)).collect();
    let (provenance, mut differences) =
        listing::provenance(machine, report, false, files.iter(), simple)?;
    for file in files.iter().filter(|file| file.yanked) {
        report.say(Mood::Doubtful, "yanked", &file.name);
    }
    let installation = Installation {
        tools: machine.tools()?,
        simple,
        project: &package,
        release: &sums,
        patience: patience / LAG,
    };
    let everywhere = Everywhere { installation, report, version };
    let installs: Vec<Install> = parallel::map(&machine.found()?.interpreters, |interpreter| {
        everywhere.install(interpreter)
    })
    .into_iter()
    .collect::<Result<_>>()?;
    differences.extend(installs.iter().flat_map(|install| install.mismatch.clone()));
    for difference in &differences {
        report.say(Mood::Bad, "differs", difference);
    }
    Ok(Verified {
        package,
        version: version.to_string(),
        files: sums,
        differences,
        provenance,
        installs,
    })
}

/// Returns true if a file's name is of the package and the version.
fn belongs(file: &str, package: &str, version: &Version) -> bool {
    let stem = [".whl", ".tar.gz", ".zip"].iter().find_map(|end| file.strip_suffix(end));
    let Some((name, rest)) = stem.and_then(|stem| {
        // Old sdists have hyphens in the project's name.
        let at = if file.ends_with(".whl") { stem.find('-') } else { stem.rfind('-') };
        Some((&stem[..at?], &stem[at? + 1..]))
    }) else {
        return false;
    };
    let own =
        if file.ends_with(".whl") { rest.split('-').next().unwrap_or_default() } else { rest };
    normalize(name) == package && own.parse::<Version>().is_ok_and(|own| own == *version)
}

impl Everywhere<'_> {
    fn install(&self, interpreter: &Interpreter) -> Result<Install> {
        let project = self.installation.project;
        let requirement = format!("{project}=={}", self.version);
        let name = format!("on {}", interpreter.title());
        let action = self.report.start(format!("installing {requirement} {name}"));
        let folder = Temporary::for_programs()?;
        let environment = Environment::create(interpreter, &folder.path().join("environment"))?;
        let install =
            |result, mismatch| Install { release: interpreter.release.clone(), result, mismatch };
        let (file, mismatch) =
            match self.installation.install(&environment, folder.path(), &[&requirement])? {
                Installed::File(file, mismatch) => (file.file, mismatch),
                Installed::Failed(finished) if pip::lacks(&finished.output(), project) => {
                    action.done(Mood::Doubtful, "no wheel", &name);
                    return Ok(install(InstallResult::NoWheel, None));
                }
                Installed::Failed(finished) if pip::nothing_fits(&finished.output()).is_some() => {
                    let output = finished.output();
                    let requirement = pip::nothing_fits(&output).unwrap_or_default().to_owned();
                    action.done(Mood::Doubtful, "no file", &format!("of `{requirement}` {name}"));
                    return Ok(install(InstallResult::NoDependency { requirement }, None));
                }
                Installed::Failed(finished) => {
                    let reason = finished.tail();
                    action.done(Mood::Bad, "failed", &format!("{name}\n{reason}"));
                    return Ok(install(InstallResult::Failed { reason }, None));
                }
            };
        let asked = environment.installed_version(project)?;
        let found = asked.stdout.trim();
        if !asked.succeeded() || found.parse::<Version>().ok().as_ref() != Some(self.version) {
            let version = self.version;
            let reason =
                format!("pip installed {version}, but Python reports `{found}`\n{}", asked.tail());
            action.done(Mood::Bad, "failed", &format!("{name}\n{reason}"));
            return Ok(install(InstallResult::Failed { reason }, mismatch));
        }
        action.done(Mood::Good, "installed", &format!("{file} {name}"));
        Ok(install(InstallResult::Yes { file }, mismatch))
    }
}

fn summary(verified: &Verified) -> String {
    let row = |install: &Install| {
        let result = match &install.result {
            InstallResult::Yes { file } => file.clone(),
            InstallResult::NoWheel => "no wheel".to_owned(),
            InstallResult::NoDependency { requirement } => format!("no file of `{requirement}`"),
            InstallResult::Failed { .. } => "FAILED".to_owned(),
        };
        vec![install.release.clone(), result]
    };
    let rows: Vec<Vec<String>> = verified.installs.iter().map(row).collect();
    let mut text: String = verified.differences.iter().map(|line| format!("{line}\n")).collect();
    text += &table::plain(&["Python", "installed"], &rows);
    text + &verified.provenance.iter().map(|line| format!("{line}\n")).collect::<String>()
}

/// The verdict: no if something differs or fails, and unknown if no Python got a wheel, or a dependency is missing.
pub fn verdict(verified: &Verified) -> Verdict {
    let failed = |install: &Install| matches!(install.result, InstallResult::Failed { .. });
    let got = |install: &Install| matches!(install.result, InstallResult::Yes { .. });
    let untold = |install: &Install| matches!(install.result, InstallResult::NoDependency { .. });
    if !verified.differences.is_empty() || verified.installs.iter().any(failed) {
        Verdict::No
    } else if !verified.installs.iter().any(got) || verified.installs.iter().any(untold) {
        Verdict::Unknown
    } else {
        Verdict::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_a_release_by_name_and_version() {
        let version: Version = "1.0.0".parse().expect("a version");
        for file in [
            "a_b-1.0.0-py3-none-any.whl",
            "A.B-1.0-cp310-abi3-win_amd64.whl",
            "a_b-1.0.0.tar.gz",
            "a-b-1.0.zip",
        ] {
            assert!(belongs(file, "a-b", &version), "{file}");
        }
        for file in [
            "a_b-1.0.1-py3-none-any.whl",
            "a-1.0.0.tar.gz",
            "a_b_c-1.0.0.tar.gz",
            "a_b-1.0.0.exe",
            "a_b",
            "a_b-1.0.0.post1.tar.gz",
        ] {
            assert!(!belongs(file, "a-b", &version), "{file}");
        }
    }
}
