//! Environment runs: one wheel on one Python, in a new environment outside the source tree.

use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::parallel;
use wheel_audit::plan::{Plan, PromisedEnvironment};

use crate::evidence::{EvidenceFolder, SmokeEvidence, SmokeOutcome, SmokeResult, TestedSource};
use crate::folder::Temporary;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::smoke::attempt::Attempt;
use crate::tool::python::environment::Environment;
use crate::tool::python::{Found, Interpreter, title};

/// A promised environment, and an interpreter for it on this machine.
pub struct EnvironmentRun<'a> {
    pub promise: &'a PromisedEnvironment,
    pub interpreter: &'a Interpreter,
}

/// The possible runs of a plan on this machine, and the promised environments without an interpreter.
pub fn offered<'a>(
    plan: &'a Plan,
    interpreters: &'a [Interpreter],
) -> (Vec<EnvironmentRun<'a>>, Vec<&'a PromisedEnvironment>) {
    let mut runs = Vec::new();
    let mut not_here = Vec::new();
    for promise in &plan.environments {
        let before = runs.len();
        let fitting = interpreters.iter().filter(|interpreter| {
            interpreter.version == promise.python && interpreter.serves(promise.target)
        });
        runs.extend(fitting.map(|interpreter| EnvironmentRun { promise, interpreter }));
        if runs.len() == before {
            not_here.push(promise);
        }
    }
    (runs, not_here)
}

/// Executes the runs in parallel. `attempt` gets each run with its empty environment and a folder.
pub fn run(
    source: &Source,
    kept: &EvidenceFolder,
    report: &Report,
    plan: &Plan,
    found: &Found,
    verb: &str,
    attempt: impl Fn(&EnvironmentRun, &Environment, &Path) -> Result<Attempt> + Sync,
) -> Result<SmokeEvidence> {
    let (runs, not_here) = offered(plan, &found.interpreters);
    let built = kept.built();
    let outcomes = parallel::map(&runs, |run| -> Result<SmokeOutcome> {
        let name = format!("{} on {}", run.promise.target, run.interpreter.title());
        let action = report.start(format!("{verb} {name}"));
        let folder = match &run.interpreter.inside {
            Some(inside) => Temporary::within(&inside.place)?,
            None => Temporary::for_programs()?,
        };
        let environment = Environment::create(run.interpreter, &folder.path().join("environment"))?;
        let attempted = attempt(run, &environment, folder.path())?;
        let milliseconds = u64::try_from(action.elapsed().as_millis()).unwrap_or(u64::MAX);
        let result = attempted.result();
        match &result {
            SmokeResult::Passed => action.done(Mood::Good, verb, &name),
            SmokeResult::Failed { reason } => {
                action.done(Mood::Bad, "failed", &format!("{name}\n{reason}"));
            }
            SmokeResult::NotTested { reason } => {
                action.done(Mood::Doubtful, "not tested", &format!("{name}: {reason}"));
            }
        }
        let file = built
            .file(&run.promise.file)
            .with_context(|| format!("`build.json` does not list `{}`", run.promise.file))?;
        Ok(SmokeOutcome {
            target: run.promise.target,
            python: run.promise.python,
            release: run.interpreter.release.clone(),
            executable: run.interpreter.name(),
            native: run.interpreter.is_native(),
            file: file.file.clone(),
            sha256: file.sha256,
            result,
            milliseconds,
        })
    });
    let mut outcomes: Vec<SmokeOutcome> = outcomes.into_iter().collect::<Result<_>>()?;
    outcomes.sort_by(|one, other| {
        (one.target, one.python, &one.release).cmp(&(other.target, other.python, &other.release))
    });
    let name = |promise: &&PromisedEnvironment| {
        format!("{} on {}", promise.target, title(&promise.python.to_string()))
    };
    let source = TestedSource {
        commit: source.commit().map(str::to_owned),
        dirty: source.is_dirty(),
        plan: source.plan.sum(),
    };
    Ok(SmokeEvidence {
        source: Some(source),
        outcomes,
        not_here: not_here.iter().map(name).collect(),
        passed_over: found.passed_over.clone(),
    })
}
