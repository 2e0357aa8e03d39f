//! `metadata-agrees`: one release that says two things about the project.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::release;

const LICENSE: &str = "License-Expression: MIT OR Apache-2.0\n";

pub const CASES: &[Case] = &[
    Case {
        name: "a wheel has a field that the others have not",
        broken: || {
            release(|parts| {
                parts.windows.edit(
                    "METADATA",
                    LICENSE,
                    &format!("{LICENSE}Requires-Dist: colorama\n"),
                );
            })
        },
    },
    Case {
        name: "a wheel lacks a field",
        broken: || release(|parts| parts.windows.edit("METADATA", LICENSE, "")),
    },
    Case {
        name: "the sdist has another value",
        broken: || release(|parts| parts.sdist.edit(">=3.10", ">=3.11")),
    },
    Case {
        name: "the sdist has another description",
        broken: || release(|parts| parts.sdist.edit("# sum_up_to", "# add_up_to")),
    },
    Case {
        name: "the first file differs from all others",
        broken: || release(|parts| parts.macos.edit("METADATA", "MIT OR", "MIT AND")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("metadata-agrees", CASES), @"
    # a wheel has a field that the others have not
    error[metadata-agrees]: its metadata has `requires-dist: colorama`, which the others lack
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # a wheel lacks a field
    error[metadata-agrees]: its metadata lacks `license-expression: MIT OR Apache-2.0`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # the sdist has another value
    error[metadata-agrees]: its metadata has `requires-python: >=3.11`, which the others lack
      --> sum_up_to-1.0.0.tar.gz
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # the sdist has another description
    error[metadata-agrees]: its description differs
      --> sum_up_to-1.0.0.tar.gz
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # the first file differs from all others
    error[metadata-agrees]: its metadata has `license-expression: MIT OR Apache-2.0`, which the others lack
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    error[metadata-agrees]: its metadata has `license-expression: MIT OR Apache-2.0`, which the others lack
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    error[metadata-agrees]: its metadata has `license-expression: MIT OR Apache-2.0`, which the others lack
      --> sum_up_to-1.0.0.tar.gz
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    ");
}

#[test]
fn order_line_ends_and_space_around_the_description_are_no_difference() {
    let dist = release(|parts| {
        parts.windows.edit("METADATA", LICENSE, "");
        parts.windows.edit("METADATA", "Summary: ", &format!("{LICENSE}Summary: "));
        parts.sdist.edit("Requires-Python: >=3.10\n", "Requires-Python: >=3.10\r\n");
        parts.sdist.edit("# sum_up_to\n", "# sum_up_to\n\n");
    });
    assert_eq!(judge("metadata-agrees", &dist), Ok(Vec::new()));
}
