//! The line that compares the program with its hash, run as the jobs run it.
//!
//! GitHub's Linux runners start a line with `bash -e`.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use wheel_fixtures::limited;

use crate::program_rules::{BUILT, CHECK, HASH};

const PROGRAM: &str = "#!/bin/sh\necho it runs\n";

/// Runs a line in a folder, and gives its success and its output.
fn bash(folder: &Path, line: &str, variable: (&str, &str)) -> (bool, String) {
    let mut command = Command::new("bash");
    command.args(["-e", "-c", line]).env(variable.0, variable.1).current_dir(folder);
    let output = limited::output(&mut command);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).expect("UTF-8"))
}

/// A folder with the downloaded program, which cannot be started.
fn downloaded() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("target/program/wheel-pipeline");
    fs::create_dir_all(program.parent().expect("a folder")).expect("made");
    fs::write(&program, PROGRAM).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).expect("set");
    folder
}

/// The hash of a program as the job that builds it gives it out.
fn given_out(program: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let built = folder.path().join(BUILT);
    fs::create_dir_all(built.parent().expect("a folder")).expect("made");
    fs::write(built, program).expect("written");
    let outputs = folder.path().join("outputs");
    let (good, text) = bash(folder.path(), HASH, ("GITHUB_OUTPUT", &outputs.to_string_lossy()));
    assert!(good, "{text}");
    let written = fs::read_to_string(outputs).expect("the outputs");
    written.strip_prefix("sha256=").expect("its name").trim_end().to_owned()
}

#[test]
fn the_program_runs_if_it_has_the_hash_that_its_job_gave_out() {
    let folder = downloaded();
    let hash = given_out(PROGRAM);
    assert_eq!(hash.len(), 64, "{hash}");
    let (good, text) = bash(folder.path(), CHECK, ("SHA256", &hash));
    assert!(good, "{text}");
    let (_, text) = bash(folder.path(), "target/program/wheel-pipeline", ("SHA256", ""));
    assert_eq!(text, "it runs\n");
}

#[test]
fn another_program_or_hash_fails_the_job_and_cannot_be_started() {
    let other = given_out("another program");
    // Without its job's output, a hash is empty.
    for (hash, refusal) in [
        (other.as_str(), "target/program/wheel-pipeline: FAILED"),
        ("", "no properly formatted"),
        ("0", "no properly formatted"),
    ] {
        let folder = downloaded();
        let (good, text) = bash(folder.path(), CHECK, ("SHA256", hash));
        assert!(!good && text.contains(refusal), "{hash}: {text}");
        let (good, text) = bash(folder.path(), "target/program/wheel-pipeline", ("SHA256", ""));
        assert!(!good && text.contains("Permission denied"), "{hash}: {text}");
    }
    let folder = downloaded();
    fs::remove_file(folder.path().join("target/program/wheel-pipeline")).expect("removed");
    let (good, text) = bash(folder.path(), CHECK, ("SHA256", &given_out(PROGRAM)));
    assert!(!good && text.contains("No such file"), "{text}");
}
