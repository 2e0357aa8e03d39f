//! `macos-floor`: code for a newer macOS than the tag promises.

use crate::{Case, judge, macho, refusals};
use wheel_fixtures::macho::{ARM64, Macho, X86_64, fat};
use wheel_fixtures::release::release;

pub const CASES: &[Case] = &[
    Case {
        name: "the macOS of the build machine",
        broken: || macho(|macho| macho.minimum = (15, 0)),
    },
    Case { name: "a newer minor version", broken: || macho(|macho| macho.minimum = (11, 3)) },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("macos-floor", CASES), @"
    # the macOS of the build machine
    error[macos-floor]: its code for arm64 needs macOS 15.0
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: macOS 11.0 or older, as `macosx_11_0_arm64` promises
       = remedy: build with `MACOSX_DEPLOYMENT_TARGET` set to the tag's version, libraries included
    # a newer minor version
    error[macos-floor]: its code for arm64 needs macOS 11.3
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: macOS 11.0 or older, as `macosx_11_0_arm64` promises
       = remedy: build with `MACOSX_DEPLOYMENT_TARGET` set to the tag's version, libraries included
    ");
}

#[test]
fn a_part_for_a_machine_that_is_not_promised_does_not_count() {
    let newer = Macho { minimum: (26, 0), ..Macho::new(X86_64) };
    let both = fat(&[newer, Macho::new(ARM64)]);
    let dist = release(|parts| parts.macos.set_module(both));
    assert_eq!(judge("macos-floor", &dist), Ok(Vec::new()));
}

#[test]
fn an_older_macos_is_no_lie() {
    let dist = macho(|macho| macho.minimum = (10, 12));
    assert_eq!(judge("macos-floor", &dist), Ok(Vec::new()));
}
