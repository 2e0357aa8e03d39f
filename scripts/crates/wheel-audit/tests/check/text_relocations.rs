//! `text-relocations`: a library whose code must be changed while it is loaded.

use crate::{Case, elf, refusals};

pub const CASES: &[Case] = &[Case {
    name: "code that is not position-independent",
    broken: || elf(|elf| elf.text_relocations = true),
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("text-relocations", CASES), @"
    # code that is not position-independent
    error[text-relocations]: it has text relocations (`DT_TEXTREL`)
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: position-independent code
       = remedy: compile every object in it with `-fPIC`
    ");
}
