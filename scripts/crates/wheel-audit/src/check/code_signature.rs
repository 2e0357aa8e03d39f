//! `code-signature`: code for macOS on arm64 has a signature, and its hashes match the code.
//!
//! macOS kills a process that maps a page whose hash is missing or wrong. An ad-hoc signature is enough. Tools that change
//! a finished file must renew it.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, Unknowns};
use super::placed::{Placed, each};
use crate::platform::Architecture;
use crate::wheel::binary::{FormatFacts, Signature};

pub(super) const CHECK: Check = Check {
    name: "code-signature",
    about: "code for macOS on arm64 carries a signature whose page hashes are true",
    documentation: include_str!("code_signature.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    // For iOS, code is signed when an app is made.
    let wanted = |placed: &Placed| placed.is_known() && signature(*placed).is_some();
    let findings = each(input, "Mach-O file for arm64", wanted, judge)?;
    let mut unknown = Unknowns::default();
    for wheel in &input.release.wheels {
        for binary in &wheel.binaries {
            for image in &binary.images {
                if let FormatFacts::Macho(facts) = &image.format
                    && image.architecture == Some(Architecture::Aarch64)
                    && let Signature::Unknown(why) = &facts.signature
                {
                    let why = format!("a signature: {why}");
                    unknown.push(CHECK.unknown(&wheel.file, Some(&binary.member), &why));
                }
            }
        }
    }
    unknown.judged(findings)
}

fn signature<'a>(placed: Placed<'a>) -> Option<&'a Signature> {
    match &placed.image.format {
        FormatFacts::Macho(facts) if placed.image.architecture == Some(Architecture::Aarch64) => {
            Some(&facts.signature)
        }
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Findings) {
    let message = match signature(placed) {
        Some(Signature::Absent) => "its arm64 code is not signed".to_owned(),
        Some(Signature::Broken(why)) => {
            format!("the signature of its arm64 code is not valid: {why}")
        }
        _ => return,
    };
    findings.push(placed.finding(
        &CHECK,
        message,
        "a signature, at least an ad-hoc one, made after the last change",
        "sign it at the end: `codesign --force --sign - FILE`",
    ));
}
