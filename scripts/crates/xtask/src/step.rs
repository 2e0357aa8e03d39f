//! One step of a command that runs many, and goes on after a failed one.

use anyhow::Result;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::{Code, failure};
use wheel_pipeline::report::{Mood, Report};

use crate::test_suite::Results;

/// A step that was run.
pub struct Step {
    pub name: String,
    pub verdict: Verdict,
    pub tests: Results,
}

impl Step {
    /// Runs a test suite.
    pub fn suite(
        report: &Report,
        name: &str,
        suite: impl FnOnce() -> Result<(Results, String)>,
    ) -> Result<Self> {
        Self::run(report, name, || {
            let (results, output) = suite()?;
            Ok((results.verdict(), results, output))
        })
    }

    /// Runs a step. An error is a failed step, and only an interruption is an error of the whole run.
    pub fn run(
        report: &Report,
        name: &str,
        step: impl FnOnce() -> Result<(Verdict, Results, String)>,
    ) -> Result<Self> {
        let action = report.start(name);
        let (verdict, tests) = match step() {
            Ok((Verdict::Yes, tests, _)) => {
                action.done(Mood::Good, "passed", name);
                (Verdict::Yes, tests)
            }
            Ok((verdict, tests, output)) => {
                action.done(Mood::Bad, "failed", name);
                report.data(&output)?;
                (verdict, tests)
            }
            Err(error) => {
                if failure(&error).is_some_and(|failure| failure.code == Code::Interrupted) {
                    return Err(error);
                }
                action.done(Mood::Bad, "failed", name);
                report.error(&error);
                (Verdict::Unknown, Results::default())
            }
        };
        Ok(Self { name: name.to_owned(), verdict, tests })
    }
}
