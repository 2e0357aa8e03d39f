//! `smoke`: each wheel on each promised Python of this machine, installed by pip without an index.

pub mod canary;
pub mod containers;
pub mod environment_run;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use self::environment_run::{self as trial, Trial};
use crate::evidence::{self, BuildEvidence, SmokeEvidence, SmokeResult};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::process::command::{Finished, Invocation};
use crate::report::{Mood, table};
use crate::stage::{Session, build, held};
use crate::tool::pip::{self, Source};
use crate::tool::python::environment::Environment;
use crate::tool::python::{Found, Interpreter};
use crate::tool::pythons::Guest;
use crate::tool::pythons::debian;
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;

/// A smoke test that takes longer, in seconds, hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is to be tested, and where.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Targets of the table; what was built where there is none.
    pub targets: Vec<Target>,
    /// On the Pythons of the official images too.
    pub containers: bool,
    /// The image that stands for the table's.
    pub image: Option<String>,
    /// Whether every promised environment has to be tested.
    pub complete: bool,
}

/// The stage.
///
/// # Errors
///
/// When no promised Python is on this machine, or a tool cannot do its work.
pub fn run(session: &Session, wanted: &Wanted) -> Result<Verdict> {
    let plan = match &wanted.targets[..] {
        [] => session.plan.clone(),
        targets => build::part(session, targets)?,
    };
    let mut found = with_guests(session)?;
    let mut containers = Vec::new();
    if wanted.containers {
        session.exclusive()?;
        let built = kept.built();
        let is_built = |target: &Target| {
            let mut wheels = plan.wheels.iter().filter(|wheel| wheel.target == *target);
            wheels.any(|wheel| built.file(&wheel.file).is_some())
        };
        let targets: Vec<Target> = plan.targets().into_iter().filter(is_built).collect();
        containers = containers::add(session, &targets, wanted.image.as_deref(), &mut found)?;
    }
    let part = match &wanted.targets[..] {
        [] => provable(session, &found)?,
        _ => offered(plan.clone(), &found),
    };
    let evidence = prove_on(session, &part, &found)?;
    drop(containers);
    let promised = plan.environments.len();
    let text = format!(
        "{}\n{}\n",
        table::plain(&["platform", "CPython", "result"], &rows(&evidence)),
        reach(&evidence, promised)
    );
    session.report.result(&text, &evidence)?;
    Ok(verdict(&evidence, promised, wanted.complete))
}

/// The Pythons of this machine, and those in the roots that were made for it.
fn with_guests(session: &Session) -> Result<Found> {
    let mut found = session.found()?.clone();
    let roots = debian::folder(&session.project.work());
    for guest in Guest::all() {
        let (interpreters, passed_over) = guest.interpreters(&roots)?;
        found.interpreters.extend(interpreters);
        found.passed_over.extend(passed_over);
    }
    Ok(found)
}

/// The part of the plan that these Pythons can prove: what this machine's own can, and of the rest what
/// was built.
fn provable(session: &Session, found: &Found) -> Result<Plan> {
    let built = kept.built();
    let own = if session.host_targets().is_empty() { None } else { Some(session.provable()?) };
    let own = |file: &str| own.iter().flat_map(|part| &part.wheels).any(|wheel| wheel.file == file);
    let elsewhere = offered(session.plan.clone(), found);
    let elsewhere = |file: &str| elsewhere.wheels.iter().any(|wheel| wheel.file == file);
    let mut part = session.plan.clone();
    part.wheels.retain(|wheel| {
        own(&wheel.file) || built.file(&wheel.file).is_some() && elsewhere(&wheel.file)
    });
    let targets = part.targets();
    part.environments.retain(|promise| targets.contains(&promise.target));
    Ok(part)
}

/// The plan with those wheels alone that one of these Pythons takes.
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

/// Runs the smoke test in every environment of the plan that this machine's own Pythons offer, and
/// writes `smoke.json`.
///
/// # Errors
///
/// As [`run`].
pub fn prove(session: &Session, plan: &Plan) -> Result<SmokeEvidence> {
    prove_on(session, plan, session.found()?)
}

fn prove_on(session: &Session, plan: &Plan, found: &Found) -> Result<SmokeEvidence> {
    session.exclusive()?;
    let script = session.project.root.join(&session.project.table.smoke);
    if !script.is_file() {
        return Err(Failure::usage(format!("there is no smoke test `{}`", script.display()))
            .hint("`smoke` in `[tool.wheel-pipeline]` names it")
            .into());
    }
    let files: BTreeMap<String, String> = recorded::files(&session.project, plan, kept.built())?
        .into_iter()
        .map(|(path, built)| (built.file, path.to_string_lossy().into_owned()))
        .collect();
    // Asked for once, before many ask at once.
    session.tools()?;
    let attempt =
        |trial: &Trial, environment: &Environment, folder: &Path| -> Result<Option<Finished>> {
            let wheel =
                files.get(&trial.promise.file).context("the plan's files were looked at")?;
            attempt_on(session, environment, Path::new(wheel), folder)
        };
    let evidence = trial::run(session, plan, found, "smoked", attempt)?;
    if evidence.outcomes.is_empty() {
        return Err(Failure::unknown(
            "no promised Python is on this machine, so nothing was tested",
        )
        .into());
    }
    for name in &evidence.not_here {
        session.report.say(Mood::Doubtful, "not here", name);
    }
    kept.keep(evidence.clone())?;
    Ok(evidence)
}

/// Installs a wheel in an empty environment and runs the smoke test, and gives the first command that
/// failed, if one did.
///
/// # Errors
///
/// When a tool cannot do its work.
pub fn attempt_on(
    session: &Session,
    environment: &Environment,
    wheel: &Path,
    folder: &Path,
) -> Result<Option<Finished>> {
    let tools = session.tools()?;
    let install = if environment.is_emulated() {
        pip::install_emulated(&tools.pip()?, environment, wheel).run()?
    } else {
        pip::install(tools, environment, Source::Files, &[&wheel.to_string_lossy()]).run()?
    };
    if !install.succeeded() {
        return Ok(Some(install));
    }
    let script = session.project.root.join(&session.project.table.smoke);
    let smoke = test(environment, &script, folder).run()?;
    Ok((!smoke.succeeded()).then_some(smoke))
}

/// The command that runs a test script in an environment, where every warning is an error.
pub fn test(environment: &Environment, script: &Path, folder: &Path) -> Invocation {
    environment
        .command()
        .args(["-I", "-W", "error", "-X", "dev"])
        .arg(environment.seen(script))
        .folder(folder)
        .limit(PATIENCE)
}

/// What outcomes say as a whole, of so many promised environments.
pub fn verdict(evidence: &SmokeEvidence, promised: usize, complete: bool) -> Verdict {
    if evidence.outcomes.iter().any(|outcome| outcome.result != SmokeResult::Passed) {
        Verdict::No
    } else if complete && reached(evidence) < promised {
        Verdict::Unknown
    } else {
        Verdict::Yes
    }
}

/// How many promised environments passed here; two interpreters of one series are one environment.
pub fn reached(evidence: &SmokeEvidence) -> usize {
    let passed = evidence.outcomes.iter().filter(|outcome| outcome.result == SmokeResult::Passed);
    let mut environments: Vec<_> = passed.map(|outcome| (outcome.target, outcome.python)).collect();
    environments.sort();
    environments.dedup();
    environments.len()
}

/// The sentence that says how much of the promise was seen to hold.
pub fn reach(evidence: &SmokeEvidence, promised: usize) -> String {
    format!("{} of {promised} promised environments", reached(evidence))
}

fn rows(evidence: &SmokeEvidence) -> Vec<Vec<String>> {
    let row = |outcome: &evidence::SmokeOutcome| {
        vec![outcome.target.to_string(), outcome.release.clone(), word(&outcome.result).to_owned()]
    };
    evidence.outcomes.iter().map(row).collect()
}

/// An outcome in one word.
pub fn word(result: &SmokeResult) -> &'static str {
    match result {
        SmokeResult::Passed => "passed",
        SmokeResult::Failed { .. } => "FAILED",
    }
}
