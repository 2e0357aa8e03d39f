//! `exec-stack`: no library asks for a stack that can be executed.
//!
//! Loaders refuse such a library where the system forbids it, which glibc does since 2.41 for libraries
//! that are loaded late, as extension modules are.

use super::placed::{Placed, each};
use super::{Check, Finding, Judgement, Subject};
use crate::wheel::binary::Format;

pub const CHECK: Check =
    Check { name: "exec-stack", about: "no library asks for a stack that can be executed", run };

fn run(subject: Subject) -> Judgement {
    each(subject, "ELF file", |placed| matches!(placed.image.format, Format::Elf(_)), judge)
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let Format::Elf(facts) = &placed.image.format else { return };
    if facts.executable_stack == Some(true) {
        findings.push(placed.finding(
            &CHECK,
            "its `PT_GNU_STACK` is executable".to_owned(),
            "a stack that is not",
            "mark the assembly sources (`.section .note.GNU-stack,\"\",@progbits`) or link with `-z noexecstack`",
        ));
    }
}
