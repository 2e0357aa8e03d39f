//! Faults of the machine and of its user's settings: each is named, with its remedy, and nothing is lost.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};

use crate::PROGRAM;

/// A run with scripts in the place of programs.
fn with(project: &SampleProject, scripts: &[(&str, &str)], arguments: &[&str]) -> ProgramRun {
    let path = project.programs(scripts);
    project.finish(limited::output(project.command(arguments).env("PATH", path)))
}

#[test]
fn a_checkout_that_git_does_not_trust_is_not_called_none() {
    let project = SampleProject::new(PROGRAM);
    project.commit();
    let refusal = "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128";
    let run = with(&project, &[("git", refusal)], &["plan"]);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: git cannot read the checkout `[ROOT]`
    fatal: detected dubious ownership in repository at '/x'
    hint: do what git asks for, or remove `.git` if this is no checkout
    ");
}

#[test]
fn a_checkout_without_a_commit_is_none() {
    let project = SampleProject::new(PROGRAM);
    project.git(&["init", "--quiet"]);
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_missing_git_is_named() {
    let project = SampleProject::new(PROGRAM);
    project.commit();
    let nothing = project.root().join("nothing");
    let run = project.finish(limited::output(project.command(&["plan"]).env("PATH", nothing)));
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: there is no program `git` on `PATH`
    hint: install it, or add its folder to `PATH`
    ");
}

#[test]
fn a_path_that_is_no_text_is_named() {
    let project = SampleProject::new(PROGRAM);
    let moved = project.root().join(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&moved).expect("a folder");
    fs::copy(project.root().join("pyproject.toml"), moved.join("pyproject.toml")).expect("copied");
    let mut command = Command::new(PROGRAM);
    command.arg("--project").arg(&moved).arg("plan").env("NO_COLOR", "1");
    let run = project.finish(limited::output(&mut command));
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    error: the path `[ROOT]/�` is not UTF-8
    hint: move the project: cargo, maturin and pip need a path in UTF-8
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let project = SampleProject::new(PROGRAM);
    for arguments in [&["plan"][..], &["plan", "--format", "json"], &["explain", "run-path"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let mut command = project.command(arguments);
        let child = command.stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
        let run = project.finish(child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, 3, "{arguments:?}: {}", run.stderr);
        let expected = "error: cannot write the result to the standard output\n  \
                        cause: No space left on device (os error 28)\n";
        assert!(run.stderr.ends_with(expected), "{}", run.stderr);
    }
    // Whoever cannot be told anything still gets the exit code.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let mut command = project.command(&["build", "--target", "no-such-target"]);
    let mut child = command.stdout(full()).stderr(full()).spawn().expect("it starts");
    assert_eq!(limited::wait(&mut child).code(), Some(2));
}

#[test]
fn a_run_removes_what_a_killed_run_left() {
    let project = SampleProject::new(PROGRAM);
    let place = project.root().join("temporary");
    let left = place.join("wheel-pipeline-killed");
    fs::create_dir_all(left.join("environment")).expect("a folder");
    fs::write(left.join("in-use"), "").expect("written");
    let used = place.join("wheel-pipeline-used");
    fs::create_dir_all(&used).expect("a folder");
    let lock = fs::File::create(used.join("in-use")).expect("written");
    lock.try_lock().expect("nobody has it");
    let mut command = project.command(&["explain", "run-path"]);
    assert_eq!(limited::output(command.env("TMPDIR", &place)).status.code(), Some(0));
    assert!(!left.exists());
    assert!(used.exists());
}
