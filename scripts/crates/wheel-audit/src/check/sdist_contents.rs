//! `sdist-contents`: the sdist holds what a build needs and what its metadata names, and no leftovers.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, NotJudged};
use super::leftovers::leftover;
use crate::wheel::release::SdistFacts;

pub(super) const CHECK: Check = Check {
    name: "sdist-contents",
    about: "the sdist holds its licenses, its build files and their lock, and no leftovers",
    documentation: include_str!("sdist_contents.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    if input.release.sdists.is_empty() {
        return Err(NotJudged::NoSubject("no sdist".to_owned()));
    }
    let mut findings = Vec::new();
    for sdist in &input.release.sdists {
        judge(sdist, &mut findings);
    }
    Ok(findings)
}

fn judge(sdist: &SdistFacts, findings: &mut Vec<Finding>) {
    let mut say = |message: String, expected: &str, remedy: &str| {
        findings.push(CHECK.finding(&sdist.file, message, expected, remedy));
    };
    let has = |wanted: &str| sdist.paths.iter().any(|path| path == wanted);
    for license in sdist.metadata.all("License-File").filter(|license| !has(license)) {
        say(
            format!("`PKG-INFO` names the license `{license}`, which is not in the sdist"),
            "every `License-File`",
            "correct `license-files` in `pyproject.toml`, or let the sdist include the file",
        );
    }
    if !has("pyproject.toml") && !has("setup.py") {
        say(
            "it has neither `pyproject.toml` nor `setup.py`".to_owned(),
            "`pyproject.toml`, which says how to build it",
            "let the sdist include it",
        );
    }
    // Without the lock file, a build takes the newest dependencies of the day.
    if has("Cargo.toml") && !sdist.paths.iter().any(|path| path.ends_with("Cargo.lock")) {
        say(
            "it has `Cargo.toml` and no `Cargo.lock`".to_owned(),
            "the lock file that was tested",
            "commit `Cargo.lock`, and do not exclude it from the sdist",
        );
    }
    for path in &sdist.paths {
        if let Some(leftover) = leftover(path, &["node_modules"]) {
            say(
                format!("`{path}` is a leftover (`{leftover}`)"),
                "what a build needs",
                "build the sdist from a clean checkout",
            );
        }
    }
}
