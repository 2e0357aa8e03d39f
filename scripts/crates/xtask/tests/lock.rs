//! `lock --check` refuses lock files that do not match their input.
#![cfg(unix)]

use wheel_fixtures::project::SampleProject;

const PROGRAM: &str = env!("CARGO_BIN_EXE_xtask");

#[test]
fn a_stale_lock_is_refused_and_a_current_one_is_accepted() {
    let project = SampleProject::with_tools(PROGRAM);
    project.write("scripts/crates/wheel-pipeline/src/tool/python/tools.in", "idna\n");
    project.write("scripts/crates/wheel-pipeline/src/tool/python/older_pip.in", "idna\n");
    project.write("scripts/crates/xtask/data/peers.in", "idna\n");
    project.write("scripts/crates/wheel-pipeline/src/tool/attest/attest.in", "idna\n");
    project.write("scripts/crates/xtask/data/auditors.in", "idna\n");
    project.write("scripts/crates/wheel-pipeline/src/tool/cibuildwheel/cibuildwheel.in", "idna\n");
    project.write("scripts/crates/xtask/data/installers.in", "idna\n");
    project.write("tests/requirements.in", "idna\n");
    let stale = project.run(&["lock", "--check"]);
    assert_eq!(stale.code, 1, "{}", stale.stderr);
    assert!(
        stale.stderr.contains(
            "stale scripts/crates/wheel-pipeline/src/tool/python/tools.lock: run `cargo xtask lock`"
        ),
        "{}",
        stale.stderr
    );
    assert!(
        !project.root().join("scripts/crates/wheel-pipeline/src/tool/python/tools.lock").exists(),
        "a check writes nothing"
    );

    assert_eq!(project.run(&["lock"]).code, 0);
    assert_eq!(project.run(&["lock", "--check"]).code, 0);
    project.write("tests/requirements.in", "idna\nsix\n");
    let half = project.run(&["lock", "--check"]);
    assert_eq!(half.code, 1);
    assert!(
        half.stderr.contains("current scripts/crates/wheel-pipeline/src/tool/python/tools.lock"),
        "{}",
        half.stderr
    );
    assert!(half.stderr.contains("stale tests/requirements.lock"), "{}", half.stderr);
}
