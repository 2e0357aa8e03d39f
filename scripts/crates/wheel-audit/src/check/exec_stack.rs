//! `exec-stack`: no library asks for a stack that can be executed.
//!
//! Loaders refuse such a library where the system forbids it, which glibc does since 2.41 for libraries
//! that are loaded late, as extension modules are.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "exec-stack",
    about: "no library asks for a stack that can be executed",
    documentation: include_str!("exec_stack.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "ELF file", |placed| matches!(placed.image.format, FormatFacts::Elf(_)), judge)
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let FormatFacts::Elf(facts) = &placed.image.format else { return };
    if facts.executable_stack == Some(true) {
        findings.push(placed.finding(
            &CHECK,
            "its `PT_GNU_STACK` is executable".to_owned(),
            "a stack that is not",
            "mark the assembly sources (`.section .note.GNU-stack,\"\",@progbits`) or link with `-z noexecstack`",
        ));
    }
}
