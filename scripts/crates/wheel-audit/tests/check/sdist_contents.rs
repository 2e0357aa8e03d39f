//! `sdist-contents`: sdists that cannot be built, or tell of the machine that packed them.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, release};
use wheel_fixtures::sdist::TarEntry;

fn without(path: &'static str) -> Dist {
    release(|parts| {
        let before = parts.sdist.entries.len();
        parts.sdist.entries.retain(|entry| !entry.name.ends_with(path.as_bytes()));
        assert_eq!(parts.sdist.entries.len(), before - 1);
    })
}

fn with(path: &'static str) -> Dist {
    release(|parts| {
        let path = format!("sum_up_to-1.0.0/{path}");
        parts.sdist.entries.insert(1, TarEntry::file(&path, b"x"));
    })
}

pub const CASES: &[Case] = &[
    Case { name: "no lock file", broken: || without("/Cargo.lock") },
    Case { name: "nothing that says how to build", broken: || without("/pyproject.toml") },
    Case { name: "the repository itself", broken: || with(".git/config") },
    Case { name: "compiled Python", broken: || with("src/__pycache__/a.pyc") },
    Case { name: "the sdist before it", broken: || with("dist/sum_up_to-0.9.0.tar.gz") },
    Case {
        name: "a wheel under an old spelling",
        broken: || with("wheels/Sum.Up_To-1.0.0-cp310-abi3-win_amd64.whl"),
    },
    Case {
        name: "a license that is named and not there",
        broken: || {
            release(|parts| {
                parts.edit_metadata("\n\n# sum", "\nLicense-File: LICENSE\n\n# sum");
                for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
                    let path = wheel.own("licenses/LICENSE");
                    wheel.members.push((path, b"free".to_vec()));
                }
            })
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("sdist-contents", CASES), @"
    # no lock file
    warning[sdist-contents]: it has `Cargo.toml` and no `Cargo.lock`
      --> sum_up_to-1.0.0.tar.gz
       = expected: the lock file that was tested
       = remedy: commit `Cargo.lock`, and do not exclude it from the sdist
    # nothing that says how to build
    error[sdist-contents]: it has neither `pyproject.toml` nor `setup.py`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `pyproject.toml`, which says how to build it
       = remedy: let the sdist include it
    # the repository itself
    warning[sdist-contents]: it is a leftover (`.git`)
      --> sum_up_to-1.0.0.tar.gz: .git/config
       = expected: what a build needs
       = remedy: build the sdist from a clean checkout
    # compiled Python
    warning[sdist-contents]: it is a leftover (`__pycache__`)
      --> sum_up_to-1.0.0.tar.gz: src/__pycache__/a.pyc
       = expected: what a build needs
       = remedy: build the sdist from a clean checkout
    # the sdist before it
    error[sdist-contents]: it is a release of this project
      --> sum_up_to-1.0.0.tar.gz: dist/sum_up_to-0.9.0.tar.gz
       = expected: no wheel and no sdist of the project itself
       = remedy: let git ignore the folder, commit that, and build the sdist again
    # a wheel under an old spelling
    error[sdist-contents]: it is a release of this project
      --> sum_up_to-1.0.0.tar.gz: wheels/Sum.Up_To-1.0.0-cp310-abi3-win_amd64.whl
       = expected: no wheel and no sdist of the project itself
       = remedy: let git ignore the folder, commit that, and build the sdist again
    # a license that is named and not there
    error[sdist-contents]: `PKG-INFO` names the license `LICENSE`, which is not in the sdist
      --> sum_up_to-1.0.0.tar.gz
       = expected: every `License-File`
       = remedy: correct `license-files` in `pyproject.toml`, or let the sdist include the file
    ");
}

#[test]
fn a_file_that_merely_begins_like_a_leftover_is_none() {
    assert_eq!(judge("sdist-contents", &with(".github/workflows/ci.yml")), Ok(Vec::new()));
    assert_eq!(judge("sdist-contents", &with(".gitignore")), Ok(Vec::new()));
}

#[test]
fn an_archive_of_another_name_may_be_data_of_a_test() {
    for path in [
        "tests/data/other-1.0.tar.gz",
        "tests/data/sum_up_to_more-1.0.0-py3-none-any.whl",
        "tests/data/sum_up_to-more-1.0.tar.gz",
        "tests/data/sum_up_to.tar.gz",
        "tests/data/sum_up_to-data.tar.gz",
        "tests/data/sum_up_to-1.0.0.txt",
        "tests/sum_up_to-1.0.0/a.py",
    ] {
        assert_eq!(judge("sdist-contents", &with(path)), Ok(Vec::new()), "{path}");
    }
}
