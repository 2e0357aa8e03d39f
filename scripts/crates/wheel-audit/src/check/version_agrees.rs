//! `version-agrees`: the project's own files in the sdist give the version that the release has.
//!
//! Builds from the sdist take their version from these files.

use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "version-agrees",
    about: "`pyproject.toml` or `Cargo.toml` in the sdist gives the version of the release",
    documentation: include_str!("version_agrees.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    if input.release.sdists.is_empty() {
        return Err(NotJudged::NoSubject("no sdist".to_owned()));
    }
    let mut findings = Findings::default();
    let mut compared = false;
    for sdist in &input.release.sdists {
        let stated = sdist.metadata.as_ref().and_then(|metadata| metadata.short("Version"));
        let Some(stated) = stated else { continue };
        for (file, version) in &sdist.versions {
            // Cargo writes `1.0.0-rc.1` where Python writes `1.0.0rc1`.
            let version = version.as_str();
            let (Ok(released), Ok(given)) = (Version::from_str(stated), Version::from_str(version))
            else {
                continue;
            };
            compared = true;
            if released != given {
                findings.push(CHECK.finding(
                    &sdist.file,
                    format!("`{file}` gives version {}", quoted(version)),
                    &format!("version {}, as in `PKG-INFO`", quoted(stated)),
                    "keep the version in one place (`dynamic = [\"version\"]` takes Cargo's), and build again",
                ));
            }
        }
    }
    match compared {
        true => Ok(findings.done()),
        false => Err(NotJudged::NoSubject("no version in the files of an sdist".to_owned())),
    }
}
