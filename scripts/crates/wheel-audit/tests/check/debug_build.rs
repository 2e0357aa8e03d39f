//! `debug-build`: what only the developer's machine can use.

use crate::{Case, elf, judge, pe, refusals};

pub const CASES: &[Case] = &[
    Case { name: "more debug information than code", broken: || elf(|elf| elf.debug = 2_000_000) },
    Case {
        name: "the debug build of the C runtime",
        broken: || pe(|pe| pe.imports.push(("ucrtbased.dll", vec!["malloc"]))),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("debug-build", CASES), @"
    # more debug information than code
    warning[debug-build]: it holds most of the debug information, which is more than half of all binaries
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: stripped binaries
       = remedy: build with `--release` and `strip = true`, or run `strip --strip-debug` on it
    # the debug build of the C runtime
    error[debug-build]: it needs `ucrtbased.dll`, which is part of a debug build
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: the library of a release build
       = remedy: build with the release configuration
    ");
}

#[test]
fn a_little_debug_information_does_no_harm() {
    assert_eq!(judge("debug-build", &elf(|elf| elf.debug = 100_000)), Ok(Vec::new()));
}
