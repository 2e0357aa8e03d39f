//! `code-signature`: code for arm64 that macOS would end.

use crate::{Case, judge, macho, refusals};
use wheel_fixtures::macho::{ARM64, Macho, X86_64, fat};
use wheel_fixtures::release::release;

pub const CASES: &[Case] = &[
    Case { name: "no signature", broken: || macho(|macho| macho.signed = false) },
    Case {
        name: "a byte changed after the signing",
        broken: || macho(|macho| macho.changed = true),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("code-signature", CASES), @"
    # no signature
    error[code-signature]: its arm64 code is not signed
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: a signature, at least an ad-hoc one, made after the last change
       = remedy: sign it at the end: `codesign --force --sign - FILE`
    # a byte changed after the signing
    error[code-signature]: the signature of its arm64 code is not valid: the hash of page 0 differs
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: a signature, at least an ad-hoc one, made after the last change
       = remedy: sign it at the end: `codesign --force --sign - FILE`
    ");
}

#[test]
fn code_for_x86_64_needs_no_signature() {
    let unsigned = Macho { signed: false, ..Macho::new(X86_64) };
    let both = fat(&[unsigned, Macho::new(ARM64)]);
    let dist = release(|parts| parts.macos.set_module(both));
    assert_eq!(judge("code-signature", &dist), Ok(Vec::new()));
}
