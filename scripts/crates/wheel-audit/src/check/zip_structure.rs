//! `zip-structure`: every reader unpacks a wheel's archive alike, and only into its folder.
//!
//! The reader refuses bytes that are not an archive. This check refuses archives that two readers could read differently.
//! PyPI refuses most of them too, after the upload.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use crate::wheel::flaw::Part;
use crate::wheel::release::WheelFacts;
use crate::wheel::zip_extra::Extra;
use crate::wheel::{Collision, barred_on_windows, quoted};

pub(super) const CHECK: Check = Check {
    name: "zip-structure",
    about: "every reader unpacks the archive alike, and only into its folder",
    documentation: include_str!("zip_structure.md"),
    owns: &[Part::Zip],
    run,
};

const REMEDY: &str =
    "build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)";

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    for wheel in input.wheels()? {
        judge(wheel, &mut findings);
    }
    Ok(findings.done())
}

fn judge(wheel: &WheelFacts, findings: &mut Findings) {
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
    let mut platforms = wheel.name.platforms.iter();
    let on_windows = platforms.any(|tag| tag == "any" || tag.starts_with("win"));
    for entry in &structure.entries {
        let mut say = |message: &str, expected: &str| {
            let message = message.to_owned();
            findings.push(CHECK.inside(&wheel.file, &entry.name, message, expected, REMEDY));
        };
        if let Some(field) = entry.differs {
            say(&format!("it has another {field} in its local header"), "headers that agree");
        }
        if let Some(extra) = entry.extra {
            say(&format!("it has an extra field {}", meaning(extra)), "plain headers");
        }
        if entry.comment > 0 {
            say(&format!("it has a comment of {} bytes", entry.comment), "no comment");
        }
        if entry.unmarked {
            say("its name is not marked as UTF-8", "the flag for UTF-8, or ASCII");
        }
        if entry.confused {
            say("it is a file to some readers and a folder to others", "one of both");
        }
        match entry.mode & 0o170_000 {
            0 | 0o040_000 | 0o100_000 => {}
            0o120_000 => say("it is a symbolic link", "files and folders"),
            _ => say("it is neither a file nor a folder", "files and folders"),
        }
        if outside(&entry.name) {
            say("its name leads out of the folder", "relative paths with `/`");
        } else if let Some(why) = barred_on_windows(&entry.name).filter(|_| on_windows) {
            say(&format!("it {why}"), "a name that every system takes");
        }
    }
    for Collision { one, other, why } in &structure.collisions {
        findings.push(CHECK.inside(
            &wheel.file,
            one,
            format!("it differs from `{}` only {why}", quoted(other)),
            "names that every system tells apart",
            REMEDY,
        ));
    }
}

/// The effect of an extra field on a reader that knows it.
fn meaning(extra: Extra) -> &'static str {
    match extra {
        Extra::Zip64 => "with other sizes (zip64)",
        Extra::Name => "with another name or comment",
        Extra::Encryption => "of encryption",
        Extra::Broken => "whose lengths do not add up",
    }
}

/// Returns whether some reader would write outside the folder.
fn outside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    let parts = name.strip_suffix('/').unwrap_or(name).split('/');
    drive || name.contains('\\') || parts.into_iter().any(|part| matches!(part, "" | "." | ".."))
}
