//! `metadata-valid`: what an index would refuse or show under another project.
//!
//! Each release is broken in all of its files alike, so that they still agree with each other.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, LINUX, SDIST, good, release};
use wheel_fixtures::sdist::{Sdist, TarEntry};
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::{PackedMember, archive};

fn stating(from: &str, to: &str) -> Dist {
    release(|parts| parts.edit_metadata(from, to))
}

/// A release whose wheel for Linux has its metadata in another folder.
fn in_folder(folder: &str) -> Dist {
    let wheel = Wheel::new(LINUX);
    let moved = |text: &str| text.replace("sum_up_to-1.0.0.dist-info", folder);
    let members =
        wheel.members.iter().map(|(name, content)| PackedMember::stored(&moved(name), content));
    let record =
        PackedMember::stored(&moved(&wheel.own("RECORD")), moved(&wheel.record()).as_bytes());
    let members: Vec<PackedMember> = members.chain([record]).collect();
    let mut dist = good();
    dist.replace(LINUX, archive(&members));
    dist
}

pub const CASES: &[Case] = &[
    Case {
        name: "a metadata version that no index knows",
        broken: || stating("Metadata-Version: 2.4", "Metadata-Version: 9.0"),
    },
    Case { name: "no metadata version", broken: || stating("Metadata-Version: 2.4\n", "") },
    Case { name: "another project", broken: || stating("Name: sum-up-to", "Name: summation") },
    Case { name: "another version", broken: || stating("\nVersion: 1.0.0", "\nVersion: 1.0.1") },
    Case { name: "a version that is none", broken: || stating("Version: 1.0.0", "Version: one") },
    Case { name: "no project", broken: || stating("Name: sum-up-to\n", "") },
    Case { name: "no version", broken: || stating("\nVersion: 1.0.0", "") },
    Case { name: "no floor of Python", broken: || stating("Requires-Python: >=3.10\n", "") },
    Case {
        name: "an empty floor of Python",
        broken: || stating("Requires-Python: >=3.10", "Requires-Python:"),
    },
    Case {
        name: "no `METADATA`",
        broken: || {
            release(|parts| {
                let path = parts.linux.own("METADATA");
                parts.linux.remove(&path);
            })
        },
    },
    Case {
        name: "a line that is no field",
        broken: || release(|parts| parts.linux.edit("METADATA", "Summary: ", "")),
    },
    Case { name: "no `.dist-info` folder", broken: || in_folder("sum_up_to") },
    Case {
        name: "the folder of another version",
        broken: || in_folder("sum_up_to-0.9.0.dist-info"),
    },
    Case {
        name: "two folders of metadata",
        broken: || {
            release(|parts| {
                let member = "sum_up_to-0.9.0.dist-info/METADATA".to_owned();
                parts.linux.members.push((member, b"x".to_vec()));
            })
        },
    },
    Case {
        name: "an sdist without `PKG-INFO`",
        broken: || release(|parts| drop(parts.sdist.entries.pop())),
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
    # no `METADATA`
    error[metadata-valid]: it has no member `sum_up_to-1.0.0.dist-info/METADATA`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the core metadata of the release in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # a line that is no field
    error[metadata-valid]: it cannot be read: line 4, `The exact sum of the first n integers`, is not a field
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/METADATA
       = expected: the core metadata of the release in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # no `.dist-info` folder
    error[metadata-valid]: it has no folder `sum_up_to-1.0.0.dist-info`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the core metadata of the release in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # the folder of another version
    error[metadata-valid]: its folder is `sum_up_to-0.9.0.dist-info`, and not `sum_up_to-1.0.0.dist-info`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the core metadata of the release in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # two folders of metadata
    error[metadata-valid]: it has several `.dist-info` folders: sum_up_to-0.9.0.dist-info, sum_up_to-1.0.0.dist-info
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the core metadata of the release in the file name
       = remedy: correct `[project]` in `pyproject.toml` and build again
    # an sdist without `PKG-INFO`
    error[metadata-valid]: it has no `PKG-INFO`
      --> sum_up_to-1.0.0.tar.gz
       = expected: the core metadata of the release in the file name
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
