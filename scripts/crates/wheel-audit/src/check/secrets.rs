//! `secrets`: no private key and no file of passwords is published.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::secrets::{is_example, keeps_passwords};

pub(super) const CHECK: Check = Check {
    name: "secrets",
    about: "no file brings a private key, or the passwords of the machine that built it",
    documentation: include_str!("secrets.md"),
    owns: &[],
    run,
};

const REMEDY: &str =
    "withdraw the secret, as a copy of it was made, and build from a clean checkout";

fn run(input: CheckInput) -> CheckResult {
    let release = input.release;
    if input.unpacked().is_err() && !release.sdists.iter().any(|sdist| sdist.is_whole) {
        return Err(NotJudged::NoSubject("no wheel and no sdist that can be read".to_owned()));
    }
    let mut findings = Findings::default();
    for wheel in &release.wheels {
        let members = wheel.members.iter().map(|member| member.name.as_str());
        for member in members.filter(|member| keeps_passwords(member)) {
            passwords(&wheel.file, member, &mut findings);
        }
        for member in &wheel.private_keys {
            key(&wheel.file, member, &mut findings);
        }
    }
    for sdist in &release.sdists {
        for path in sdist.paths.iter().filter(|path| keeps_passwords(path)) {
            passwords(&sdist.file, path, &mut findings);
        }
        for path in &sdist.private_keys {
            key(&sdist.file, path, &mut findings);
        }
    }
    Ok(findings.done())
}

fn passwords(file: &str, member: &str, findings: &mut Findings) {
    // In an sdist, a project may have settings without a secret in it.
    let settings = member.ends_with(".env") && file.ends_with(".tar.gz");
    let finding = CHECK.inside(
        file,
        member,
        "tools keep passwords in a file of this name".to_owned(),
        "no such file",
        REMEDY,
    );
    findings.push(if settings || is_example(member) { finding.warning() } else { finding });
}

fn key(file: &str, member: &str, findings: &mut Findings) {
    // A key of a test is nobody's.
    if is_example(member) {
        return;
    }
    findings.push(CHECK.inside(
        file,
        member,
        "it has a private key".to_owned(),
        "no key, or one of a test in a folder of tests",
        REMEDY,
    ));
}
