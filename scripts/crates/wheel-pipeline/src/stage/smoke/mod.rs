//! `smoke`: installs each wheel on each promised Python of this machine, and runs the smoke test. pip uses no index.

pub mod attempt;
pub mod canary;
pub mod containers;
pub mod environment_run;

use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;

use self::attempt::{TestedWheel, attempt};
use self::environment_run::EnvironmentRun;
use crate::evidence::{BuildEvidence, EvidenceFolder, SmokeEvidence, SmokeOutcome, SmokeResult};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::PromiseTable;
use crate::project::source::Source;
use crate::report::{Mood, Output, Report, table};
use crate::stage::foreign::Folder;
use crate::stage::from_jobs::FromJobs;
use crate::stage::machine::host_targets;
use crate::stage::{Machine, build, recorded, today};
use crate::tool::python::environment::Environment;
use crate::tool::python::tools::{Tool, Tools};
use crate::tool::python::{Found, Interpreter};
use crate::tool::pythons::downloads::Downloads;
use crate::tool::pythons::{self, ForeignPythons};

/// The arguments of `smoke`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder: Folder,
    /// Prove instead that a wheel compiled for a newer processor crashes on the emulated oldest one
    #[arg(long, conflicts_with_all = ["complete", "targets", "container", "folder"])]
    pub canary: bool,
    /// Test this target of the table; may be repeated; by default all wheels that are built and can run here
    #[arg(long = "target", env = "PIPELINE_TARGET", value_name = "TARGET")]
    pub targets: Vec<Target>,
    /// Test on the Pythons of the official Linux images too, with docker or podman
    #[arg(long)]
    pub container: bool,
    /// Use this image, with Pythons under /opt/python, in place of the pinned one
    #[arg(long, value_name = "IMAGE", requires = "container")]
    pub image: Option<String>,
    /// Exit 3 unless every promised environment was tested
    #[arg(long)]
    pub complete: bool,
    #[command(flatten)]
    pub jobs: FromJobs,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `smoke`.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    if args.canary {
        return canary::run(source, machine, report);
    }
    let source = &args.jobs.take_in(source, kept, report)?;
    let plan = match &args.targets[..] {
        [] => source.plan.clone(),
        targets => build::part(&source.plan, targets)?,
    };
    let mut found = with_foreign(machine)?;
    let mut containers = Vec::new();
    if args.container {
        let built = kept.built();
        let is_built = |target: &Target| {
            let wheels = plan.only(&[*target]).wheels;
            wheels.iter().any(|wheel| built.file(&wheel.file).is_some())
        };
        let targets: Vec<Target> = plan.platforms().into_iter().filter(is_built).collect();
        let tools = machine.tools()?;
        tools.ready(Tool::Pip)?;
        let downloads = downloads(source, tools, &plan.only(&targets), built)?;
        let start = containers::Starter {
            source,
            report,
            image: args.image.as_deref(),
            tools: tools.folder(),
            downloads: downloads.as_ref(),
        };
        containers = start.all(&targets, &mut found)?;
    }
    let part = match &args.targets[..] {
        [] => provable(&source.plan, machine, kept, &found)?,
        _ => offered(plan.clone(), &found),
    };
    let evidence = prove_on(source, machine, kept, report, &part, &found)?;
    drop(containers);
    let promised = plan.environments.len();
    let text = format!(
        "{}\n{}\n",
        table::plain(&["platform", "Python", "result"], &rows(&evidence)),
        reach(&evidence, promised)
    );
    report.result(&text, &evidence)?;
    Ok(verdict(&evidence, &source.project.table, promised, args.complete))
}

/// What the containers of a plan's wheels download. None if none of the tests needs anything.
fn downloads(
    source: &Source,
    tools: &Tools,
    plan: &Plan,
    built: &BuildEvidence,
) -> Result<Option<Downloads>> {
    let part = plan.part(|file| built.file(file).is_some());
    if part.wheels.is_empty() {
        return Ok(None);
    }
    let wheels = TestedWheel::all(&recorded::files(&source.project, &part, built)?)?;
    let needed = wheels.values().any(|wheel| wheel.needs_downloads(&source.project));
    needed.then(|| Downloads::into(&source.project.wheelhouse(), tools)).transpose()
}

/// The Pythons of this machine, and its foreign Pythons.
fn with_foreign(machine: &Machine) -> Result<Found> {
    let mut found = machine.found()?.clone();
    let folder = pythons::folder()?;
    for pythons in ForeignPythons::all() {
        found.extend(pythons.interpreters(&folder)?);
    }
    Ok(found)
}

/// The part of the plan that these Pythons can test: all wheels for this machine's Pythons, and the built wheels
/// for foreign Pythons.
fn provable(plan: &Plan, machine: &Machine, kept: &EvidenceFolder, found: &Found) -> Result<Plan> {
    let built = kept.built();
    let own = if host_targets(plan).is_empty() { None } else { Some(machine.provable(plan)?) };
    let own = |file: &str| own.iter().flat_map(|part| &part.wheels).any(|wheel| wheel.file == file);
    let elsewhere = offered(plan.clone(), found);
    let elsewhere = |file: &str| elsewhere.wheels.iter().any(|wheel| wheel.file == file);
    let mut part = plan.clone();
    part.wheels.retain(|wheel| {
        own(&wheel.file) || built.file(&wheel.file).is_some() && elsewhere(&wheel.file)
    });
    let wheels = &part.wheels;
    part.environments.retain(|promise| wheels.iter().any(|wheel| wheel.file == promise.file));
    Ok(part)
}

/// The plan with only the wheels that one of these Pythons can install.
fn offered(mut plan: Plan, found: &Found) -> Plan {
    let offered = |file: &str| {
        plan.environments.iter().any(|promise| {
            let fits = |python: &Interpreter| {
                python.version == promise.python && python.serves(promise.target)
            };
            promise.file == file && found.interpreters.iter().any(fits)
        })
    };
    let wheels = plan.wheels.iter().filter(|wheel| offered(&wheel.file)).cloned().collect();
    plan.wheels = wheels;
    plan
}

/// Runs the smoke test on every Python of this machine that the plan promises, and writes `smoke.json`.
pub fn prove(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
) -> Result<SmokeEvidence> {
    prove_on(source, machine, kept, report, plan, machine.found()?)
}

fn prove_on(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
    found: &Found,
) -> Result<SmokeEvidence> {
    let wheels = TestedWheel::all(&recorded::files(&source.project, plan, kept.built())?)?;
    // Installed once, before the parallel runs need it.
    machine.tools()?.ready(Tool::Pip)?;
    let attempt = |run: &EnvironmentRun, environment: &Environment, folder: &Path| {
        let wheel = wheels.get(&run.promise.file).context("every planned file is in `wheels`")?;
        attempt(source, machine, environment, wheel, folder)
    };
    let evidence = environment_run::run(source, kept, report, plan, found, "smoked", attempt)?;
    if evidence.outcomes.is_empty() {
        return Err(Failure::unknown(
            "no promised Python is on this machine, so nothing was tested",
        )
        .into());
    }
    for name in &evidence.not_here {
        report.say(Mood::Doubtful, "not here", name);
    }
    kept.keep(evidence.clone())?;
    Ok(evidence)
}

/// The verdict of a smoke test. It is unknown if a test could not run and no waiver of the table covers that. With
/// `complete`, it is unknown unless all `promised` environments passed.
pub fn verdict(
    evidence: &SmokeEvidence,
    table: &PromiseTable,
    promised: usize,
    complete: bool,
) -> Verdict {
    let today = today();
    let failed = |one: &SmokeOutcome| matches!(one.result, SmokeResult::Failed { .. });
    let unknown = |one: &SmokeOutcome| {
        matches!(one.result, SmokeResult::NotTested { .. })
            && !table.is_waived(one.target, one.python, today)
    };
    if evidence.outcomes.iter().any(failed) {
        Verdict::No
    } else if evidence.outcomes.iter().any(unknown) || complete && reached(evidence) < promised {
        Verdict::Unknown
    } else {
        Verdict::Yes
    }
}

/// The number of promised environments that passed. Two interpreters of one series count once.
pub fn reached(evidence: &SmokeEvidence) -> usize {
    let passed = evidence.outcomes.iter().filter(|outcome| outcome.result == SmokeResult::Passed);
    let mut environments: Vec<_> = passed.map(|outcome| (outcome.target, outcome.python)).collect();
    environments.sort();
    environments.dedup();
    environments.len()
}

/// A line with the number of promised environments that passed.
pub fn reach(evidence: &SmokeEvidence, promised: usize) -> String {
    format!("{} of {promised} promised environments", reached(evidence))
}

fn rows(evidence: &SmokeEvidence) -> Vec<Vec<String>> {
    let row = |outcome: &SmokeOutcome| {
        vec![outcome.target.to_string(), outcome.release.clone(), word(&outcome.result).to_owned()]
    };
    evidence.outcomes.iter().map(row).collect()
}

/// The result in one word.
pub fn word(result: &SmokeResult) -> &'static str {
    match result {
        SmokeResult::Passed => "passed",
        SmokeResult::Failed { .. } => "FAILED",
        SmokeResult::NotTested { .. } => "not tested",
    }
}
