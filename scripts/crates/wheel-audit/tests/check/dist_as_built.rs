//! `dist-as-built`: files that were changed since they were built, or that nobody built.

use wheel_audit::check::NotJudged;
use wheel_audit::wheel::Sha256Sum;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{LINUX, WINDOWS, good};

pub const CASES: &[Case] = &[
    Case {
        name: "a wheel has other bytes than were recorded",
        broken: || {
            let mut dist = good();
            let built = dist.built.iter_mut().find(|(name, _)| name == WINDOWS);
            built.expect("it was recorded").1 = Sha256Sum::digest(b"as it was");
            dist
        },
    },
    Case {
        name: "a wheel was not recorded",
        broken: || {
            let mut dist = good();
            dist.built.retain(|(name, _)| name != LINUX);
            dist
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    let refusals = refusals("dist-as-built", CASES)
        .replace(&Sha256Sum::digest(&good().files[WINDOWS]).to_string(), "[now]");
    insta::assert_snapshot!(refusals, @"
    # a wheel has other bytes than were recorded
    error[dist-as-built]: the file has SHA-256 [now], but `build` recorded 369b74f2003ce39f5829ec7a2f84852b72b610d0312c8951d5d8f7316c9902ba
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: the file that `build` made
       = remedy: run the stage `build` again
    # a wheel was not recorded
    error[dist-as-built]: the file is not among those that `build` recorded
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: the file that `build` made
       = remedy: run the stage `build` again
    ");
}

#[test]
fn without_a_record_no_file_is_as_built() {
    let mut dist = good();
    dist.built.clear();
    assert_eq!(judge("dist-as-built", &dist).map(|findings| findings.len()), Ok(dist.files.len()));
}

#[test]
fn a_file_of_another_builder_needs_no_record_and_a_release_of_such_files_is_no_subject() {
    let mut dist = good();
    dist.built.retain(|(name, _)| name != WINDOWS);
    let mut judged = |foreign: Vec<String>| {
        dist.plan.foreign = foreign;
        judge("dist-as-built", &dist)
    };
    let other = "sum_up_to-1.0.0-pp311-pypy311_pp73-win_amd64.whl".to_owned();
    assert_eq!(judged(vec![other]).map(|found| found.len()), Ok(1));
    assert_eq!(judged(vec![WINDOWS.to_owned()]), Ok(Vec::new()));
    let all = good().plan.files().map(str::to_owned).collect();
    let nothing = NotJudged::NoSubject("every file was built elsewhere".to_owned());
    assert_eq!(judged(all), Err(nothing));
}
