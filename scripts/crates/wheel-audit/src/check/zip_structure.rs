//! `zip-structure`: every reader unpacks a wheel's archive alike, and only into its folder.
//!
//! The reader refuses bytes that are not an archive. This check refuses archives that two readers could read differently.
//! PyPI refuses most of them too, after the upload.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding};
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "zip-structure",
    about: "every reader unpacks the archive alike, and only into its folder",
    documentation: include_str!("zip_structure.md"),
    run,
};

const REMEDY: &str =
    "build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)";

/// The ratio and the unpacked size in bytes above which an archive is a bomb.
const BOMB: (u64, u64) = (500, 64 << 20);

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Vec::new();
    for wheel in input.wheels()? {
        judge(wheel, &mut findings);
    }
    Ok(findings)
}

fn judge(wheel: &WheelFacts, findings: &mut Vec<Finding>) {
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.finding(&wheel.file, message, expected, REMEDY));
    };
    let structure = &wheel.structure;
    if structure.comment > 0 {
        say(format!("the archive has a comment of {} bytes", structure.comment), "no comment");
    }
    for (at, length) in &structure.unclaimed {
        say(format!("{length} bytes at {at} belong to no member"), "no bytes between members");
    }
    let mut lower = BTreeSet::new();
    for entry in &structure.entries {
        let name = &entry.name;
        if let Some(field) = entry.differs {
            say(format!("`{name}` has another {field} in its local header"), "headers that agree");
        }
        if entry.overlaps {
            say(format!("`{name}` shares bytes with another member"), "no bytes in two members");
        }
        if entry.mode & 0o170_000 == 0o120_000 {
            say(format!("`{name}` is a symbolic link"), "files and folders");
        }
        if outside(name) {
            say(format!("`{name}` leads out of the folder"), "relative paths with `/`");
        }
        if !lower.insert(name.to_lowercase()) {
            say(
                format!("`{name}` differs from another member only in case"),
                "names that differ in more than case",
            );
        }
    }
    let unpacked: u64 = wheel.members.iter().map(|member| member.size).sum();
    if unpacked > BOMB.1 && unpacked / wheel.size.max(1) > BOMB.0 {
        say(format!("{} bytes unpack to {unpacked}", wheel.size), "less than 500 times as much");
    }
}

/// Returns whether some reader would write outside the folder.
fn outside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    let parts = name.strip_suffix('/').unwrap_or(name).split('/');
    drive || name.contains('\\') || parts.into_iter().any(|part| matches!(part, "" | "." | ".."))
}
