//! `installable-tags`: wheels that no installer takes.

use crate::{Case, judge, refusals};
use wheel_audit::check::Severity;
use wheel_audit::plan::PlannedWheel;
use wheel_fixtures::release::{Dist, good};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "a macOS for arm64 that does not exist",
        broken: || with("cp310-abi3-macosx_10_9_arm64"),
    },
    Case {
        name: "the stable ABI for every Python",
        broken: || with("py3-abi3-manylinux_2_17_x86_64"),
    },
    Case {
        name: "a tag that nobody generates beside a good one",
        broken: || with("cp310-abi3-macosx_10_9_arm64.macosx_14_0_arm64"),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("installable-tags", CASES), @"
    # a macOS for arm64 that does not exist
    error[installable-tags]: no installer takes it: `macosx_10_9_arm64` is older than the first macOS for arm64, which is 11.0
      --> sum_up_to-1.0.0-cp310-abi3-macosx_10_9_arm64.whl
       = expected: tags that `packaging.tags` generates on some system
       = remedy: build the wheel with a tool that writes the tags of its platform and its Python, or mend them with `wheel tags`
    # the stable ABI for every Python
    error[installable-tags]: no installer takes it: `py3-abi3` is of no interpreter: `py` is for wheels whose ABI is `none`
      --> sum_up_to-1.0.0-py3-abi3-manylinux_2_17_x86_64.whl
       = expected: tags that `packaging.tags` generates on some system
       = remedy: build the wheel with a tool that writes the tags of its platform and its Python, or mend them with `wheel tags`
    # a tag that nobody generates beside a good one
    warning[installable-tags]: no installer takes a part of its tag: `macosx_10_9_arm64` is older than the first macOS for arm64, which is 11.0
      --> sum_up_to-1.0.0-cp310-abi3-macosx_10_9_arm64.macosx_14_0_arm64.whl
       = expected: tags that `packaging.tags` generates on some system
       = remedy: build the wheel with a tool that writes the tags of its platform and its Python, or mend them with `wheel tags`
    ");
}

/// A good release with one more wheel, as planned.
fn with(tag: &str) -> Dist {
    let wheel = Wheel::new(&format!("sum_up_to-1.0.0-{tag}.whl"));
    let mut dist = good();
    let planned = PlannedWheel { file: wheel.file.clone(), ..dist.plan.wheels[1].clone() };
    dist.plan.wheels.push(planned);
    dist.add(&wheel.file, wheel.bytes());
    dist
}

#[test]
fn a_wheel_that_nobody_takes_is_an_error() {
    for tag in [
        "cp310-abi3-macosx_10_9_arm64",
        "py3-abi3-manylinux_2_17_x86_64",
        "cp310-cp311-win_amd64",
        "cp310-abi3-any",
        "cp310-abi3-manylinux_2_16_aarch64",
    ] {
        let findings = judge("installable-tags", &with(tag)).expect("judged");
        assert_eq!(findings.len(), 1, "{tag}");
        assert_eq!(findings[0].severity, Severity::Error, "{tag}");
    }
}

#[test]
fn combinations_without_a_meaning_are_normal() {
    for tag in [
        "cp39.cp310-cp39.cp310-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "py2.py3-none-any",
        "cp315-abi3.abi3t-win_amd64",
        "pp310.pp311-pypy310_pp73.pypy311_pp73-win_amd64",
    ] {
        assert_eq!(judge("installable-tags", &with(tag)), Ok(Vec::new()), "{tag}");
    }
}
