//! `metadata-agrees`: one release that says two things about the project.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::release;

const SUMMARY: &str = "Summary: The exact sum of the first n integers\n";

pub const CASES: &[Case] = &[
    Case {
        name: "a wheel has a field that the others have not",
        broken: || {
            release(|parts| {
                parts.windows.edit(
                    "METADATA",
                    SUMMARY,
                    &format!("{SUMMARY}Requires-Dist: colorama\n"),
                );
            })
        },
    },
    Case {
        name: "a wheel lacks a field",
        broken: || release(|parts| parts.windows.edit("METADATA", SUMMARY, "")),
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
        broken: || release(|parts| parts.macos.edit("METADATA", "first n", "last n")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("metadata-agrees", CASES), @"
    # a wheel has a field that the others have not
    error[metadata-agrees]: its metadata has `Requires-Dist: colorama`, which most others lack
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the metadata of `sum_up_to-1.0.0.tar.gz`
       = remedy: build all files of a release from one sdist
    # a wheel lacks a field
    warning[metadata-agrees]: its metadata lacks `Summary: The exact sum of the first n integers`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the metadata of `sum_up_to-1.0.0.tar.gz`
       = remedy: build all files of a release from one sdist
    # the sdist has another value
    error[metadata-agrees]: its metadata has `Requires-Python: >=3.11` instead of `Requires-Python: >=3.10`
      --> sum_up_to-1.0.0.tar.gz
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # the sdist has another description
    warning[metadata-agrees]: its description differs
      --> sum_up_to-1.0.0.tar.gz
       = expected: the metadata of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
       = remedy: build all files of a release from one sdist
    # the first file differs from all others
    warning[metadata-agrees]: its metadata has `Summary: The exact sum of the last n integers` instead of `Summary: The exact sum of the first n integers`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: the metadata of `sum_up_to-1.0.0.tar.gz`
       = remedy: build all files of a release from one sdist
    ");
}

#[test]
fn order_line_ends_and_space_around_the_description_are_no_difference() {
    let dist = release(|parts| {
        parts.windows.edit("METADATA", SUMMARY, "");
        parts.windows.edit("METADATA", "Requires-Python: ", &format!("{SUMMARY}Requires-Python: "));
        parts.sdist.edit("Requires-Python: >=3.10\n", "Requires-Python: >=3.10\r\n");
        parts.sdist.edit("# sum_up_to\n", "# sum_up_to\n\n");
    });
    assert_eq!(judge("metadata-agrees", &dist), Ok(Vec::new()));
}
