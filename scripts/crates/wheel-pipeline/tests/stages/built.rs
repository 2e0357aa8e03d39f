//! The scenarios that build a project. They share one project, since compiling its dependencies takes most of their time.

use wheel_fixtures::project::SampleProject;

use crate::{PROGRAM, faults, publish, rehearse};

#[test]
fn a_project_is_built_published_and_rehearsed() {
    let project = SampleProject::buildable(PROGRAM);
    let scenarios = [
        faults::a_target_that_this_machine_cannot_build_is_named,
        publish::an_index_is_asked_before_anything_is_sent,
        rehearse::a_project_of_another_layout_is_rehearsed_and_a_bad_wheel_stops_it,
    ];
    for scenario in scenarios {
        scenario(&project);
        project.reset();
    }
}
