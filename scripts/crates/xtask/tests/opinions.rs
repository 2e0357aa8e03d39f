//! Outside opinions need wheels.
#![cfg(unix)]

use wheel_fixtures::project::SampleProject;

#[test]
fn an_opinion_without_a_wheel_is_no_answer() {
    let opinions = SampleProject::new(env!("CARGO_BIN_EXE_xtask")).run(&["bench", "opinions"]);
    assert_eq!(opinions.code, 3);
    insta::assert_snapshot!(opinions.stderr, @"
    error: there is no wheel in `dist/`
    hint: run `cargo pipeline build --all` first
    ");
}
