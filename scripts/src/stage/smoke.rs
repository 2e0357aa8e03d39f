//! `smoke`: each wheel on each promised Python of this machine, installed by pip without an index.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::trial::{self, Trial};
use super::{Session, held};
use crate::evidence::{self, SmokeEvidence, SmokeResult};
use crate::exit::{Stop, Verdict};
use crate::plan::Plan;
use crate::report::{Mood, table};
use crate::tool::command::{Finished, Invocation};
use crate::tool::environment::Environment;
use crate::tool::pip::{self, Source};
use crate::tool::python::isolated;

/// A smoke test that takes longer, in seconds, hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// The stage over the whole plan.
///
/// # Errors
///
/// When no promised Python is on this machine, or a tool cannot do its work.
pub fn run(session: &Session, complete: bool) -> Result<Verdict> {
    let evidence = prove(session, &session.provable()?)?;
    let promised = session.plan.environments.len();
    let text = format!(
        "{}\n{}\n",
        table::plain(&["platform", "CPython", "result"], &rows(&evidence)),
        reach(&evidence, promised)
    );
    session.report.result(&text, &evidence)?;
    Ok(verdict(&evidence, promised, complete))
}

/// Runs the smoke test in every environment of the plan that this machine offers, and writes
/// `smoke.json`.
///
/// # Errors
///
/// As [`run`].
pub fn prove(session: &Session, plan: &Plan) -> Result<SmokeEvidence> {
    session.exclusive()?;
    let script = session.project.root.join(&session.project.table.smoke);
    if !script.is_file() {
        return Err(Stop::Usage(format!(
            "there is no smoke test `{}`\nhint: `smoke` in `[tool.wheel-pipeline]` names it",
            script.display()
        ))
        .into());
    }
    let files: BTreeMap<String, String> = held(session, plan)?
        .into_iter()
        .map(|(path, built)| (built.file, path.to_string_lossy().into_owned()))
        .collect();
    let tools = session.tools()?;
    let attempt =
        |trial: &Trial, environment: &Environment, folder: &Path| -> Result<Option<Finished>> {
            let wheel =
                files.get(&trial.promise.file).context("the plan's files were looked at")?;
            let install = pip::install(tools, environment, Source::Files, &[wheel]).run()?;
            if !install.succeeded() {
                return Ok(Some(install));
            }
            let smoke = test(environment, &script, folder).run()?;
            Ok((!smoke.succeeded()).then_some(smoke))
        };
    let evidence = trial::run(session, plan, "smoked", attempt)?;
    if evidence.outcomes.is_empty() {
        return Err(Stop::Unknown(
            "no promised Python is on this machine, so nothing was tested".into(),
        )
        .into());
    }
    for name in &evidence.not_here {
        session.report.say(Mood::Doubtful, "not here", name);
    }
    evidence::write(&session.evidence("smoke"), &evidence)?;
    Ok(evidence)
}

/// The command that runs a test script in an environment, where every warning is an error.
pub fn test(environment: &Environment, script: &Path, folder: &Path) -> Invocation {
    isolated(&environment.python())
        .args(["-I", "-W", "error", "-X", "dev"])
        .arg(script)
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
