//! Test suites: environments with the built wheel and the tests' requirements, and the counts of tests.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::{Machine, recorded};
use wheel_pipeline::tool::pip::{self, InstallSource};
use wheel_pipeline::tool::python::Interpreter;
use wheel_pipeline::tool::python::environment::Environment;

use crate::lock;

/// The results of a test suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
}

/// An environment with the built wheel and the tests' requirements.
pub struct TestEnvironment {
    pub environment: Environment,
    pub interpreter: Interpreter,
    /// The installed file.
    pub wheel: PathBuf,
    /// The folder of the environment. It is removed when this is dropped.
    pub folder: TempDir,
}

/// A test environment of each promised Python on this machine.
pub fn environments(
    source: &Source,
    machine: &Machine,
    kept: &EvidenceFolder,
    report: &Report,
) -> Result<Vec<TestEnvironment>> {
    let part = machine.provable(&source.plan)?;
    let files = recorded::files(&source.project, &part, kept.built())?;
    let tools = machine.tools()?;
    let mut environments = Vec::new();
    for interpreter in machine.found()?.own() {
        let promise =
            part.environments.iter().find(|promise| promise.python == interpreter.version);
        let Some(promise) = promise else {
            continue;
        };
        let action = report.start(format!("preparing CPython {}", interpreter.release));
        let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
        let place = folder.path().join("environment");
        let lock = lock::requirements(&source.project)?;
        let environment = Environment::locked(interpreter, &place, tools, &lock)?;
        let (wheel, _) = files
            .iter()
            .find(|(_, built)| built.file == promise.file)
            .context("every planned file is in `files`")?;
        pip::install(tools, &environment, InstallSource::Files, &[&wheel.to_string_lossy()])
            .check()?;
        let release = &interpreter.release;
        action.done(Mood::Good, "prepared", &format!("CPython {release} for the tests"));
        let (interpreter, wheel) = (interpreter.clone(), wheel.clone());
        environments.push(TestEnvironment { environment, interpreter, wheel, folder });
    }
    if environments.is_empty() {
        return Err(Failure::unknown(
            "no promised Python is on this machine, so nothing can be tested",
        )
        .into());
    }
    Ok(environments)
}

/// Runs `cargo test` and counts the tests.
pub fn cargo(command: &Invocation) -> Result<(Counts, String)> {
    run(command, cargo_counts)
}

/// Runs pytest and counts the tests.
pub fn pytest(command: &Invocation) -> Result<(Counts, String)> {
    run(command, pytest_counts)
}

fn run(command: &Invocation, count: fn(&str) -> Counts) -> Result<(Counts, String)> {
    let finished = command.run()?;
    let counts = count(&finished.stdout);
    if !finished.succeeded() && counts.failed == 0 {
        finished.check()?;
        unreachable!("a command that failed is an error");
    }
    Ok((counts, finished.output()))
}

/// Adds up `test result: ok. 12 passed; 0 failed; …` of every test binary.
fn cargo_counts(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines().filter(|line| line.starts_with("test result: ")) {
        counts.passed += number_before(line, " passed");
        counts.failed += number_before(line, " failed");
    }
    counts
}

/// Reads `12 passed, 1 failed, 2 errors in 0.10s`. An error is a failure.
fn pytest_counts(output: &str) -> Counts {
    let line = output.lines().rev().find(|line| line.contains(" in ")).unwrap_or_default();
    Counts {
        passed: number_before(line, " passed"),
        failed: number_before(line, " failed") + number_before(line, " error"),
    }
}

fn number_before(line: &str, word: &str) -> usize {
    let Some(at) = line.find(word) else {
        return 0;
    };
    let digits = line[..at].rsplit(|character: char| !character.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_over_all_binaries() {
        let output = "\ntest result: ok. 12 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 3 passed; 1 failed;\n";
        assert_eq!(cargo_counts(output), Counts { passed: 15, failed: 1 });
        assert_eq!(cargo_counts(""), Counts::default());
    }

    #[test]
    fn errors_of_pytest_are_failures() {
        let output = "..F\n2 failed, 14 passed, 1 skipped, 3 errors in 0.52s\n";
        assert_eq!(pytest_counts(output), Counts { passed: 14, failed: 5 });
        assert_eq!(pytest_counts("1 error in 0.1s"), Counts { passed: 0, failed: 1 });
        assert_eq!(pytest_counts("no tests ran in 0.00s"), Counts::default());
    }
}
