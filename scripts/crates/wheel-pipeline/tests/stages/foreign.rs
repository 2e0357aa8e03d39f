//! Wheels that other jobs build: `build` leaves them out, and touches none of their files.

use std::fs;

use wheel_fixtures::project::SampleProject;

use crate::PROGRAM;

const PYPY: &str = "half_of-2.0.0rc1-pp311-pypy311_pp73-win_amd64.whl";
const SDIST: &str = "half_of-2.0.0rc1.tar.gz";

#[test]
fn build_leaves_out_what_another_job_builds_and_keeps_its_files() {
    let project = SampleProject::with_tools(PROGRAM);
    let key = "foreign = [\"*-manylinux*\", \"*-pp311-*\"]\nsmoke = ";
    project.change("pyproject.toml", "smoke = ", key);
    project.write(&format!("dist/{PYPY}"), "of others");
    let run = project.run(&["build", "--target", "manylinux_2_17_x86_64"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("_x86_64.whl: another job builds it\n"), "{}", run.stderr);
    assert_eq!(project.dist(), [PYPY, SDIST]);
    assert_eq!(fs::read(project.root().join("dist").join(PYPY)).expect("a file"), b"of others");
    // Without its pattern it is in the way, and still nothing happens to it.
    project.change("pyproject.toml", ", \"*-pp311-*\"", "");
    let run = project.run(&["build", "--target", "manylinux_2_17_x86_64"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("that are neither in the plan nor from an earlier build"),
        "{}",
        run.stderr
    );
    assert_eq!(project.dist(), [PYPY, SDIST]);
}
