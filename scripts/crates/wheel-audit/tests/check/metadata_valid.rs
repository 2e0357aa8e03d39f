//! `metadata-valid`: what an index would refuse or show under another project.
//!
//! Each release is broken in all of its files alike, so that they still agree with each other.

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, LINUX, Parts, SDIST, good, release};
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

/// A release whose metadata has a line more.
fn adding(field: &'static str) -> Dist {
    release(|parts| parts.edit_metadata("Summary: ", &format!("{field}\nSummary: ")))
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
    Case { name: "a requirement that is none", broken: || adding("Requires-Dist: numpy (1.20)") },
    Case {
        name: "a marker that is none",
        broken: || adding("Requires-Dist: numpy>=1.20; python >= '3.10'"),
    },
    Case {
        name: "an extra that is not declared",
        broken: || adding("Provides-Extra: docs\nRequires-Dist: numpy; extra == 'doc'"),
    },
    Case { name: "an extra without a name", broken: || adding("Provides-Extra: my docs") },
    Case {
        name: "a floor of Python that is none",
        broken: || stating("Requires-Python: >=3.10", "Requires-Python: >=3.10.*"),
    },
    Case {
        name: "a wheel for a Python that the metadata keeps out",
        broken: || {
            let mut wheel = Wheel::new(LINUX);
            wheel.retag("cp39", "cp39", "manylinux_2_17_x86_64");
            let module = "sum_up_to/_native.cpython-39-x86_64-linux-gnu.so";
            wheel.rename("sum_up_to/_native.abi3.so", module);
            let mut dist = good();
            dist.add(&wheel.file, wheel.bytes());
            dist.plan.foreign.push(wheel.file.clone());
            dist.plan.unpromised.push(wheel.file);
            dist
        },
    },
    Case {
        name: "free-threaded Python in the classifiers alone",
        broken: || {
            let claim =
                "Classifier: Programming Language :: Python :: Free Threading :: 3 - Stable";
            let edited = |parts: &mut Parts| {
                parts.edit_metadata("Summary: ", &format!("{claim}\nSummary: "));
            };
            // The wheels of two more series.
            let mut more = Vec::new();
            let mut dist = release(|parts| {
                edited(parts);
                for python in ["cp311", "cp312"] {
                    let mut wheel = parts.linux.clone();
                    wheel.retag(python, "abi3", "manylinux_2_28_x86_64");
                    more.push(wheel);
                }
            });
            for wheel in more {
                dist.add(&wheel.file, wheel.bytes());
                dist.plan.foreign.push(wheel.file.clone());
                dist.plan.unpromised.push(wheel.file);
            }
            dist
        },
    },
    Case { name: "a license that SPDX does not know", broken: || stating("MIT OR", "MYT OR") },
    Case {
        name: "a classifier beside a license expression",
        broken: || adding("Classifier: License :: OSI Approved :: MIT License"),
    },
    Case { name: "a field that is none", broken: || adding("Home-paeg: https://example.org") },
    Case { name: "a field twice", broken: || adding("Summary: The sum") },
    Case {
        name: "a field that is newer than the metadata",
        broken: || adding("Import-Name: sum_up_to"),
    },
    Case { name: "a version that is dynamic", broken: || adding("Dynamic: Version") },
    Case {
        name: "a description of an unknown kind",
        broken: || adding("Description-Content-Type: text/html; charset=UTF-8"),
    },
    Case {
        name: "two descriptions",
        broken: || {
            release(|parts| parts.linux.edit("METADATA", "Summary: ", "Description: x\nSummary: "))
        },
    },
    Case {
        name: "an sdist without `PKG-INFO`",
        broken: || release(|parts| drop(parts.sdist.entries.pop())),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("metadata-valid", CASES), @r#"
    # a metadata version that no index knows
    error: `Metadata-Version` is `9.0`
      = one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
    # no metadata version
    error: `Metadata-Version` is missing
      = one of 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5
    # another project
    error: `Name` is `summation`
      = `sum-up-to`, as in the file name
    # another version
    error: `Version` is `1.0.1`
      = `1.0.0`, as in the file name
    # a version that is none
    error: `Version` is `one`
      = `1.0.0`, as in the file name
    # no project
    error: `Name` is missing
      = `sum-up-to`, as in the file name
    # no version
    error: `Version` is missing
      = `1.0.0`, as in the file name
    # no floor of Python
    warning: `Requires-Python` is missing
      = a value
    # an empty floor of Python
    warning: `Requires-Python` is missing
      = a value
    # no `METADATA`
    error: it has no member `sum_up_to-1.0.0.dist-info/METADATA`
      = the core metadata of the release in the file name
    # a line that is no field
    error: it cannot be read: line 4, `The exact sum of the first n integers`, is not a field
      = the core metadata of the release in the file name
    # no `.dist-info` folder
    error: it has no folder `sum_up_to-1.0.0.dist-info`
      = the core metadata of the release in the file name
    # the folder of another version
    error: its folder is `sum_up_to-0.9.0.dist-info`, and not `sum_up_to-1.0.0.dist-info`
      = the core metadata of the release in the file name
    # two folders of metadata
    error: it has several `.dist-info` folders: sum_up_to-0.9.0.dist-info, sum_up_to-1.0.0.dist-info
      = the core metadata of the release in the file name
    # a requirement that is none
    error: `Requires-Dist: numpy (1.20)`: `1.20` has no operator
      = a requirement such as `name[extra]>=1.0; python_version < "3.12"`
    # a marker that is none
    error: `Requires-Dist: numpy>=1.20; python >= '3.10'`: `python` is no variable of markers
      = a requirement such as `name[extra]>=1.0; python_version < "3.12"`
    # an extra that is not declared
    warning: `Requires-Dist: numpy; extra == 'doc'` is for an extra that is not declared
      = `Provides-Extra: doc`
    # an extra without a name
    error: `Provides-Extra: my docs`: it is no name of an extra
      = a name such as `docs`
    # a floor of Python that is none
    error: `Requires-Python: >=3.10.*`: `>=3.10.*`: Operator >= cannot be used with a wildcard version specifier
      = specifiers such as `>=3.10`, with commas between them
    # a wheel for a Python that the metadata keeps out
    error: `Requires-Python: >=3.10` lets no Python in that installs `cp39`
      = a wheel for a Python that the project supports
    # free-threaded Python in the classifiers alone
    warning: a classifier says that free-threaded Python is supported, and no wheel is for it
      = a wheel such as `cp314-cp314t`, or no such classifier
    # a license that SPDX does not know
    error: `License-Expression: MYT OR Apache-2.0`: `MYT` is no license of SPDX
      = an expression of SPDX, such as `MIT OR Apache-2.0`
    # a classifier beside a license expression
    warning: `License :: OSI Approved :: MIT License` stands beside a `License-Expression`
      = the license once, as `License-Expression`
    # a field that is none
    error: `home-paeg` is no field of core metadata, and twine refuses it
      = fields of the specification
    # a field twice
    error: `Summary` is there twice
      = the field once
    # a field that is newer than the metadata
    error: `Import-Name` is no field of metadata 2.4
      = `Metadata-Version: 2.5` or later
    # a version that is dynamic
    error: `Dynamic: Version`: the field cannot be dynamic
      = a field that may differ between the sdist and its wheels
    # a description of an unknown kind
    error: `Description-Content-Type: text/html; charset=UTF-8`: PyPI does not know it
      = text/markdown, text/x-rst or text/plain
    # two descriptions
    error: it has a `Description` and a text after its fields
      = one description
    # an sdist without `PKG-INFO`
    error: it has no `PKG-INFO`
      = the core metadata of the release in the file name
    "#);
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

#[test]
fn a_stable_abi_or_a_pure_wheel_of_an_old_tag_is_no_contradiction() {
    // The tag is the oldest Python that installs it.
    let wheel = |python: &str, abi: &str| {
        let mut wheel = Wheel::new(LINUX);
        wheel.retag(python, abi, "manylinux_2_17_x86_64");
        let mut dist = good();
        dist.add(&wheel.file, wheel.bytes());
        judge("metadata-valid", &dist)
    };
    assert_eq!(wheel("cp38", "abi3"), Ok(Vec::new()));
    assert_eq!(wheel("py2.py3", "none"), Ok(Vec::new()));
    assert_eq!(wheel("cp38", "cp38").map(|found| found.len()), Ok(1));
}

#[test]
fn fields_that_old_builders_wrote_are_taken() {
    for field in [
        "License-File: LICENSE",
        "Home-page: UNKNOWN",
        "Requires-Dist: numpy (>=1.20) ; extra == 'fast'\nProvides-Extra: Fast",
        "Provides-Extra: a_b\nRequires-Dist: x; extra == 'a-b'",
    ] {
        let dist = release(|parts| {
            let all = format!("Metadata-Version: 2.1\n{field}");
            parts.edit_metadata("Metadata-Version: 2.4", &all);
            parts.edit_metadata("License-Expression: MIT OR Apache-2.0\n", "License: MIT\n");
        });
        assert_eq!(judge("metadata-valid", &dist), Ok(Vec::new()), "{field}");
    }
}
