//! The faults of bytes as findings.

use super::finding::{Finding, Findings, Severity};
use crate::wheel::flaw::{Flaw, Part};
use crate::wheel::printable_message as printable;

/// The findings that the check of a name makes of the faults of its parts.
pub(super) fn found(check: &str, owns: &[Part], flaws: &[Flaw]) -> Findings {
    flaws.iter().filter(|flaw| owns.contains(&flaw.part)).map(|flaw| finding(check, flaw)).collect()
}

fn finding(check: &str, flaw: &Flaw) -> Finding {
    let (expected, remedy) = advice(flaw.part);
    let what = &flaw.what;
    let message = match (&flaw.member, flaw.part) {
        (None, _) => what.clone(),
        (Some(_), Part::Zip | Part::Tar | Part::Binary) => format!("it {what}"),
        (Some(_), _) => format!("it cannot be read: {what}"),
    };
    Finding {
        severity: severity(flaw),
        file: printable(&flaw.file),
        member: flaw.member.as_deref().map(printable),
        check: check.to_owned(),
        message: printable(&message),
        expected: expected.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// A warning where nobody is stopped: for a folder, and for data that only begins like a binary.
fn severity(flaw: &Flaw) -> Severity {
    match (flaw.part, &flaw.member) {
        (Part::Folder, _) => Severity::Warning,
        (Part::Binary, Some(member)) if !is_loaded(member) => Severity::Warning,
        _ => Severity::Error,
    }
}

/// Returns whether a member is one that is loaded or started, by its name: `a.so`, `a.so.1`, `a.pyd`, `x.data/scripts/a`.
fn is_loaded(member: &str) -> bool {
    let name = member.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let library = [".so", ".pyd", ".dll", ".dylib", ".exe"].iter().any(|end| name.ends_with(end));
    library || name.contains(".so.") || member.contains(".data/scripts/")
}

/// The expected state of a part, and the way to mend it.
fn advice(part: Part) -> (&'static str, &'static str) {
    const METADATA: &str = "correct `[project]` in `pyproject.toml` and build again";
    match part {
        Part::Name => {
            ("`NAME-VERSION-PYTHON-ABI-PLATFORM.whl`", "build it again; do not rename wheels")
        }
        Part::Folder => ("files", "name the folder itself, or move its files"),
        Part::Size => {
            ("a file that an index takes", "leave out of it what users need not download")
        }
        Part::Zip => (
            "an archive that every reader unpacks alike",
            "build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)",
        ),
        Part::Tar => (
            "an archive that every reader unpacks alike",
            "build the sdist again, with a build backend that writes plain archives",
        ),
        Part::Binary => (
            "a whole program or library",
            "build the wheel again, and compare the file with the one that the linker made",
        ),
        Part::Record => (
            "a line for each member: path, hash, size",
            "build the wheel again; a tool that changes wheels must rewrite `RECORD`",
        ),
        Part::Wheel => ("fields such as `Tag: py3-none-any`", "build the wheel again"),
        Part::Metadata => ("the core metadata of the release in the file name", METADATA),
        Part::EntryPoints => (
            "groups, and lines such as `name = module`",
            "correct `[project.scripts]` in `pyproject.toml`, and build again",
        ),
        Part::Project => ("files that a build can read", "mend the file, and build again"),
    }
}
