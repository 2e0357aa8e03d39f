//! The smoke test of a project, and the tests of its downstream package, run on an installed wheel.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Inside;
use super::environment::Environment;
use crate::process::command::{Finished, Invocation};

/// The time limit of a smoke test.
const SMOKE_LIMIT: Duration = Duration::from_secs(300);
/// The time limit of a test suite.
const SUITE_LIMIT: Duration = Duration::from_secs(3600);
/// The program that imports modules.
const IMPORTS: &str = include_str!("imports.py");
/// The time limit of the downstream package's tests.
const UNITTEST_LIMIT: Duration = Duration::from_secs(600);

/// Runs the smoke test in an environment. Every warning is an error. Returns the finished command if it failed.
///
/// `pass` are the variables that the project asks for.
pub fn smoke(
    environment: &Environment,
    script: &Path,
    folder: &Path,
    pass: &[String],
) -> Result<Option<Finished>> {
    let finished = smoke_command(environment, script, folder).pass_to_test(pass).run()?;
    Ok(finished.failed())
}

/// The command of a smoke test.
pub fn smoke_command(environment: &Environment, script: &Path, folder: &Path) -> Invocation {
    environment
        .command()
        .args(["-I", "-W", "error", "-X", "dev"])
        .arg(environment.seen(script))
        .folder(folder)
        .limit(SMOKE_LIMIT)
}

/// The folders and files that a test command may name: `{project}`, `{package}`, `{wheel}`.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The top of the repository.
    pub project: &'a Path,
    /// The project's folder.
    pub package: &'a Path,
    pub wheel: &'a Path,
}

/// Runs the commands of a test suite in one shell of the system, each if the one before succeeded. The programs of the
/// environment come first on `PATH`. Returns the finished shell if it failed.
pub fn suite(
    environment: &Environment,
    commands: &[String],
    places: &Places,
    folder: &Path,
    pass: &[String],
) -> Result<Option<Finished>> {
    // In a folder of its own: the one around it has the environment, in which a test runner would look for tests.
    let folder = folder.join("suite");
    std::fs::create_dir_all(&folder).context("cannot make the folder of the tests")?;
    let command =
        [("{project}", places.project), ("{package}", places.package), ("{wheel}", places.wheel)]
            .iter()
            .fold(commands.join(" && "), |text, (name, place)| {
                text.replace(name, &place.to_string_lossy())
            });
    if let Some(inside) = environment.inside() {
        let finished = suite_in(inside, environment, &command, &folder).limit(SUITE_LIMIT).run()?;
        return Ok(finished.failed());
    }
    let shell = match cfg!(windows) {
        true => Invocation::new("cmd").args(["/c", &command]),
        false => Invocation::new("sh").args(["-c", &command]),
    };
    let finished = shell
        .folder(&folder)
        .without("PYTHONPATH")
        .without("PYTHONHOME")
        // The tests lie in the source tree.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PATH", environment.path()?)
        .env("VIRTUAL_ENV", environment.folder())
        .pass_to_test(pass)
        .limit(SUITE_LIMIT)
        .run()?;
    Ok(finished.failed())
}

/// The commands of a test suite, in the container of an environment.
fn suite_in(
    inside: &Inside,
    environment: &Environment,
    command: &str,
    folder: &Path,
) -> Invocation {
    let variable = |name: &str, value: &Path| format!("{name}={}", value.display());
    Invocation::new(inside.engine)
        .args(["exec", "--env", "PYTHONDONTWRITEBYTECODE=1", "--env"])
        .arg(variable("VIRTUAL_ENV", environment.folder()))
        .args(["--env", &variable("PROGRAMS", &environment.programs()), "--workdir"])
        .arg(folder)
        .args([&inside.name, "sh", "-c"])
        .arg(format!("PATH=\"$PROGRAMS:$PATH\"; {command}"))
}

/// Imports modules, and starts programs with `--version` or `--help`. Every warning of the project is an error. Returns the
/// finished command if it failed.
pub fn imports(
    environment: &Environment,
    project: &str,
    modules: &BTreeSet<String>,
    programs: &BTreeSet<String>,
    folder: &Path,
    pass: &[String],
) -> Result<Option<Finished>> {
    let asked = serde_json::json!({ "project": project, "modules": modules, "programs": programs });
    let finished = environment
        .command()
        .args(["-I", "-W", "error", "-X", "dev", "-c", IMPORTS, &asked.to_string()])
        .folder(folder)
        .pass_to_test(pass)
        .limit(SMOKE_LIMIT)
        .run()?;
    Ok(finished.failed())
}

/// Runs the tests in a folder with unittest. Returns the finished command if it failed or found no test.
pub fn unittest(
    environment: &Environment,
    tests: &Path,
    folder: &Path,
    pass: &[String],
) -> Result<Option<Finished>> {
    let finished = environment
        .command()
        // The tests are in the source tree, so `-B` keeps bytecode out of it.
        .args(["-I", "-B", "-W", "error", "-X", "dev", "-m", "unittest", "discover"])
        .arg("--start-directory")
        .arg(environment.seen(tests))
        .folder(folder)
        .pass_to_test(pass)
        .limit(UNITTEST_LIMIT)
        .run()?;
    Ok((!finished.succeeded() || found_no_test(&finished.stderr)).then_some(finished))
}

/// Returns true if unittest found no test. Before Python 3.12, it exits with 0 then.
fn found_no_test(output: &str) -> bool {
    output.contains("Ran 0 tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_tests_is_a_failure() {
        assert!(found_no_test("\n----\nRan 0 tests in 0.000s\n\nOK\n"));
        assert!(!found_no_test("..\n----\nRan 2 tests in 0.001s\n\nOK\n"));
    }
}
