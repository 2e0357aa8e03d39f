//! `contents-exact`: wheels that lack what they are for, or bring what nobody meant.

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, LINUX, release};
use wheel_fixtures::sdist::TarEntry;

fn with(name: &'static str) -> Dist {
    release(|parts| parts.linux.members.push((name.to_owned(), b"x".to_vec())))
}

pub const CASES: &[Case] = &[
    Case {
        name: "no binary",
        broken: || release(|parts| parts.linux.remove("sum_up_to/_native.abi3.so")),
    },
    Case {
        name: "compiled Python of one version",
        broken: || with("sum_up_to/__pycache__/a.cpython-313.pyc"),
    },
    Case { name: "a file of the Finder", broken: || with("sum_up_to/.DS_Store") },
    Case { name: "an object of the compiler", broken: || with("sum_up_to/native.o") },
    Case { name: "the settings of CMake", broken: || with("sum_up_to/CMakeCache.txt") },
    Case {
        name: "a database of debug information",
        broken: || {
            release(|parts| {
                let database = b"Microsoft C/C++ MSF 7.00\r\n".to_vec();
                parts.windows.members.push(("sum_up_to/_native.pdb".to_owned(), database));
            })
        },
    },
    Case {
        name: "an extension module in a pure wheel",
        broken: || {
            release(|parts| {
                parts.linux.edit("WHEEL", "Root-Is-Purelib: false", "Root-Is-Purelib: true");
            })
        },
    },
    Case {
        name: "no license at all",
        broken: || {
            release(|parts| {
                parts.edit_metadata("License-Expression: MIT OR Apache-2.0\n", "");
            })
        },
    },
    Case {
        name: "a license that is named and not there",
        broken: || {
            release(|parts| {
                parts.edit_metadata("\n\n# sum", "\nLicense-File: LICENSE\n\n# sum");
                parts.sdist.entries.insert(1, TarEntry::file("sum_up_to-1.0.0/LICENSE", b"free"));
            })
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("contents-exact", CASES), @"
    # no binary
    error: it is for one platform and holds no binary
      = a program or a library for that platform
    # compiled Python of one version
    warning: it is a leftover (`__pycache__`)
      = only files of the package
    # a file of the Finder
    warning: it is a leftover (`.DS_Store`)
      = only files of the package
    # an object of the compiler
    warning: it is a leftover (`.o`)
      = only files of the package
    # the settings of CMake
    warning: it is a leftover (`CMakeCache.txt`)
      = only files of the package
    # a database of debug information
    warning: it is a leftover (`debug database`)
      = only files of the package
    # an extension module in a pure wheel
    warning: it is an extension module, and `Root-Is-Purelib` is true
      = `Root-Is-Purelib: false`, so that it is installed with what belongs to one platform
    # no license at all
    warning: it names no license, and holds none
      = a license, without which nobody may use it
    # a license that is named and not there
    error: the metadata names the license `LICENSE`, which is not in the wheel
      = `sum_up_to-1.0.0.dist-info/licenses/LICENSE`
    ");
}

#[test]
fn a_license_where_the_specification_puts_it_is_found() {
    let dist = release(|parts| {
        parts.edit_metadata("\n\n# sum", "\nLicense-File: LICENSE\n\n# sum");
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            let path = wheel.own("licenses/LICENSE");
            wheel.members.push((path, b"free".to_vec()));
        }
    });
    assert!(dist.files.contains_key(LINUX));
    assert_eq!(judge("contents-exact", &dist), Ok(Vec::new()));
}

#[test]
fn data_with_the_ending_of_an_object_is_no_leftover() {
    // Proteins, and shapes.
    for name in ["sum_up_to/1abc.pdb", "sum_up_to/teapot.obj", "sum_up_to/.github.txt"] {
        assert_eq!(judge("contents-exact", &with(name)), Ok(Vec::new()), "{name}");
    }
}
