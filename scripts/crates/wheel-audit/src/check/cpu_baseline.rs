//! `cpu-baseline`: no binary says that it needs a newer processor than the platform tag stands for.
//!
//! What it does without saying so, only a run on the oldest processor can tell.

use super::placed::{Placed, each};
use super::{Check, Finding, Judgement, Subject};
use crate::wheel::binary::{Format, Machine};

pub const CHECK: Check = Check {
    name: "cpu-baseline",
    about: "no binary says that it needs a newer processor than the tag stands for",
    run,
};

fn run(subject: Subject) -> Judgement {
    each(subject, "ELF file for x86_64", |placed| needed(*placed).is_some(), judge)
}

fn needed(placed: Placed) -> Option<u32> {
    match &placed.image.format {
        Format::Elf(facts) if placed.image.machine == Machine::X86_64 => Some(facts.needed_isa),
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
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
