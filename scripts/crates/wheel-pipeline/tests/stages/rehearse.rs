//! A rehearsal of a project with another layout, first with a good wheel and then with a bad one.
#![cfg(unix)]

use serde_json::Value;

use wheel_fixtures::project::SampleProject;

use crate::PROGRAM;

#[test]
fn a_project_of_another_layout_is_rehearsed_and_a_bad_wheel_stops_it() {
    let project = SampleProject::with_tools(PROGRAM);
    let good = project.run(&["rehearse", "--format", "json"]);
    assert_eq!(good.code, 0, "{}", good.stderr);
    let rehearsal: Value = serde_json::from_str(&good.stdout).expect("JSON");
    let reached = rehearsal["reached"].as_u64().expect("a number");
    let promised = rehearsal["promised"].as_u64().expect("a number");
    assert!(0 < reached && reached < promised, "{reached} of {promised}");
    let sent: Vec<&str> = rehearsal["receipt"]["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| file["file"].as_str().expect("a name"))
        .collect();
    assert_eq!(sent.len(), 2);
    assert!(
        sent[0].starts_with("half_of-2.0.0rc1-cp310-abi3-") && sent[0].ends_with(".whl"),
        "{sent:?}"
    );
    assert_eq!(sent[1], "half_of-2.0.0rc1.tar.gz", "the sdist goes last");

    let complete = project.run(&["rehearse", "--complete"]);
    assert_eq!(complete.code, 3, "{}", complete.stderr);
    assert!(
        complete.stdout.ends_with(&format!("{reached} of {promised} promised environments\n")),
        "{}\n{}",
        complete.stdout,
        complete.stderr
    );

    project.change("src/lib.rs", "42", "41");
    let bad = project.run(&["rehearse"]);
    assert_eq!(bad.code, 1, "{}", bad.stderr);
    assert!(bad.stdout.contains("FAILED"), "{}", bad.stdout);
    assert!(
        bad.stdout.ends_with("stopped after the smoke test: nothing was published\n"),
        "{}",
        bad.stdout
    );
    assert!(!bad.stderr.contains("uploaded"), "{}", bad.stderr);
}
