//! `contents-exact`: wheels that lack what they are for, or bring what nobody meant.

use crate::{Case, judge, refusals};
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
    Case { name: "secrets of the build machine", broken: || with("sum_up_to/.env") },
    Case {
        name: "an extension module in a pure wheel",
        broken: || {
            release(|parts| {
                parts.linux.edit("WHEEL", "Root-Is-Purelib: false", "Root-Is-Purelib: true");
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
    insta::assert_snapshot!(refusals("contents-exact", CASES), @"
    # no binary
    error[contents-exact]: it is for one platform and holds no binary
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: a program or a library for that platform
       = remedy: find out why the build left out the extension, or tag the wheel `any`
    # compiled Python of one version
    warning[contents-exact]: it is a leftover (`__pycache__`)
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__pycache__/a.cpython-313.pyc
       = expected: only files of the package
       = remedy: exclude it in the build backend's settings, and build from a clean checkout
    # a file of the Finder
    warning[contents-exact]: it is a leftover (`.DS_Store`)
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/.DS_Store
       = expected: only files of the package
       = remedy: exclude it in the build backend's settings, and build from a clean checkout
    # secrets of the build machine
    warning[contents-exact]: it is a leftover (`.env`)
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/.env
       = expected: only files of the package
       = remedy: exclude it in the build backend's settings, and build from a clean checkout
    # an extension module in a pure wheel
    warning[contents-exact]: it is an extension module, and `Root-Is-Purelib` is true
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: `Root-Is-Purelib: false`, so that it is installed with what belongs to one platform
       = remedy: let the build backend write `WHEEL`, and tell it that the project is not pure
    # a license that is named and not there
    error[contents-exact]: the metadata names the license `LICENSE`, which is not in the wheel
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `sum_up_to-1.0.0.dist-info/licenses/LICENSE`
       = remedy: correct `license-files` in `pyproject.toml` and build again
    error[contents-exact]: the metadata names the license `LICENSE`, which is not in the wheel
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `sum_up_to-1.0.0.dist-info/licenses/LICENSE`
       = remedy: correct `license-files` in `pyproject.toml` and build again
    error[contents-exact]: the metadata names the license `LICENSE`, which is not in the wheel
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `sum_up_to-1.0.0.dist-info/licenses/LICENSE`
       = remedy: correct `license-files` in `pyproject.toml` and build again
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
