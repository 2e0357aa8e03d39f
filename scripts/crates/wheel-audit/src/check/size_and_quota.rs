//! `size-and-quota`: no file exceeds PyPI's limit for files, and the release stays within the limit for projects.
//!
//! The limits are those of a project that has not asked for more
//! ([PyPI: storage limits](https://docs.pypi.org/project-management/storage-limits/)).

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::flaw::Part;
use crate::wheel::release::WheelFacts;
use crate::wheel::{Sha256Sum, quoted};

pub(super) const CHECK: Check = Check {
    name: "size-and-quota",
    about: "no file is larger than PyPI takes by default, nor is the release as a whole, and no large content is there twice",
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
    let mut findings: Findings = large.collect();
    input.release.wheels.iter().for_each(|wheel| members(wheel, &mut findings));
    let all: u64 = files.iter().map(|file| file.size).sum();
    if all > PROJECT {
        let message = format!("the files have {all} bytes together");
        findings.push(CHECK.finding("", message, "at most 10 GiB for all releases", remedy));
    }
    Ok(findings.done())
}

/// The size of a member from which it is large, and from which a second copy of it is worth a word, in bytes.
const LARGE: u64 = 50 << 20;
const COPIED: u64 = 1 << 20;

/// Finds large data, and large members that are there twice.
fn members(wheel: &WheelFacts, findings: &mut Findings) {
    let binaries: BTreeSet<&str> =
        wheel.binaries.iter().map(|binary| binary.member.as_str()).collect();
    let mut first: BTreeMap<&Sha256Sum, &str> = BTreeMap::new();
    for member in wheel.members.iter().filter(|member| member.size >= COPIED) {
        let name = member.name.as_str();
        let (message, expected) = if let Some(other) = first.get(&member.sum) {
            (
                format!("it has the same {} bytes as `{}`", member.size, quoted(other)),
                "each content once",
            )
        } else {
            first.insert(&member.sum, name);
            if member.size < LARGE || binaries.contains(name) {
                continue;
            }
            (
                format!("it is data of {} bytes", member.size),
                "data of less than 50 MiB, or a download at need",
            )
        };
        let remedy = "leave it out, or put it into a package of its own";
        findings.push(CHECK.inside(&wheel.file, name, message, expected, remedy).warning());
    }
}
