//! A job takes cargo's answer from the plan that other jobs carry, and needs no cargo.

use std::fs;

use wheel_fixtures::limited;
use wheel_fixtures::project::ProgramRun;

use crate::jobs::JobMatrix;

/// The gate on a machine without cargo.
fn gate_without_cargo(matrix: &JobMatrix) -> ProgramRun {
    let project = &matrix.release.project;
    let mut command = project.command(&["gate", "--from"]);
    command.arg(project.root().join("jobs")).env("CARGO", "/nowhere/cargo");
    project.finish(limited::output(&mut command))
}

/// Puts a plan into the artifact of a job.
fn hand_on(matrix: &JobMatrix, job: &str, plan: &str) {
    let folder = matrix.job(job).join("target/pipeline");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("plan.json"), plan).expect("written");
}

#[test]
fn a_job_with_the_plan_of_another_job_needs_no_cargo() {
    let matrix = JobMatrix::new();
    let alone = gate_without_cargo(&matrix);
    assert_eq!(alone.code, 3, "{}", alone.stdout);
    assert!(alone.stderr.contains("cannot start `cargo metadata"), "{}", alone.stderr);

    let plan = serde_json::to_string(&matrix.plan).expect("JSON");
    hand_on(&matrix, "build-win_amd64", &plan);
    let with_plan = gate_without_cargo(&matrix);
    assert_eq!(with_plan.code, 0, "{}{}", with_plan.stdout, with_plan.stderr);
    // It hands the plan on.
    let path = matrix.release.project.work().join("plan.json");
    let handed: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).expect("written")).expect("JSON");
    assert_eq!(handed, serde_json::to_value(&matrix.plan).expect("JSON"));
}

#[test]
fn plans_that_contradict_each_other_are_refused() {
    let matrix = JobMatrix::new();
    let plan = serde_json::to_string(&matrix.plan).expect("JSON");
    hand_on(&matrix, "build-win_amd64", &plan);
    let other = plan.replace("\"families\":[\"cp310-abi3\"]", "\"families\":[\"cp310-cp310\"]");
    assert_ne!(plan, other);
    hand_on(&matrix, "build-macosx_11_0_arm64", &other);
    let run = gate_without_cargo(&matrix);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr, @"
    error: the plans `[ROOT]/jobs/build-macosx_11_0_arm64/target/pipeline/plan.json` and `[ROOT]/jobs/build-win_amd64/target/pipeline/plan.json` contradict each other
    hint: take all jobs from one run of the workflow
    ");
}

#[test]
fn a_plan_that_is_none_is_refused() {
    for (plan, why) in [
        ("{", "is not evidence of this pipeline"),
        (
            "{\"version\": \"1.0.0\", \"families\": [\"cp310\"]}",
            "is no plan: `cp310` is not a family of wheels",
        ),
        ("{\"version\": \"one\", \"families\": []}", "is no plan: "),
    ] {
        let matrix = JobMatrix::new();
        hand_on(&matrix, "build-win_amd64", plan);
        let run = gate_without_cargo(&matrix);
        assert_ne!(run.code, 0);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn the_plan_of_another_commit_does_not_open_the_gate() {
    let matrix = JobMatrix::new();
    let plan = serde_json::to_string(&matrix.plan).expect("JSON");
    let older = plan.replace("\"version\":\"1.0.0\"", "\"version\":\"0.9.0\"");
    assert_ne!(plan, older);
    hand_on(&matrix, "build-win_amd64", &older);
    let run = gate_without_cargo(&matrix);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stderr.contains("the commit is tagged `v1.0.0`"), "{}", run.stderr);
}
