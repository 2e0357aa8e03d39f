//! `page-alignment`: a library can be loaded with the largest pages that its machine may have.
//!
//! A part that is aligned to 4 KiB cannot be mapped by a system with pages of 64 KiB.

use super::placed::{Placed, each};
use super::{Check, Finding, Judgement, Subject};
use crate::wheel::binary::{Format, Machine};

pub const CHECK: Check = Check {
    name: "page-alignment",
    about: "libraries load on systems with the largest pages that the machine may have",
    run,
};

fn run(subject: Subject) -> Judgement {
    each(subject, "ELF file", |placed| matches!(placed.image.format, Format::Elf(_)), judge)
}

/// The largest pages that Linux may have on a machine, in bytes.
fn page(machine: Machine) -> u64 {
    match machine {
        Machine::Aarch64 | Machine::Ppc64le | Machine::Ppc64 => 64 << 10,
        Machine::Loongarch64 => 16 << 10,
        _ => 4 << 10,
    }
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let Format::Elf(facts) = &placed.image.format else { return };
    let page = page(placed.image.machine);
    if let Some(least) = facts.alignments.iter().min().filter(|least| **least < page) {
        findings.push(placed.finding(
            &CHECK,
            format!("a part of it is aligned to {least} bytes"),
            &format!("{page} bytes, a page of {}", placed.image.machine.name()),
            &format!("link with `-z max-page-size={page}`; jemalloc has a setting of its own"),
        ));
    }
}
