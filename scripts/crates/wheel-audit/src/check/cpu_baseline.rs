//! `cpu-baseline`: no binary states that it needs a newer processor than the platform tag promises.
//!
//! A binary may need one without stating it. Only a run on the oldest processor shows that.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::platform::Architecture;
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "cpu-baseline",
    about: "no binary says that it needs a newer processor than the tag stands for",
    documentation: include_str!("cpu_baseline.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "ELF file for x86_64", |placed| needed(*placed).is_some(), judge)
}

fn needed(placed: Placed) -> Option<u32> {
    match &placed.image.format {
        FormatFacts::Elf(facts) if placed.image.architecture == Some(Architecture::X86_64) => {
            Some(facts.needed_isa)
        }
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Findings) {
    // The bits are the baseline and the levels v2, v3 and v4 of the x86-64 psABI.
    let Some(level @ 2..) = needed(placed).map(|needed| u32::BITS - needed.leading_zeros()) else {
        return;
    };
    findings.push(placed.finding(
        &CHECK,
        format!("it says that it needs x86-64-v{level}"),
        "the baseline, which every processor of the tag has",
        "compile without `-march=…` (Rust: `target-cpu`), and choose faster code at run time",
    ));
}
