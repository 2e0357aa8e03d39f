//! `index-accepts`: what PyPI would answer with 400, after other files are already there.

use crate::{Case, judge, refusals_once};
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
        name: "a classifier that PyPI does not know",
        broken: || stating("Classifier: Programming Language :: Pyhton :: 3"),
    },
    Case {
        name: "a classifier that PyPI has given up",
        broken: || stating("Classifier: Natural Language :: Ukranian"),
    },
    Case {
        name: "a classifier that keeps the release private",
        broken: || stating("Classifier: Private :: Do Not Upload"),
    },
    Case { name: "a license in two fields", broken: || stating("License: MIT") },
    Case { name: "a home page that is no address", broken: || stating("Home-page: example.org") },
    Case {
        name: "a long label of an address",
        broken: || {
            stating("Project-URL: The place where questions are answered, https://example.org")
        },
    },
    Case {
        name: "an address without its label",
        broken: || stating("Project-URL: https://example.org"),
    },
    Case {
        name: "one label for two addresses",
        broken: || {
            stating("Project-URL: Home, https://a.example\nProject-URL: Home, https://b.example")
        },
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
    insta::assert_snapshot!(refusals_once("index-accepts", CASES), @"
    # a dependency by its address
    error: `Requires-Dist: a @ https://example.org/a-1-py3-none-any.whl` names a URL
      = a project on the index
    # a classifier that PyPI does not know
    error: `Programming Language :: Pyhton :: 3` is not among the classifiers of PyPI (as of 2026.9.21.13)
      = a classifier of https://pypi.org/classifiers/, in the same spelling
    # a classifier that PyPI has given up
    error: PyPI no longer takes the classifier `Natural Language :: Ukranian`
      = Natural Language :: Ukrainian
    # a classifier that keeps the release private
    warning: `Private :: Do Not Upload` keeps the file from PyPI
      = a classifier of PyPI
    # a license in two fields
    error: it has `License` beside `License-Expression`
      = `License-Expression` alone
    # a home page that is no address
    error: `Home-page: example.org` is no URL
      = an address of http or https
    # a long label of an address
    error: `Project-URL: The place where questions are answered, https://example.org` has a longer label than PyPI takes
      = `Project-URL: Label, https://…`, with a label of at most 32 characters
    # an address without its label
    error: `Project-URL: https://example.org` has no address of http or https
      = `Project-URL: Label, https://…`, with a label of at most 32 characters
    # one label for two addresses
    error: `Project-URL: Home, https://b.example` has the label of another
      = `Project-URL: Label, https://…`, with a label of at most 32 characters
    # a summary that is an essay
    error: `Summary` is longer than one line of 512 bytes
      = one short line
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
