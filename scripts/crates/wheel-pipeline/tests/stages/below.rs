//! A project in a folder of its repository is built, and built again from a clone.

use std::fs;

use wheel_fixtures::project::SampleProject;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::stage::build::{self, reproduce};

use crate::PROGRAM;

#[test]
fn the_source_is_packed_again_from_the_same_folder_of_a_clone() {
    let project = SampleProject::below(PROGRAM, "bindings/python");
    project.link_tools();
    fs::write(project.repository().join("README.md"), "of all\n").expect("written");
    project.commit();

    let report = Report::new(Format::Human);
    let build = || {
        let source = Source::open(project.root(), None).expect("it is good");
        let machine = Machine::new(&source.project, &report);
        let mut kept = EvidenceFolder::open(source.project.work()).expect("none yet");
        let part = source.plan.only(&[]);
        let made = build::make(&source, &machine, &mut kept, &report, &part, false);
        let made = made.expect("the sdist is made");
        let again = reproduce::prove(&source, &machine, &report, &part, &made);
        (made, again)
    };
    let (made, again) = build();
    let [sdist] = &made.files[..] else { panic!("one file: {made:?}") };
    assert_eq!(sdist.commit.as_deref(), Some(project.git(&["rev-parse", "HEAD"]).trim()));
    assert!(!sdist.dirty);
    assert_eq!(again.expect("it is built again"), Verdict::Yes);

    // What differs from the commit cannot be built again.
    fs::write(project.repository().join("README.md"), "changed\n").expect("written");
    let (made, again) = build();
    assert!(made.files[0].dirty);
    let error = again.expect_err("it is not the commit").to_string();
    assert!(error.starts_with("only a commit can be built a second time"), "{error}");
}
