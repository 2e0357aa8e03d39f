//! The part of a plan that is built can be published to an index on this machine, and verified there.

use std::fs;

use wheel_fixtures::release::{MACOS, WINDOWS};

use crate::index::Index;
use crate::release::Release;

/// A release of which only the sdist and the wheel for Linux are built.
fn partly_built() -> Release {
    let mut release = Release::whole();
    release.files.retain(|(name, _)| ![MACOS, WINDOWS].contains(name));
    fs::remove_dir_all(release.project.root().join("dist")).expect("it was written");
    release.record();
    release
}

#[test]
fn the_part_of_a_plan_that_is_built_is_published_to_an_index_on_this_machine() {
    let (release, index) = (partly_built(), Index::default());
    let run = release.publish(index.start());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("not built 2 of 3 planned wheels, which are not sent\n"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains(WINDOWS), "{}", run.stdout);
}

#[test]
fn a_dry_run_says_nothing_of_the_state_of_files_that_are_not_built() {
    let release = partly_built();
    let run = release.project.run(&["publish", "--index-url", "http://127.0.0.1:1/simple/"]);
    let (plan, _) = run.stdout.split_once("nothing was sent").expect("a dry run");
    assert!(!plan.contains(WINDOWS), "{plan}");
    assert!(plan.ends_with("2 of 3 planned wheels are not built\n"), "{plan}");
}
