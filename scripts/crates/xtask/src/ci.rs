//! `ci`: all checks and tests of the repository in one command.
//!
//! Every step runs, even after a failure. All failed steps are listed at the end. A test suite that ran no test is a
//! failure.

use anyhow::Result;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::{Code, failure};
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::{Machine, licenses, rehearse};

use crate::test_suite as suite;
use crate::test_suite::Counts;
use crate::{by_hand, cargo, checks, lock, readme, tables};

/// The results of the steps.
struct Tally<'a> {
    report: &'a Report,
    /// The names of the failed steps.
    failed: Vec<String>,
    /// The worst verdict of the steps.
    verdict: Verdict,
    tests: Counts,
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
        Tally { report, failed: Vec::new(), verdict: Verdict::Yes, tests: Counts::default() };

    tally.stage("lock --check", || lock::run(&source.project, machine, report, true, false))?;
    tally.stage("licenses --check", || {
        licenses::run(&licenses::Args { check: true }, source, report)
    })?;
    tally.stage("readme --check", || readme::run(source, report, true))?;
    tally.stage("tables --check", || tables::run(&source.project, machine, report, true))?;
    for (name, folder) in [("sum_up_to", root), ("wheel-pipeline", &scripts)] {
        tally.command(&format!("cargo fmt, {name}"), &cargo::format(folder))?;
        tally.command(&format!("cargo clippy, {name}"), &cargo::clippy(folder))?;
    }
    tally.command("cargo clippy, targets of the fuzzer", &cargo::clippy_fuzz(&scripts))?;
    tally.command("cargo doc, wheel-pipeline", &cargo::document(&scripts))?;
    tally.suite("cargo test, wheel-pipeline", || suite::cargo(&cargo::test(&scripts)))?;

    tally.stage("rehearse", || {
        rehearse::run(&rehearse::Args::default(), source, machine, kept, report)
    })?;
    tally.suite("mutants of the built wheels", || {
        suite::cargo(&cargo::mutants(&scripts, &source.project.dist()))
    })?;
    let environments = suite::environments(source, machine, kept, report)?;
    for (position, environment) in environments.iter().enumerate() {
        let on = &environment.interpreter.release;
        if position == 0 {
            let here = &environment.environment;
            tally.command("ruff format", &checks::ruff_format(here, root))?;
            tally.command("ruff check", &checks::ruff(here, root))?;
            tally.command("mypy", &checks::mypy(here, root))?;
            tally.command("zizmor", &checks::zizmor(here, root))?;
        }
        let package = wheel_audit::names::escape(&source.project.name);
        let stubs = checks::stubtest(&environment.environment, &package, environment.folder.path());
        tally.command(&format!("stubtest on CPython {on}"), &stubs)?;
        tally.suite(&format!("pytest on CPython {on}"), || {
            suite::pytest(&checks::pytest(&environment.environment, root))
        })?;
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
    report.data(&format!("{} passed, {} failed\n", tests.passed, tests.failed));
    // The waivers are listed in every run, so that nobody forgets them.
    let waivers = &source.project.table.waivers;
    report.data(&format!("{} waived\n", waivers.len()));
    for waiver in waivers {
        let what = format!("{} on Python {}", waiver.platform, waiver.python);
        let why = format!("{what}, until {}: {}", waiver.expires, waiver.reason);
        report.say(Mood::Doubtful, "waived", &why);
    }
    if failed.is_empty() {
        return Ok(Verdict::Yes);
    }
    report.data(&format!("failed: {}\n", failed.join(", ")));
    Ok(verdict)
}

impl Tally<'_> {
    /// A step that is a stage.
    fn stage(&mut self, name: &str, stage: impl FnOnce() -> Result<Verdict>) -> Result<()> {
        self.step(name, || Ok((stage()?, String::new())))
    }

    /// A step that is one command.
    fn command(&mut self, name: &str, command: &Invocation) -> Result<()> {
        self.step(name, || {
            let finished = command.run()?;
            let verdict = if finished.succeeded() { Verdict::Yes } else { Verdict::No };
            Ok((verdict, finished.output()))
        })
    }

    /// A step that is a test suite.
    fn suite(
        &mut self,
        name: &str,
        suite: impl FnOnce() -> Result<(Counts, String)>,
    ) -> Result<()> {
        let mut tests = Counts::default();
        let result = self.step(name, || {
            let (counts, output) = suite()?;
            tests = counts;
            let good = counts.failed == 0 && counts.passed > 0;
            Ok((if good { Verdict::Yes } else { Verdict::No }, output))
        });
        self.tests.passed += tests.passed;
        self.tests.failed += tests.failed;
        result
    }

    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<(Verdict, String)>) -> Result<()> {
        let report = self.report;
        let action = report.start(name);
        let verdict = match step() {
            Ok((Verdict::Yes, _)) => {
                action.done(Mood::Good, "passed", name);
                return Ok(());
            }
            Ok((verdict, output)) => {
                action.done(Mood::Bad, "failed", name);
                report.data(&output);
                verdict
            }
            Err(error) => {
                if failure(&error).is_some_and(|failure| failure.code == Code::Interrupted) {
                    return Err(error);
                }
                action.done(Mood::Bad, "failed", name);
                report.error(&error);
                Verdict::Unknown
            }
        };
        self.failed.push(name.to_owned());
        self.verdict = self.verdict.and(verdict);
        Ok(())
    }
}
