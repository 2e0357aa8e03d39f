//! Test suites. Each test counts once, even if several Pythons run it.

use std::collections::BTreeMap;

use anyhow::Result;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::process::command::Invocation;

/// The tests of a suite by name. `false` means a failed test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results(BTreeMap<String, bool>);

impl Results {
    /// Adds a result. A test that failed once has failed.
    fn add(&mut self, name: String, passed: bool) {
        let known = self.0.entry(name).or_insert(true);
        *known &= passed;
    }

    /// Adds the results of another run or suite.
    pub fn extend(&mut self, other: &Self) {
        other.0.iter().for_each(|(name, passed)| self.add(name.clone(), *passed));
    }

    /// The number of distinct tests that passed in each of their runs.
    pub fn passed(&self) -> usize {
        self.0.values().filter(|passed| **passed).count()
    }

    /// The number of distinct tests that failed in any of their runs.
    pub fn failed(&self) -> usize {
        self.0.len() - self.passed()
    }

    /// Yes if every test passed. A suite without a test has not passed.
    pub fn verdict(&self) -> Verdict {
        if self.failed() == 0 && self.passed() > 0 { Verdict::Yes } else { Verdict::No }
    }
}

/// Runs `cargo test`.
pub fn cargo(command: &Invocation) -> Result<(Results, String)> {
    run(command, cargo_results)
}

/// Runs pytest.
pub fn pytest(command: &Invocation) -> Result<(Results, String)> {
    run(command, pytest_results)
}

/// Runs a test suite. A command that fails without a failed test is an error, for example if the code does not
/// compile.
fn run(command: &Invocation, read: fn(&str) -> Results) -> Result<(Results, String)> {
    let finished = command.run()?;
    let results = read(&finished.stdout);
    if !finished.succeeded() && results.failed() == 0 {
        finished.check()?;
        unreachable!("a command that failed is an error");
    }
    Ok((results, finished.output()))
}

/// Reads `test folder::name ... ok` of every test binary. Two binaries may have tests of one name.
fn cargo_results(output: &str) -> Results {
    let mut results = Results::default();
    let mut binary = 0;
    for line in output.lines() {
        let is_start = line.strip_prefix("running ").is_some_and(|rest| {
            rest.trim_end_matches('s')
                .strip_suffix(" test")
                .is_some_and(|n| n.parse::<u32>().is_ok())
        });
        binary += usize::from(is_start);
        let result = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "));
        match result {
            Some((name, "ok")) => results.add(format!("cargo {binary} {name}"), true),
            Some((name, "FAILED")) => results.add(format!("cargo {binary} {name}"), false),
            _ => {}
        }
    }
    results
}

/// Reads `PASSED tests/test_add.py::test_name` of pytest's summary. An error is a failure.
fn pytest_results(output: &str) -> Results {
    let mut results = Results::default();
    for line in output.lines() {
        let name = |prefix| line.strip_prefix(prefix).map(|rest: &str| rest.split(" - ").next());
        if let Some(Some(name)) = name("PASSED ") {
            results.add(format!("pytest {name}"), true);
        } else if let Some(Some(name)) = name("FAILED ").or_else(|| name("ERROR ")) {
            results.add(format!("pytest {name}"), false);
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(results: &Results) -> (usize, usize) {
        (results.passed(), results.failed())
    }

    #[test]
    fn tests_are_counted_over_all_binaries() {
        let output = "\nrunning 2 tests\ntest a ... ok\ntest b ... ignored\n\nrunning 3 tests\n\
            test a ... ok\ntest c::d - should panic ... ok\ntest e ... FAILED\n\
            \ntest result: FAILED. 2 passed; 1 failed;\n";
        assert_eq!(counts(&cargo_results(output)), (3, 1));
        assert_eq!(counts(&cargo_results("")), (0, 0));
    }

    #[test]
    fn errors_of_pytest_are_failures() {
        let output = "..F\n=== short test summary info ===\nPASSED tests/a.py::b[1 - 2]\n\
            FAILED tests/a.py::c - assert False\nERROR tests/a.py\n1 failed, 1 passed, 1 error in 0.52s\n";
        assert_eq!(counts(&pytest_results(output)), (1, 2));
        assert_eq!(counts(&pytest_results("no tests ran in 0.00s")), (0, 0));
    }

    #[test]
    fn a_test_is_counted_once_and_failed_if_it_failed_anywhere() {
        let mut all = pytest_results("PASSED a::b\nPASSED a::c\n");
        all.extend(&pytest_results("PASSED a::b\nFAILED a::c - no\n"));
        assert_eq!(counts(&all), (1, 1));
    }
}
