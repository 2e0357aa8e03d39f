//! `exec-stack`: no library requests an executable stack.
//!
//! Loaders refuse such a library where the system forbids executable stacks. glibc 2.41 and later refuse it in every
//! library that is loaded by `dlopen`, as extension modules are.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "exec-stack",
    about: "no library asks for a stack that can be executed",
    documentation: include_str!("exec_stack.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "ELF file", |placed| matches!(placed.image.format, FormatFacts::Elf(_)), judge)
}

fn judge(placed: Placed, findings: &mut Findings) {
    let FormatFacts::Elf(facts) = &placed.image.format else { return };
    if facts.executable_stack == Some(true) {
        findings.push(placed.finding(
            &CHECK,
            "its `PT_GNU_STACK` is executable".to_owned(),
            "a stack that is not executable",
            "mark the assembly sources (`.section .note.GNU-stack,\"\",@progbits`) or link with `-z noexecstack`",
        ));
    }
}
