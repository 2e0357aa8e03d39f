//! `exits`: starts each way to end a process many times, on each Python. Faults at the end of a process are races.

use anyhow::Result;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::Report;
use wheel_pipeline::stage::Machine;

use crate::step::Step;
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
    let (mut all, mut verdict) = (Results::default(), Verdict::Yes);
    for environment in test_environment::environments(source, machine, kept, report)? {
        let name = format!("exits on CPython {}", environment.interpreter.release);
        let command = checks::pytest(&environment.environment, &source.project.root, starts)
            .arg("tests/test_exit.py");
        let step = Step::suite(report, &name, || test_suite::pytest(&command))?;
        verdict = verdict.and(step.verdict);
        all.extend(&step.tests);
    }
    report.data(&format!("{} passed, {} failed\n", all.passed(), all.failed()))?;
    Ok(verdict)
}
