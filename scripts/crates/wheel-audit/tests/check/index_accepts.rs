//! `index-accepts`: what PyPI would answer with 400, after other files are already there.

use crate::{Case, judge, refusals};
use wheel_fixtures::METADATA;
use wheel_fixtures::release::{Dist, SDIST, good, release};
use wheel_fixtures::sdist::Sdist;
use wheel_fixtures::wheel::Wheel;

const LICENSE: &str = "License-Expression: MIT OR Apache-2.0\n";

fn stating(field: &str) -> Dist {
    release(|parts| parts.edit_metadata(LICENSE, &format!("{LICENSE}{field}\n")))
}

pub const CASES: &[Case] = &[
    Case {
        name: "a dependency by its address",
        broken: || stating("Requires-Dist: a @ https://example.org/a-1-py3-none-any.whl"),
    },
    Case {
        name: "a description of an unknown kind",
        broken: || stating("Description-Content-Type: text/html; charset=UTF-8"),
    },
    Case {
        name: "a summary that is an essay",
        broken: || {
            let essay = "sum ".repeat(200);
            release(|parts| parts.edit_metadata("The exact sum of the first n integers", &essay))
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    let text = refusals("index-accepts", CASES);
    assert_eq!(text.matches("error[index-accepts]: ").count(), 4 * CASES.len());
    let once: Vec<&str> =
        text.lines().filter(|line| line.starts_with('#') || line.starts_with("error")).collect();
    let mut once = once;
    once.dedup();
    insta::assert_snapshot!(once.join("\n"), @"
    # a dependency by its address
    error[index-accepts]: `Requires-Dist: a @ https://example.org/a-1-py3-none-any.whl` names a URL
    # a description of an unknown kind
    error[index-accepts]: `Description-Content-Type` is `text/html`
    # a summary that is an essay
    error[index-accepts]: `Summary` is longer than one line of 512 bytes
    ");
}

#[test]
fn platform_tags_come_from_a_list() {
    for (platform, taken) in [
        ("linux_x86_64", false),
        ("macosx_11_3_arm64", false),
        ("macosx_26_0_arm64", true),
        ("macosx_16_0_arm64", false),
        ("manylinux_2_28_x86_64", true),
        ("ios_13_0_arm64_iphoneos", true),
    ] {
        let wheel = Wheel::new(&format!("sum_up_to-1.0.0-cp310-abi3-{platform}.whl"));
        let mut dist = good();
        dist.add(&wheel.file, wheel.bytes());
        let findings = judge("index-accepts", &dist).expect("it can tell");
        assert_eq!(findings.is_empty(), taken, "{platform}");
    }
}

#[test]
fn a_second_sdist_and_a_local_version_are_refused() {
    assert!(METADATA.contains("Version: 1.0.0\n"));
    let mut second = Sdist::new(SDIST);
    second.file = "sum-up-to-1.0.0.tar.gz".to_owned();
    for entry in &mut second.entries {
        let name = String::from_utf8(entry.name.clone()).expect("UTF-8");
        entry.name = name.replace("sum_up_to", "sum-up-to").into();
    }
    let mut dist =
        release(|parts| parts.edit_metadata("\nVersion: 1.0.0", "\nVersion: 1.0.0+mine"));
    assert_eq!(judge("index-accepts", &dist).map(|found| found.len()), Ok(4));
    dist = good();
    dist.add(&second.file, second.bytes());
    assert_eq!(judge("index-accepts", &dist).map(|found| found.len()), Ok(1));
}
