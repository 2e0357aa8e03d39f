//! `sdist-contents`: the sdist holds what a build needs and what its metadata names, and no leftovers.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use super::leftovers::leftover;
use crate::names::normalize;
use crate::wheel::flaw::Part;
use crate::wheel::quoted;
use crate::wheel::release::SdistFacts;

pub(super) const CHECK: Check = Check {
    name: "sdist-contents",
    about: "the sdist holds its licenses, its build files and their lock, and no leftovers or releases of its own",
    documentation: include_str!("sdist_contents.md"),
    owns: &[Part::Project],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    // What was not read may be there.
    let whole = || input.release.sdists.iter().filter(|sdist| sdist.is_whole);
    if whole().next().is_none() {
        return Err(NotJudged::NoSubject("no sdist that is whole".to_owned()));
    }
    let mut findings = Findings::default();
    for sdist in whole() {
        judge(sdist, &mut findings);
    }
    Ok(findings.done())
}

fn judge(sdist: &SdistFacts, findings: &mut Findings) {
    let paths: BTreeSet<&str> = sdist.paths.iter().map(String::as_str).collect();
    let has = |wanted: &str| paths.contains(wanted);
    let licenses = sdist.metadata.iter().flat_map(|metadata| metadata.all("License-File"));
    for license in licenses.filter(|license| !has(license)) {
        findings.push(CHECK.finding(
            &sdist.file,
            format!(
                "`PKG-INFO` names the license `{}`, which is not in the sdist",
                quoted(license)
            ),
            "every `License-File`",
            "correct `license-files` in `pyproject.toml`, or let the sdist include the file",
        ));
    }
    if !has("pyproject.toml") && !has("setup.py") {
        findings.push(CHECK.finding(
            &sdist.file,
            "it has neither `pyproject.toml` nor `setup.py`".to_owned(),
            "`pyproject.toml`, which says how to build it",
            "let the sdist include it",
        ));
    }
    // Without the lock file, a build takes the newest dependencies of the day.
    if has("Cargo.toml") && !sdist.paths.iter().any(|path| path.ends_with("Cargo.lock")) {
        let finding = CHECK.finding(
            &sdist.file,
            "it has `Cargo.toml` and no `Cargo.lock`".to_owned(),
            "the lock file that was tested",
            "commit `Cargo.lock`, and do not exclude it from the sdist",
        );
        findings.push(finding.warning());
    }
    let project = sdist.name.as_ref().map(|name| normalize(&name.project));
    for path in sdist.paths.iter().filter(|path| project.is_some() && released(path) == project) {
        findings.push(CHECK.inside(
            &sdist.file,
            path,
            "it is a release of this project".to_owned(),
            "no wheel and no sdist of the project itself",
            "let git ignore the folder, commit that, and build the sdist again",
        ));
    }
    for path in &sdist.paths {
        if let Some(leftover) = leftover(path, &["node_modules"]) {
            let finding = CHECK.inside(
                &sdist.file,
                path,
                format!("it is a leftover (`{leftover}`)"),
                "what a build needs",
                "build the sdist from a clean checkout",
            );
            findings.push(finding.warning());
        }
    }
}

/// The project of a path that is named like a wheel or an sdist, in normal form.
fn released(path: &str) -> Option<String> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let (name, version) = match file.strip_suffix(".whl") {
        Some(stem) => stem.split_once('-')?,
        None => file.strip_suffix(".tar.gz")?.rsplit_once('-')?,
    };
    version.starts_with(|first: char| first.is_ascii_digit()).then(|| normalize(name))
}
