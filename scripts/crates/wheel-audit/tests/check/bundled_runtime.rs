//! `bundled-runtime`: libraries that one package gives to all others.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, WINDOWS, release};

fn with(name: &'static str) -> Dist {
    release(|parts| parts.windows.members.push((name.to_owned(), b"x".to_vec())))
}

pub const CASES: &[Case] = &[
    Case { name: "the runtime of Visual C++", broken: || with("sum_up_to/MSVCP140.dll") },
    Case { name: "a part of it", broken: || with("sum_up_to.libs/msvcp140_atomic_wait.dll") },
    Case { name: "the runtime of GCC", broken: || with("sum_up_to/libstdc++-6.dll") },
    Case { name: "a runtime of OpenMP", broken: || with("sum_up_to/.libs/libomp140.x86_64.dll") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("bundled-runtime", CASES), @"
    # the runtime of Visual C++
    warning: it is a runtime library under its own name
      = a name of the wheel alone, such as `msvcp140-1a2b3c.dll`
    # a part of it
    warning: it is a runtime library under its own name
      = a name of the wheel alone, such as `msvcp140-1a2b3c.dll`
    # the runtime of GCC
    warning: it is a runtime library under its own name
      = a name of the wheel alone, such as `msvcp140-1a2b3c.dll`
    # a runtime of OpenMP
    warning: it is a runtime library under its own name
      = a name of the wheel alone, such as `msvcp140-1a2b3c.dll`
    ");
}

#[test]
fn names_with_a_hash_and_other_libraries_are_good() {
    for name in [
        "sum_up_to.libs/msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll",
        "sum_up_to.libs/libstdc++-6-1a2b.dll",
        "sum_up_to/msvcp.dll",
        "sum_up_to/mfcuk.dll",
        "sum_up_to/msvcp140.dll.txt",
    ] {
        assert_eq!(judge("bundled-runtime", &with(name)), Ok(Vec::new()), "{name}");
    }
}

#[test]
fn a_release_for_other_systems_is_not_judged() {
    let mut dist = release(|_| {});
    dist.remove(WINDOWS);
    let nothing = NotJudged::NoSubject("no extension for Windows".to_owned());
    assert_eq!(judge("bundled-runtime", &dist), Err(nothing));
}
