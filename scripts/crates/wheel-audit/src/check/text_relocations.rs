//! `text-relocations`: no library's code is changed while it is loaded.
//!
//! Systems that never let memory be both written and executed refuse such a library, and musl's loader
//! does not know them for some machines.

use super::placed::{Placed, each};
use super::{Check, Finding, Judgement, Subject};
use crate::wheel::binary::Format;

pub const CHECK: Check = Check {
    name: "text-relocations",
    about: "no library's code is changed while it is loaded",
    run,
};

fn run(subject: Subject) -> Judgement {
    each(subject, "ELF file", |placed| matches!(placed.image.format, Format::Elf(_)), judge)
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let Format::Elf(facts) = &placed.image.format else { return };
    if facts.text_relocations {
        findings.push(placed.finding(
            &CHECK,
            "it has text relocations (`DT_TEXTREL`)".to_owned(),
            "position-independent code",
            "compile every object in it with `-fPIC`",
        ));
    }
}
