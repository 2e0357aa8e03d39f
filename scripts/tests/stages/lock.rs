//! Lock files that do not answer their input are told from those that do.
#![cfg(unix)]

use crate::project::Project;

#[test]
fn a_stale_lock_is_refused_and_a_new_one_is_not() {
    let project = Project::buildable();
    project.write("scripts/data/tools.in", "idna\n");
    project.write("scripts/data/peers.in", "idna\n");
    project.write("scripts/data/attest.in", "idna\n");
    project.write("scripts/data/auditors.in", "idna\n");
    project.write("scripts/data/cibuildwheel.in", "idna\n");
    project.write("tests/requirements.in", "idna\n");
    let stale = project.run(&["lock", "--check"]);
    assert_eq!(stale.code, 1, "{}", stale.stderr);
    assert!(
        stale.stderr.contains("stale scripts/data/tools.lock: run `cargo pipeline lock`"),
        "{}",
        stale.stderr
    );
    assert!(!project.root().join("scripts/data/tools.lock").exists(), "a check writes nothing");

    assert_eq!(project.run(&["lock"]).code, 0);
    assert_eq!(project.run(&["lock", "--check"]).code, 0);
    project.write("tests/requirements.in", "idna\nsix\n");
    let half = project.run(&["lock", "--check"]);
    assert_eq!(half.code, 1);
    assert!(half.stderr.contains("current scripts/data/tools.lock"), "{}", half.stderr);
    assert!(half.stderr.contains("stale tests/requirements.lock"), "{}", half.stderr);
}
