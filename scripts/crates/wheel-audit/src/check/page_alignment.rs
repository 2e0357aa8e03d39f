//! `page-alignment`: a library loads on systems with the largest pages of its architecture.
//!
//! A system with pages of 64 KiB cannot map a segment that is aligned to 4 KiB.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::platform::Architecture;
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "page-alignment",
    about: "libraries load on systems with the largest pages that the machine may have",
    documentation: include_str!("page_alignment.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "ELF file", |placed| matches!(placed.image.format, FormatFacts::Elf(_)), judge)
}

/// The largest pages that Linux or Android uses on an architecture, in bytes.
fn page(placed: Placed) -> u64 {
    match placed.image.architecture {
        // Pages of Android have 16 KiB at most: https://developer.android.com/guide/practices/page-sizes
        Some(Architecture::Aarch64 | Architecture::X86_64) if !placed.is_known() => 16 << 10,
        Some(Architecture::Aarch64 | Architecture::Ppc64le | Architecture::Ppc64) => 64 << 10,
        Some(Architecture::Loongarch64) => 16 << 10,
        _ => 4 << 10,
    }
}

fn judge(placed: Placed, findings: &mut Findings) {
    let FormatFacts::Elf(facts) = &placed.image.format else { return };
    let page = page(placed);
    if let Some(least) = facts.alignments.iter().min().filter(|least| **least < page) {
        findings.push(placed.finding(
            &CHECK,
            format!("a part of it is aligned to {least} bytes"),
            &format!("{page} bytes, a page of {}", placed.image.architecture_name()),
            &format!("link with `-z max-page-size={page}`; jemalloc has a setting of its own"),
        ));
    }
}
