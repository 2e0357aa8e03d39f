//! `vc-runtime`: parts of the Visual C++ runtime that nobody brings.

use crate::{Case, judge, pe, refusals};
use wheel_fixtures::pe::{AMD64, Pe};
use wheel_fixtures::release::release;

pub const CASES: &[Case] = &[Case {
    name: "the runtime of C++",
    broken: || pe(|pe| pe.imports.push(("MSVCP140.dll", vec!["x"]))),
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("vc-runtime", CASES), @"
    # the runtime of C++
    error[vc-runtime]: it needs `MSVCP140.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: a part of the runtime that Windows or CPython brings, or that is in the wheel
       = remedy: link the runtime statically (`-C target-feature=+crt-static`, `/MT`), or add it with delvewheel
    ");
}

#[test]
fn a_runtime_in_the_wheel_is_enough() {
    let mut module = Pe::new(AMD64);
    module.imports.push(("msvcp140-1a2b.dll", vec!["x"]));
    let dist = release(|parts| {
        parts.windows.set_module(module.bytes());
        parts
            .windows
            .members
            .insert(0, ("sum_up_to.libs/msvcp140-1a2b.dll".to_owned(), b"x".to_vec()));
    });
    assert_eq!(judge("vc-runtime", &dist), Ok(Vec::new()));
}
