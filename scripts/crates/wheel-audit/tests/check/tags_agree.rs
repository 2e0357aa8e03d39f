//! `tags-agree`: a file name that promises other platforms than the wheel's own `WHEEL` file.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, release};

fn tagged(from: &str, to: &str) -> Dist {
    release(|parts| parts.linux.edit("WHEEL", from, to))
}

const MANYLINUX: &str = "Tag: cp310-abi3-manylinux_2_17_x86_64\n";
const LEGACY: &str = "Tag: cp310-abi3-manylinux2014_x86_64\n";

pub const CASES: &[Case] = &[
    Case {
        name: "the tag of the machine that built the wheel",
        broken: || tagged(MANYLINUX, "Tag: cp310-abi3-linux_x86_64\n"),
    },
    Case { name: "one of two tags is missing", broken: || tagged(LEGACY, "") },
    Case {
        name: "one tag too many",
        broken: || tagged(LEGACY, &format!("{LEGACY}Tag: cp310-abi3-manylinux_2_5_x86_64\n")),
    },
    Case {
        name: "no tag at all",
        broken: || {
            release(|parts| {
                parts.linux.edit("WHEEL", MANYLINUX, "");
                parts.linux.edit("WHEEL", LEGACY, "");
            })
        },
    },
    Case { name: "a tag with two parts", broken: || tagged(MANYLINUX, "Tag: cp310-abi3\n") },
    Case {
        name: "no `WHEEL` file",
        broken: || {
            release(|parts| {
                let path = parts.linux.own("WHEEL");
                parts.linux.remove(&path);
            })
        },
    },
    Case {
        name: "a `WHEEL` file that has no fields",
        broken: || release(|parts| parts.linux.edit("WHEEL", "Wheel-Version: 1.0\n", "nonsense\n")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("tags-agree", CASES), @"
    # the tag of the machine that built the wheel
    error[tags-agree]: `sum_up_to-1.0.0.dist-info/WHEEL` lists cp310-abi3-linux_x86_64, cp310-abi3-manylinux2014_x86_64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64
       = remedy: do not rename wheels; `wheel tags` changes both places at once
    # one of two tags is missing
    error[tags-agree]: `sum_up_to-1.0.0.dist-info/WHEEL` lists cp310-abi3-manylinux_2_17_x86_64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64
       = remedy: do not rename wheels; `wheel tags` changes both places at once
    # one tag too many
    error[tags-agree]: `sum_up_to-1.0.0.dist-info/WHEEL` lists cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64, cp310-abi3-manylinux_2_5_x86_64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64
       = remedy: do not rename wheels; `wheel tags` changes both places at once
    # no tag at all
    error[tags-agree]: `sum_up_to-1.0.0.dist-info/WHEEL` lists no tag
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64
       = remedy: do not rename wheels; `wheel tags` changes both places at once
    # a tag with two parts
    error[tags-agree]: `sum_up_to-1.0.0.dist-info/WHEEL` lists cp310-abi3, cp310-abi3-manylinux2014_x86_64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: cp310-abi3-manylinux2014_x86_64, cp310-abi3-manylinux_2_17_x86_64
       = remedy: do not rename wheels; `wheel tags` changes both places at once
    # no `WHEEL` file
    error[tags-agree]: it has no member `sum_up_to-1.0.0.dist-info/WHEEL`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: fields such as `Tag: py3-none-any`
       = remedy: build the wheel again
    # a `WHEEL` file that has no fields
    error[tags-agree]: it cannot be read: line 1, `nonsense`, is not a field
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/WHEEL
       = expected: fields such as `Tag: py3-none-any`
       = remedy: build the wheel again
    ");
}

#[test]
fn a_compressed_set_in_the_wheel_file_stands_for_its_tags() {
    let dist = release(|parts| {
        parts.linux.edit("WHEEL", MANYLINUX, "");
        let both = "Tag: cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64\n";
        parts.linux.edit("WHEEL", LEGACY, both);
    });
    assert_eq!(judge("tags-agree", &dist), Ok(Vec::new()));
}

#[test]
fn sets_that_stand_for_too_many_tags_are_not_multiplied_out() {
    let set = ["x"; 200].join(".");
    let dist = tagged(MANYLINUX, &format!("Tag: {set}-{set}-{set}\n"));
    let findings = judge("tags-agree", &dist).expect("it can tell");
    assert_eq!(findings.len(), 1);
    let message = &findings[0].message;
    assert!(message.contains(&format!("{}…", &set[..200])) && message.len() < 600, "{message}");
}
