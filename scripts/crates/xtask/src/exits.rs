//! `exits`: starts each way to end a process many times, on each Python. Faults at the end of a process are races.

use anyhow::Result;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;

use crate::test_suite::{self, Results};
use crate::{checks, test_environment};

/// Runs the exit tests on every promised Python of this machine, `starts` times each.
pub fn run(
    source: &Source,
    machine: &Machine,
    kept: &EvidenceFolder,
    report: &Report,
    starts: u16,
) -> Result<Verdict> {
    let mut all = Results::default();
    for environment in test_environment::environments(source, machine, kept, report)? {
        let name = format!("exits on CPython {}", environment.interpreter.release);
        let action = report.start(name.clone());
        let command = checks::pytest(&environment.environment, &source.project.root, starts)
            .arg("tests/test_exit.py");
        let (results, output) = test_suite::pytest(&command)?;
        if results.failed() == 0 && results.passed() > 0 {
            action.done(Mood::Good, "passed", &name);
        } else {
            action.done(Mood::Bad, "failed", &name);
            report.data(&output);
        }
        all.extend(&results);
    }
    report.data(&format!("{} passed, {} failed\n", all.passed(), all.failed()));
    let good = all.failed() == 0 && all.passed() > 0;
    Ok(if good { Verdict::Yes } else { Verdict::No })
}
