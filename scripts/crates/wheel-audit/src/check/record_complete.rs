//! `record-complete`: `RECORD` lists every member of a wheel once, with its true hash and size.
//!
//! Installers uninstall by `RECORD`, and some refuse a wheel whose `RECORD` is wrong.

use std::collections::BTreeMap;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged, Unknowns};
use crate::wheel::flaw::Part;
use crate::wheel::quoted;
use crate::wheel::record::{RecordEntry, RecordedHash, spell};
use crate::wheel::release::WheelFacts;
use crate::wheel::zip::Member;

pub(super) const CHECK: Check = Check {
    name: "record-complete",
    about: "`RECORD` lists every member once, with its true hash and size",
    documentation: include_str!("record_complete.md"),
    owns: &[Part::Record],
    run,
};

const REMEDY: &str = "build the wheel again; a tool that changes wheels must rewrite `RECORD`";

fn run(input: CheckInput) -> CheckResult {
    let (mut findings, mut unknown) = (Findings::default(), Unknowns::default());
    let wheels = input.wheels()?.iter();
    let recorded: Vec<_> =
        wheels.filter_map(|wheel| Some((wheel, wheel.record.as_ref()?))).collect();
    if recorded.is_empty() {
        return Err(NotJudged::NoSubject("no `RECORD` that can be read".to_owned()));
    }
    for (wheel, record) in recorded {
        judge(wheel, record, &mut findings, &mut unknown);
    }
    unknown.judged(findings.done())
}

fn judge(
    wheel: &WheelFacts,
    lines: &[RecordEntry],
    findings: &mut Findings,
    unknown: &mut Unknowns,
) {
    // They sign `RECORD`, so `RECORD` cannot list their hashes, nor its own.
    let signatures = ["RECORD.jws", "RECORD.p7s"].map(|name| format!("{}/{name}", wheel.dist_info));
    let record = format!("{}/RECORD", wheel.dist_info);
    let mut say = |member: &str, message: String, expected: &str| {
        findings.push(CHECK.inside(&wheel.file, member, message, expected, REMEDY));
    };
    let mut listed: BTreeMap<&str, Vec<&RecordEntry>> = BTreeMap::new();
    for entry in lines {
        listed.entry(&entry.path).or_default().push(entry);
    }
    for member in &wheel.members {
        let name = &member.name;
        let lines = listed.remove(name.as_str()).unwrap_or_default();
        match lines[..] {
            // Some builders leave `RECORD` itself out.
            [] if *name == record || signatures.contains(name) => {}
            [] => {
                let message = "it is not listed in `RECORD`".to_owned();
                say(name, message, "one line for each member");
            }
            [line] if *name != record && !signatures.contains(name) => match mismatch(line, member)
            {
                Ok(None) => {}
                Ok(Some((message, expected))) => say(name, message, &expected),
                Err(algorithm) => {
                    let algorithm = quoted(algorithm);
                    let why = format!(
                        "`RECORD` hashes it by {algorithm}, which this program does not compute"
                    );
                    unknown.push(CHECK.unknown(&wheel.file, Some(name), &why));
                }
            },
            [_] => {}
            _ => say(
                name,
                format!("it is listed {} times in `RECORD`", lines.len()),
                "one line for each member",
            ),
        }
    }
    // What is wrong with such a member is told already.
    listed.retain(|path, _| !wheel.opaque.contains(*path));
    for path in listed.into_keys() {
        let message = "`RECORD` lists it, and it is not in the wheel".to_owned();
        say(path, message, "members of the wheel only");
    }
}

/// The first mismatch between a line and its member, with the expected value. The error is the name of a hash algorithm
/// that this crate does not compute.
fn mismatch<'a>(
    line: &'a RecordEntry,
    member: &Member,
) -> Result<Option<(String, String)>, &'a str> {
    match &line.hash {
        RecordedHash::None => {
            return Ok(Some(("`RECORD` gives no hash for it".to_owned(), spell(&member.sum))));
        }
        RecordedHash::Sha256(sum) if *sum != member.sum => {
            return Ok(Some((
                format!("`RECORD` gives `{}` for it", spell(sum)),
                spell(&member.sum),
            )));
        }
        RecordedHash::Sha256(_) => {}
        RecordedHash::Other(algorithm) => {
            return Err(algorithm);
        }
    }
    Ok((line.size != Some(member.size)).then(|| {
        let given = line.size.map_or("no size".to_owned(), |size| format!("{size} bytes"));
        (format!("`RECORD` gives {given} for it"), format!("{} bytes", member.size))
    }))
}
