//! `size-and-quota`: no file exceeds PyPI's limit for files, and the release stays within the limit for projects.
//!
//! The limits are those of a project that has not asked for more
//! ([PyPI: storage limits](https://docs.pypi.org/project-management/storage-limits/)).

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, NotJudged};
use crate::wheel::flaw::Part;

pub(super) const CHECK: Check = Check {
    name: "size-and-quota",
    about: "no file is larger than PyPI takes by default, nor is the release as a whole",
    documentation: include_str!("size_and_quota.md"),
    owns: &[Part::Size],
    run,
};

/// The largest file, in bytes.
const FILE: u64 = 100 << 20;
/// All files of a project together, in bytes.
const PROJECT: u64 = 10 << 30;

fn run(input: CheckInput) -> CheckResult {
    let files = &input.release.files;
    if files.is_empty() {
        return Err(NotJudged::NoSubject("no file".to_owned()));
    }
    let remedy = "leave out what need not be downloaded, or ask PyPI for a higher limit beforehand";
    let large = files.iter().filter(|file| file.size > FILE).map(|file| {
        CHECK.finding(&file.name, format!("it has {} bytes", file.size), "at most 100 MiB", remedy)
    });
    let mut findings: Vec<_> = large.collect();
    let all: u64 = files.iter().map(|file| file.size).sum();
    if all > PROJECT {
        let message = format!("the files have {all} bytes together");
        findings.push(CHECK.finding("", message, "at most 10 GiB for all releases", remedy));
    }
    Ok(findings)
}
