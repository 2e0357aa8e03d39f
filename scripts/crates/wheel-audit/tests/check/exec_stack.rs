//! `exec-stack`: a library that asks for an executable stack.

use crate::{Case, elf, refusals};

pub const CASES: &[Case] =
    &[Case { name: "an executable stack", broken: || elf(|elf| elf.executable_stack = true) }];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("exec-stack", CASES), @r#"
    # an executable stack
    error[exec-stack]: its `PT_GNU_STACK` is executable
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: a stack that is not executable
       = remedy: mark the assembly sources (`.section .note.GNU-stack,"",@progbits`) or link with `-z noexecstack`
    "#);
}
