//! The smoke test of a project, and the tests of its downstream package, run on an installed wheel.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::environment::Environment;
use crate::process::command::{Finished, Invocation};

/// The time limit of a smoke test.
const SMOKE_LIMIT: Duration = Duration::from_secs(300);
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
    Ok((!finished.succeeded()).then_some(finished))
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
