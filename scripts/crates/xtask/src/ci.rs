//! `ci`: all checks and tests of the repository in one command.
//!
//! Every step runs, even after a failure. All failed steps are listed at the end. A test suite that ran no test is a
//! failure.

use std::path::Path;

use anyhow::Result;
use wheel_audit::parallel;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::{Machine, licenses, rehearse};

use crate::step::Step;
use crate::test_environment::{self, TestEnvironment};
use crate::test_suite::{self, Results};
use crate::{by_hand, cargo, checks, lock, readme, tables};

/// The number of starts of each way to end a process, on the oldest and on the newest Python.
const EXITS: u16 = 20;

/// The results of the steps.
struct Tally<'a> {
    report: &'a Report,
    /// The names of the failed steps.
    failed: Vec<String>,
    /// The worst verdict of the steps.
    verdict: Verdict,
    tests: Results,
}

/// Runs `ci`.
pub fn run(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let root = &source.project.root;
    let scripts = root.join("scripts");
    let mut tally =
        Tally { report, failed: Vec::new(), verdict: Verdict::Yes, tests: Results::default() };

    tally.stage("lock --check", || lock::run(&source.project, machine, report, true, false))?;
    tally.stage("licenses --check", || {
        licenses::run(&licenses::Args { check: true }, source, report)
    })?;
    // The program is a project of its own.
    let program = Source::open(&scripts.join("crates").join("wheel-pipeline"), None)?;
    tally.stage("licenses --check, wheel-pipeline", || {
        licenses::run(&licenses::Args { check: true }, &program, report)
    })?;
    tally.stage("readme --check", || readme::run(source, report, true))?;
    tally.stage("tables --check", || tables::run(&source.project, machine, report, true))?;
    for (name, folder) in [("sum_up_to", root), ("wheel-pipeline", &scripts)] {
        tally.command(&format!("cargo fmt, {name}"), &cargo::format(folder))?;
        tally.command(&format!("cargo clippy, {name}"), &cargo::clippy(folder))?;
    }
    tally.command("cargo clippy, targets of the fuzzer", &cargo::clippy_fuzz(&scripts))?;
    tally.command("cargo doc, wheel-pipeline", &cargo::document(&scripts))?;
    tally.command("cargo package, wheel-audit", &cargo::package(&scripts))?;
    tally.suite("cargo test, wheel-pipeline", || test_suite::cargo(&cargo::test(&scripts)))?;

    tally.stage("rehearse", || {
        rehearse::run(&rehearse::Args::default(), source, machine, kept, report)
    })?;
    tally.suite("mutants of the built wheels", || {
        test_suite::cargo(&cargo::mutants(&scripts, &source.project.dist()))
    })?;
    let environments = test_environment::environments(source, machine, kept, report)?;
    let here = &environments[0].environment;
    tally.command("ruff format", &checks::ruff_format(here, root))?;
    tally.command("ruff check", &checks::ruff(here, root))?;
    tally.command("mypy", &checks::mypy(here, root)?)?;
    tally.command("zizmor", &checks::zizmor(here, root))?;
    for TestEnvironment { environment, interpreter, folder, .. } in &environments {
        let package = wheel_audit::names::escape(&source.project.name);
        let stubs = checks::stubtest(environment, &package, folder.path());
        tally.command(&format!("stubtest on CPython {}", interpreter.release), &stubs)?;
    }
    for suite in suites(&environments, root, report) {
        tally.add(suite?);
    }
    if cfg!(unix) {
        tally.stage("the commands of the README, by hand", || {
            by_hand::run(source, machine, report)
        })?;
    } else {
        report.say(Mood::Doubtful, "not here", "the commands of the README are for a POSIX shell");
    }

    let Tally { failed, verdict, tests, .. } = tally;
    // Test reporters can parse this line.
    report.data(&format!("{} passed, {} failed\n", tests.passed(), tests.failed()))?;
    // What the table accepts is listed in every run, so that nobody forgets it.
    let (waivers, accept) = (&source.project.table.waivers, &source.project.table.accept);
    for row in accept {
        let why = format!("{row}, until {}: {}", row.expires, row.reason);
        report.say(Mood::Doubtful, "accepted", &why);
    }
    report.data(&format!("{} waived\n", waivers.len()))?;
    for waiver in waivers {
        let what = format!("{} on Python {}", waiver.platform, waiver.python);
        let why = format!("{what}, until {}: {}", waiver.expires, waiver.reason);
        report.say(Mood::Doubtful, "waived", &why);
    }
    if failed.is_empty() {
        return Ok(Verdict::Yes);
    }
    report.data(&format!("failed: {}\n", failed.join(", ")))?;
    Ok(verdict)
}

/// Runs the Python tests on each Python. One suite keeps less than one processor busy, so several run at a time.
fn suites(environments: &[TestEnvironment], root: &Path, report: &Report) -> Vec<Result<Step>> {
    let positions: Vec<usize> = (0..environments.len()).collect();
    parallel::map(&positions, |&position| {
        let TestEnvironment { environment, interpreter, .. } = &environments[position];
        // Faults at the end of a process are races. `cargo xtask exits` tests them on all Pythons.
        let is_edge = position == 0 || position + 1 == environments.len();
        let exits = if is_edge { EXITS } else { 1 };
        let name = format!("pytest on CPython {}", interpreter.release);
        Step::suite(report, &name, || test_suite::pytest(&checks::pytest(environment, root, exits)))
    })
}

impl Tally<'_> {
    /// A step that is a stage.
    fn stage(&mut self, name: &str, stage: impl FnOnce() -> Result<Verdict>) -> Result<()> {
        let step =
            Step::run(self.report, name, || Ok((stage()?, Results::default(), String::new())));
        self.add(step?);
        Ok(())
    }

    /// A step that is one command.
    fn command(&mut self, name: &str, command: &Invocation) -> Result<()> {
        let step = Step::run(self.report, name, || {
            let finished = command.run()?;
            let verdict = if finished.succeeded() { Verdict::Yes } else { Verdict::No };
            Ok((verdict, Results::default(), finished.output()))
        });
        self.add(step?);
        Ok(())
    }

    /// A step that is a test suite.
    fn suite(
        &mut self,
        name: &str,
        suite: impl FnOnce() -> Result<(Results, String)>,
    ) -> Result<()> {
        let step = Step::suite(self.report, name, suite)?;
        self.add(step);
        Ok(())
    }

    fn add(&mut self, step: Step) {
        if step.verdict != Verdict::Yes {
            self.failed.push(step.name);
        }
        self.verdict = self.verdict.and(step.verdict);
        self.tests.extend(&step.tests);
    }
}
