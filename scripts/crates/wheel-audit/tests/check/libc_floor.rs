//! `libc-floor`: libraries that ask for a newer C library than the tag promises, or for another one.

use crate::{Case, elf, judge, refusals};
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::release::good;
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "a newer glibc",
        broken: || elf(|elf| elf.versions.insert(1, ("libc.so.6", "GLIBC_2.28", false))),
    },
    Case {
        name: "a newer glibc, in the library of mathematics",
        broken: || elf(|elf| elf.versions.insert(0, ("libm.so.6", "GLIBC_2.29", false))),
    },
    Case {
        name: "relocations that only a newer glibc knows",
        broken: || elf(|elf| elf.versions.insert(1, ("libc.so.6", "GLIBC_ABI_DT_RELR", false))),
    },
    Case {
        name: "the loader of musl",
        broken: || elf(|elf| elf.interpreter = Some("/lib/ld-musl-x86_64.so.1")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("libc-floor", CASES), @"
    # a newer glibc
    error[libc-floor]: it needs `GLIBC_2.28` of `libc.so.6`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version of glibc after 2.17
       = remedy: build on, or link against, a system as old as the tag says, or change the tag
    # a newer glibc, in the library of mathematics
    error[libc-floor]: it needs `GLIBC_2.29` of `libm.so.6`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version of glibc after 2.17
       = remedy: build on, or link against, a system as old as the tag says, or change the tag
    # relocations that only a newer glibc knows
    error[libc-floor]: it needs `GLIBC_ABI_DT_RELR` of `libc.so.6`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version of glibc after 2.17
       = remedy: build on, or link against, a system as old as the tag says, or change the tag
    # the loader of musl
    error[libc-floor]: its loader is `/lib/ld-musl-x86_64.so.1`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: the loader of the C library of its tag
       = remedy: build on, or link against, a system as old as the tag says, or change the tag
    ");
}

#[test]
fn versions_of_other_libraries_do_not_count() {
    let dist = elf(|elf| elf.versions.push(("libgcc_s.so.1", "GLIBC_2.40", false)));
    assert_eq!(judge("libc-floor", &dist), Ok(Vec::new()));
}

#[test]
fn a_wheel_for_musl_needs_nothing_of_glibc() {
    let mut wheel = Wheel::new("sum_up_to-1.0.0-cp310-abi3-musllinux_1_2_x86_64.whl");
    let mut dist = good();
    dist.add(&wheel.file, wheel.bytes());
    let findings = judge("libc-floor", &dist).expect("it can tell");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "it needs `GLIBC_2.17` of `libc.so.6`");
    wheel.set_module(
        Elf { versions: vec![("libgcc_s.so.1", "GLIBC_2.0", false)], ..Elf::new(X86_64) }.bytes(),
    );
    dist.add(&wheel.file, wheel.bytes());
    assert_eq!(judge("libc-floor", &dist), Ok(Vec::new()));
}
