//! `metadata-valid`: what an index would refuse or show under another project.
//!
//! Each release is broken in all of its files alike, so that they still agree with each other.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, SDIST, good, release};
use wheel_fixtures::sdist::{Sdist, TarEntry};

fn stating(from: &str, to: &str) -> Dist {
    release(|parts| parts.edit_metadata(from, to))
}

pub const CASES: &[Case] = &[
    Case {
        name: "a metadata version that no index knows",
        broken: || stating("Metadata-Version: 2.4", "Metadata-Version: 9.0"),
    },
    Case { name: "no metadata version", broken: || stating("Metadata-Version: 2.4\n", "") },
    Case { name: "another project", broken: || stating("Name: sum-up-to", "Name: summation") },
    Case { name: "another version", broken: || stating("Version: 1.0.0", "Version: 1.0.1") },
    Case { name: "a version that is none", broken: || stating("Version: 1.0.0", "Version: one") },
    Case { name: "no project", broken: || stating("Name: sum-up-to\n", "") },
    Case { name: "no version", broken: || stating("\nVersion: 1.0.0", "") },
    Case { name: "no floor of Python", broken: || stating("Requires-Python: >=3.10\n", "") },
    Case {
        name: "an empty floor of Python",
        broken: || stating("Requires-Python: >=3.10", "Requires-Python:"),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("metadata-valid", CASES), @"
    # a metadata version that no index knows
    error[metadata-valid]: `Metadata-Version` is `9.0`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is `9.0`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is `9.0`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is `9.0`
      --> sum_up_to-1.0.0.tar.gz
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # no metadata version
    error[metadata-valid]: `Metadata-Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Metadata-Version` is missing
      --> sum_up_to-1.0.0.tar.gz
       = expected: one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # another project
    error[metadata-valid]: `Name` is `summation`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is `summation`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is `summation`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is `summation`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # another version
    error[metadata-valid]: `Version` is `1.0.1`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `1.0.1`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `1.0.1`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `1.0.1`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # a version that is none
    error[metadata-valid]: `Version` is `one`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `one`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `one`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is `one`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # no project
    error[metadata-valid]: `Name` is missing
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is missing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is missing
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Name` is missing
      --> sum_up_to-1.0.0.tar.gz
       = expected: `sum-up-to`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # no version
    error[metadata-valid]: `Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is missing
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    error[metadata-valid]: `Version` is missing
      --> sum_up_to-1.0.0.tar.gz
       = expected: `1.0.0`, as in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # no floor of Python
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0.tar.gz
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # an empty floor of Python
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    warning[metadata-valid]: `Requires-Python` is missing
      --> sum_up_to-1.0.0.tar.gz
       = expected: a value
       = remedy: correct `[project]` in `pyproject.toml` and build again
    ");
}

#[test]
fn an_sdist_without_a_version_in_its_name_is_refused() {
    let file = Sdist {
        file: "sum_up_to.tar.gz".to_owned(),
        entries: vec![TarEntry::file("sum_up_to/PKG-INFO", wheel_fixtures::METADATA.as_bytes())],
    };
    let mut dist = good();
    dist.remove(SDIST);
    dist.add(&file.file, file.bytes());
    let findings = judge("metadata-valid", &dist).expect("it can tell");
    insta::assert_debug_snapshot!(findings, @r#"
    [
        Finding {
            severity: Error,
            file: "sum_up_to.tar.gz",
            member: None,
            check: "metadata-valid",
            message: "the file name has no version",
            expected: "`NAME-VERSION.tar.gz`",
            remedy: "correct `[project]` in `pyproject.toml` and build again",
        },
    ]
    "#);
}

#[test]
fn another_spelling_of_name_and_version_is_no_lie() {
    let dist = release(|parts| {
        parts.edit_metadata("Name: sum-up-to", "Name: Sum.Up_To");
        parts.edit_metadata("Version: 1.0.0", "Version: 1.0");
    });
    assert_eq!(judge("metadata-valid", &dist), Ok(Vec::new()));
}
