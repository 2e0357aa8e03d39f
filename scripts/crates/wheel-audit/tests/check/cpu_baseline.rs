//! `cpu-baseline`: libraries that say that they need a newer processor.

use crate::{Case, elf, judge, refusals};

pub const CASES: &[Case] = &[Case {
    name: "a newer level of the architecture",
    broken: || elf(|elf| elf.needed_isa = Some(0b111)),
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("cpu-baseline", CASES), @"
    # a newer level of the architecture
    error[cpu-baseline]: it says that it needs x86-64-v3
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: the baseline, which every processor of the tag has
       = remedy: compile without `-march=…` (Rust: `target-cpu`), and choose faster code at run time
    ");
}

#[test]
fn saying_nothing_is_no_lie() {
    assert_eq!(judge("cpu-baseline", &elf(|elf| elf.needed_isa = None)), Ok(Vec::new()));
}
