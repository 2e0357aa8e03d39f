//! `set-agrees`: files of two versions, and wheels that compete for one environment.

use wheel_audit::check::{CheckInput, CheckResult, NotJudged, Severity, find};
use wheel_fixtures::release::{Dist, LINUX, good};
use wheel_fixtures::wheel::Wheel;

use crate::{Case, judge, refusals};

/// A wheel with one tag of the good one for Linux, and a newer one.
const RIVAL: &str = "sum_up_to-1.0.0-cp310-abi3-manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl";

/// A release with one more wheel, which the plan names as a foreign file.
fn with(file: &str, change: impl FnOnce(&mut Wheel)) -> Dist {
    let mut wheel = Wheel::new(file);
    change(&mut wheel);
    let mut dist = good();
    dist.add(file, wheel.bytes());
    dist.plan.foreign.push(file.to_owned());
    dist.plan.unpromised.push(file.to_owned());
    dist
}

fn other_code(wheel: &mut Wheel) {
    let init = wheel.members.iter_mut().find(|(name, _)| name.ends_with("/__init__.py"));
    init.expect("a module").1 = b"from ._native import *  # older\n".to_vec();
}

pub const CASES: &[Case] = &[Case {
    name: "two wheels of other content have one tag",
    broken: || with(RIVAL, other_code),
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("set-agrees", CASES), @"
    # two wheels of other content have one tag
    error[set-agrees]: it has the tag `cp310-abi3-manylinux_2_17_x86_64`, as `sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl` has, and holds other files
      --> sum_up_to-1.0.0-cp310-abi3-manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl
       = expected: one wheel for each tag, as installers take whichever the index lists first
       = remedy: remove one of the two from the release
    ");
}

#[test]
fn wheels_that_do_not_compete_pass() {
    // The same content, another build number, a newer system.
    for (file, change) in [
        (RIVAL, (|_| {}) as fn(&mut Wheel)),
        (&*LINUX.replace("1.0.0-", "1.0.0-1-"), other_code),
        ("sum_up_to-1.0.0-cp310-abi3-manylinux_2_28_x86_64.whl", other_code),
    ] {
        assert_eq!(judge("set-agrees", &with(file, change)), Ok(Vec::new()), "{file}");
    }
}

/// The result without a plan.
fn alone(dist: &Dist) -> CheckResult {
    find("set-agrees").expect("a check").judge(CheckInput::new(&dist.read()))
}

/// The files that are blamed, each with the weight of the fault.
fn blamed(dist: &Dist) -> Vec<(Severity, String)> {
    let found = alone(dist).expect("it can tell");
    found.into_iter().map(|finding| (finding.severity, finding.file)).collect()
}

#[test]
fn a_wheel_of_the_last_release_is_refused_in_a_set_of_one_project() {
    let old = LINUX.replace("1.0.0", "0.9.0");
    let mut dist = good();
    dist.add(&old, Wheel::new(&old).bytes());
    assert_eq!(blamed(&dist), [(Severity::Error, old.clone())]);
    // A folder of dependencies may have two versions of one project.
    let other = Wheel::pure("other", "");
    dist.add(&other.file, other.bytes());
    assert_eq!(blamed(&dist), [(Severity::Warning, old)]);
}

#[test]
fn two_spellings_of_one_version_are_one_and_a_single_file_is_no_set() {
    let mut dist = good();
    let spelled = "Sum.up_to-1.0-cp310-abi3-win_arm64.whl";
    dist.add(spelled, Wheel::new(spelled).bytes());
    assert_eq!(blamed(&dist), []);
    dist.files.retain(|file, _| file == LINUX);
    assert_eq!(alone(&dist), Err(NotJudged::NoSubject("no two files of one project".to_owned())));
}
