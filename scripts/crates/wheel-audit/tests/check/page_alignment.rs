//! `page-alignment`: libraries that large pages cannot map.

use crate::{Case, elf, judge, refusals};
use wheel_fixtures::elf::{AARCH64, Elf};
use wheel_fixtures::release::{Dist, good};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] =
    &[Case { name: "less than a page of any machine", broken: || elf(|elf| elf.alignment = 2048) }];

/// The good release with a wheel for arm64 beside it.
fn arm64(alignment: u64) -> Dist {
    let mut wheel = Wheel::new("sum_up_to-1.0.0-cp310-abi3-manylinux_2_17_aarch64.whl");
    wheel.set_module(Elf { alignment, ..Elf::new(AARCH64) }.bytes());
    let mut dist = good();
    dist.add(&wheel.file, wheel.bytes());
    dist
}

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("page-alignment", CASES), @"
    # less than a page of any machine
    error[page-alignment]: a part of it is aligned to 2048 bytes
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: 4096 bytes, a page of x86_64
       = remedy: link with `-z max-page-size=4096`; jemalloc has a setting of its own
    ");
}

#[test]
fn the_largest_page_depends_on_the_machine() {
    assert_eq!(judge("page-alignment", &elf(|elf| elf.alignment = 4096)), Ok(Vec::new()));
    assert_eq!(judge("page-alignment", &arm64(0x10000)), Ok(Vec::new()));
    let findings = judge("page-alignment", &arm64(4096)).expect("it can tell");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "a part of it is aligned to 4096 bytes");
    assert_eq!(findings[0].expected, "65536 bytes, a page of aarch64");
}
