//! The scenarios that build a project. They share one project, since compiling its dependencies takes most of their time.

use wheel_fixtures::project::SampleProject;

#[cfg(target_os = "linux")]
use crate::children;
use crate::{PROGRAM, faults, publish, rehearse};

#[test]
fn a_project_is_built_published_and_rehearsed() {
    let project = SampleProject::buildable(PROGRAM);
    // cargo reads no `.gitignore` of a crate that is not in git.
    project.git(&["init", "--quiet"]);
    project.git(&["add", "Cargo.toml"]);
    let scenarios = [
        faults::a_target_that_this_machine_cannot_build_is_named,
        publish::an_index_is_asked_before_anything_is_sent,
        #[cfg(target_os = "linux")]
        children::no_child_of_a_rehearsal_has_a_secret,
        rehearse::a_project_of_another_layout_is_rehearsed_and_a_bad_wheel_stops_it,
    ];
    for scenario in scenarios {
        scenario(&project);
        project.reset();
    }
}
