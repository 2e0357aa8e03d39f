//! Without `--project`, the project of the working directory is taken, from any folder in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};

use crate::PROGRAM;

/// Runs a stage in a folder, without naming the project.
fn run_in(project: &SampleProject, folder: &str, arguments: &[&str]) -> ProgramRun {
    let folder = project.repository().join(folder);
    fs::create_dir_all(&folder).expect("made");
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    project.finish(limited::output(&mut command))
}

fn is_planned(root: &Path) -> bool {
    root.join("target/pipeline/plan.json").exists()
}

#[test]
fn a_stage_finds_the_project_from_any_folder_below_it() {
    for folder in ["python", "python/src", "python/a/b"] {
        let project = SampleProject::below(PROGRAM, "python");
        // A project of another tool, as a package for tests is.
        project.write("a/pyproject.toml", "[project]\nname = \"a\"\n");
        let run = run_in(&project, folder, &["plan"]);
        assert_eq!(run.code, 0, "{folder}: {}", run.stderr);
        assert!(is_planned(project.root()), "{folder}");
    }
}

#[test]
fn the_named_project_is_taken_as_it_is() {
    let project = SampleProject::below(PROGRAM, "python");
    let run = run_in(&project, "python/src", &["plan", "--project", "."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: cannot read `"), "{}", run.stderr);
    let run = run_in(&project, "python/src", &["plan", "--project", ".."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn without_a_project_the_message_says_where_it_was_looked_for() {
    let project = SampleProject::below(PROGRAM, "python");
    let run = run_in(&project, "elsewhere", &["plan"]);
    assert_eq!(run.code, 2);
    let said = run.stderr.replace("/private[", "[");
    assert_snapshot!(said, @"
    error: there is no `pyproject.toml` in `[REPOSITORY]/elsewhere` or in a folder above it
    hint: run in a folder of the project, or name the project with `--project DIR`
    ");
    // One without the table is told, instead of none.
    project.write("../elsewhere/pyproject.toml", "[project]\nname = \"a\"\n");
    let run = run_in(&project, "elsewhere/below", &["plan"]);
    assert_eq!(run.code, 2);
    let said = "elsewhere/pyproject.toml` has no table `[tool.wheel-pipeline]`";
    assert!(run.stderr.contains(said), "{}", run.stderr);
}

#[test]
fn an_audit_of_files_needs_no_project_and_one_of_nothing_takes_that_of_the_project() {
    let project = SampleProject::below(PROGRAM, "python");
    let run = run_in(&project, "python/src", &["audit"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("there is nothing to audit in `[ROOT]/dist`"), "{}", run.stderr);

    project.write("src/dist/notes.txt", "no archive");
    project.change("pyproject.toml", "targets = [", "targets = ");
    // A broken project is told, unless nothing is asked of it.
    assert_eq!(run_in(&project, "python/src", &["audit"]).code, 2);
    let run = run_in(&project, "python/src", &["audit", "dist"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("error[file-name]: "), "{}", run.stdout);
}
