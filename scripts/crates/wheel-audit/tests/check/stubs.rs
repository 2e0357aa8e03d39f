//! `stubs`: types that type checkers do not find.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, Parts, release};
use wheel_fixtures::sdist::TarEntry;

/// A release all of whose wheels have these members too.
fn with(names: &[&str]) -> Dist {
    release(|parts| add(parts, names))
}

fn add(parts: &mut Parts, names: &[&str]) {
    for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
        wheel.members.extend(names.iter().map(|name| ((*name).to_owned(), b"x".to_vec())));
    }
}

pub const CASES: &[Case] = &[
    Case { name: "a typed package without stubs", broken: || with(&["sum_up_to/py.typed"]) },
    Case { name: "stubs without `py.typed`", broken: || with(&["sum_up_to/__init__.pyi"]) },
    Case {
        name: "stubs in the sdist alone",
        broken: || {
            release(|parts| {
                add(parts, &["sum_up_to/py.typed", "sum_up_to/more.py"]);
                let stubs = "sum_up_to-1.0.0/python/sum_up_to/_native.pyi";
                parts.sdist.entries.insert(1, TarEntry::file(stubs, b"x"));
            })
        },
    },
    Case {
        name: "stubs in two of three wheels",
        broken: || {
            release(|parts| {
                add(parts, &["sum_up_to/py.typed", "sum_up_to/_native.pyi"]);
                parts.windows.remove("sum_up_to/_native.pyi");
            })
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("stubs", CASES), @"
    # a typed package without stubs
    warning: its package is typed, and the extension has no stubs, so that its names have no types
      = a `.pyi` file beside the extension
    # stubs without `py.typed`
    warning: type checkers pass over these stubs, as the package has no `py.typed`
      = `py.typed` in the package
    # stubs in the sdist alone
    warning: other files of the release have it, and this wheel has not
      = the same types in every wheel
    # stubs in two of three wheels
    warning: its package is typed, and the extension has no stubs, so that its names have no types
      = a `.pyi` file beside the extension
    warning: other files of the release have it, and this wheel has not
      = the same types in every wheel
    ");
}

#[test]
fn typed_packages_of_many_shapes_are_good() {
    for names in [
        &["sum_up_to/py.typed", "sum_up_to/_native.pyi"][..],
        &["sum_up_to/py.typed", "sum_up_to/__init__.pyi"],
        // The code in Python has its types in it, and the extension is private.
        &["sum_up_to/py.typed", "sum_up_to/sums.py"],
        // Compiled from the file beside it.
        &["sum_up_to/py.typed", "sum_up_to/_native.py"],
        // Stubs in a folder, and a private package with an extension.
        &["sum_up_to/py.typed", "sum_up_to/_native/__init__.pyi"],
        &[
            "sum_up_to/py.typed",
            "sum_up_to/more.py",
            "sum_up_to/in/__init__.py",
            "sum_up_to/in/a.so",
        ],
        // For the project itself.
        &["sum_up_to/_native.pyi"],
        &["sum_up_to/_internal/a.pyi", "sum_up_to/_internal/a.py"],
        &["sum_up_to-stubs/__init__.pyi"],
        &["sum_up_to/data/typeshed/os.pyi"],
    ] {
        assert_eq!(judge("stubs", &with(names)), Ok(Vec::new()), "{names:?}");
    }
}

#[test]
fn a_release_without_types_is_not_judged() {
    let nothing = NotJudged::NoSubject("no stubs and no `py.typed`".to_owned());
    assert_eq!(judge("stubs", &release(|_| {})), Err(nothing));
}
