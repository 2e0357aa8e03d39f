//! `sbom`: bills of materials that mislead.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, good, release};

const BILL: &str = r#"{"metadata": {"component": {"name": "sum_up_to", "version": "1.0.0"}}}"#;

/// A release each of whose wheels has a bill of this name and text.
fn with(name: &str, text: &str) -> Dist {
    release(|parts| {
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            let path = wheel.own(&format!("sboms/{name}"));
            wheel.members.push((path, text.into()));
        }
    })
}

/// A release whose wheel for Linux alone has a bill.
fn one(name: &str) -> Dist {
    release(|parts| {
        let path = parts.linux.own(&format!("sboms/{name}"));
        parts.linux.members.push((path, BILL.into()));
    })
}

pub const CASES: &[Case] = &[
    Case { name: "a bill that is not JSON", broken: || with("sum.cyclonedx.json", "<bom/>") },
    Case {
        name: "the bill of another version",
        broken: || with("sum.cyclonedx.json", &BILL.replace("1.0.0", "0.9.0")),
    },
    Case { name: "a bill in one wheel of three", broken: || one("sum.cyclonedx.json") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("sbom", CASES), @"
    # a bill that is not JSON
    warning: it is not JSON: expected value at line 1 column 1
      = a document in JSON
    # the bill of another version
    warning: it is about version 0.9.0
      = version 1.0.0, as in the file name
    # a bill in one wheel of three
    warning: it lacks the bill `sum.cyclonedx.json`, which other wheels of the release have
      = the same bills in every wheel
    ");
}

#[test]
fn bills_of_any_format_and_of_other_components_are_good() {
    for (name, text) in [
        ("sum.cyclonedx.json", BILL),
        ("sum.cyclonedx.json", r#"{"metadata": {"component": {"name": "core", "version": "3"}}}"#),
        ("sum.spdx.json", r#"{"spdxVersion": "SPDX-2.3"}"#),
        ("sum.xml", "<bom/>"),
    ] {
        assert_eq!(judge("sbom", &with(name, text)), Ok(Vec::new()), "{text}");
    }
}

#[test]
fn the_bill_of_libraries_that_were_put_into_one_wheel_is_its_own() {
    assert_eq!(judge("sbom", &one("auditwheel.cdx.json")), Ok(Vec::new()));
}

#[test]
fn a_release_without_bills_is_not_judged() {
    let nothing = NotJudged::NoSubject("no bill of materials".to_owned());
    assert_eq!(judge("sbom", &good()), Err(nothing));
}
