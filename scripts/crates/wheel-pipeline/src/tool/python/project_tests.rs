//! The tests of a project and of packages that depend on it, run on an installed wheel.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::environment::Environment;
use crate::process::command::{Finished, Invocation};

/// A smoke test that takes longer hangs.
const SMOKE_LIMIT: Duration = Duration::from_secs(300);
/// Tests of a downstream package that take longer hang.
const UNITTEST_LIMIT: Duration = Duration::from_secs(600);

/// Runs a test script in an environment, where every warning is an error. Gives the command if it failed.
pub fn smoke(environment: &Environment, script: &Path, folder: &Path) -> Result<Option<Finished>> {
    let finished = smoke_command(environment, script, folder).run()?;
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

/// Runs the tests in a folder by unittest. Gives the command if it failed or found no test.
pub fn unittest(
    environment: &Environment,
    tests: &Path,
    folder: &Path,
) -> Result<Option<Finished>> {
    let finished = environment
        .command()
        // The tests lie in the source tree, where no bytecode is left (`-B`).
        .args(["-I", "-B", "-W", "error", "-X", "dev", "-m", "unittest", "discover"])
        .arg("--start-directory")
        .arg(environment.seen(tests))
        .folder(folder)
        .limit(UNITTEST_LIMIT)
        .run()?;
    Ok((!finished.succeeded() || found_no_test(&finished.stderr)).then_some(finished))
}

/// Before Python 3.12, unittest exits with 0 where it found no test.
fn found_no_test(output: &str) -> bool {
    output.contains("Ran 0 tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_test_is_no_success() {
        assert!(found_no_test("\n----\nRan 0 tests in 0.000s\n\nOK\n"));
        assert!(!found_no_test("..\n----\nRan 2 tests in 0.001s\n\nOK\n"));
    }
}
