//! `file-name`: names that are right and not in normal form, and names that no installer knows.

use wheel_audit::check::{CheckInput, NotJudged, Severity, find};
use wheel_audit::wheel::release::ReleaseFacts;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, SDIST, WINDOWS, good};
use wheel_fixtures::sdist::Sdist;
use wheel_fixtures::wheel::Wheel;

fn named(name: &'static str) -> Dist {
    let mut sdist = Sdist::new(SDIST);
    let (old, new) = (SDIST.replace(".tar.gz", ""), name.replace(".tar.gz", ""));
    for entry in &mut sdist.entries {
        let path = String::from_utf8(entry.name.clone()).expect("UTF-8");
        entry.name = path.replace(&old, &new).into();
    }
    let mut dist = good();
    dist.remove(SDIST);
    dist.plan.sdist = Some(name.to_owned());
    dist.add(name, sdist.bytes());
    dist
}

pub const CASES: &[Case] = &[
    Case { name: "the name as people write it", broken: || named("sum-up-to-1.0.0.tar.gz") },
    Case { name: "capital letters", broken: || named("Sum_Up_To-1.0.0.tar.gz") },
    Case { name: "a version in another form", broken: || named("sum_up_to-1.0.tar.gz") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("file-name", CASES), @"
    # the name as people write it
    error[file-name]: the file name is not in normal form
      --> sum-up-to-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    # capital letters
    error[file-name]: the file name is not in normal form
      --> Sum_Up_To-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    # a version in another form
    error[file-name]: the file name is not in normal form
      --> sum_up_to-1.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    ");
}

/// A release of one more file, without a plan.
fn judged_with(name: &str, bytes: Vec<u8>) -> Vec<(String, Severity)> {
    let mut dist = good();
    dist.add(name, bytes);
    let release = dist.read();
    let found = find("file-name").expect("a check").judge(CheckInput::new(&release));
    let found = found.expect("it can tell");
    found.into_iter().map(|finding| (finding.message, finding.severity)).collect()
}

#[test]
fn a_wheel_whose_name_cannot_be_taken_apart_is_an_error() {
    let bytes = Wheel::new(WINDOWS).bytes();
    let found = judged_with("sum_up_to-1.0.0-win_amd64.whl", bytes);
    let message = "`sum_up_to-1.0.0-win_amd64.whl` is not a wheel file name: it does not have five or six parts between hyphens";
    assert_eq!(found, [(message.to_owned(), Severity::Error)]);
}

#[test]
fn a_wheel_in_another_spelling_is_a_warning() {
    let wheel = Wheel::new("Sum_Up_To-1.0-cp310-abi3-win_arm64.whl");
    let found = judged_with(&wheel.file, wheel.bytes());
    let message = "the file name is not in normal form";
    assert_eq!(found, [(message.to_owned(), Severity::Warning)]);
}

#[test]
fn every_other_file_is_named_without_a_plan() {
    let says = |name: &str| {
        let found = judged_with(name, b"x".to_vec());
        found.into_iter().map(|(message, _)| message).collect::<Vec<_>>().join("")
    };
    assert_eq!(says("notes.txt"), "it is neither a wheel nor an sdist");
    assert_eq!(says("a-1.egg"), "it is an egg, which no index takes");
    let zip = "it is a `.zip`: an index takes no such sdist, and it was not judged";
    assert_eq!(says("sum_up_to-1.0.0.zip"), zip);
    // A signature belongs to its file.
    assert_eq!(says(&format!("{SDIST}.asc")), "");
    assert_eq!(says("other.tar.gz.asc"), "it is neither a wheel nor an sdist");
    let mut dist = good();
    dist.add("notes.txt", b"x".to_vec());
    assert_eq!(judge("file-name", &dist), Ok(Vec::new()), "the plan judges it");
}

#[test]
fn a_folder_is_named_and_no_file_is_nothing_to_look_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).expect("a folder");
    let (release, unread) = ReleaseFacts::read(&[inner]);
    assert_eq!(unread, [""; 0]);
    let check = find("file-name").expect("a check");
    let found = check.judge(CheckInput::new(&release)).expect("it was looked at");
    assert_eq!(found[0].message, "it is a folder, and what is in it was not judged");
    assert_eq!(found[0].severity, Severity::Warning);
    let nothing = check.judge(CheckInput::new(&ReleaseFacts::default()));
    assert_eq!(nothing, Err(NotJudged::NoSubject("no file".to_owned())));
}
