//! `text-relocations`: no library needs its code changed by the loader.
//!
//! Systems that forbid memory that is both writable and executable refuse such a library. musl's loader does not support
//! text relocations on some architectures.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "text-relocations",
    about: "no library's code is changed while it is loaded",
    documentation: include_str!("text_relocations.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "ELF file", |placed| matches!(placed.image.format, FormatFacts::Elf(_)), judge)
}

fn judge(placed: Placed, findings: &mut Findings) {
    let FormatFacts::Elf(facts) = &placed.image.format else { return };
    if facts.text_relocations {
        findings.push(placed.finding(
            &CHECK,
            "it has text relocations (`DT_TEXTREL`)".to_owned(),
            "position-independent code",
            "compile every object in it with `-fPIC`",
        ));
    }
}
