//! The judgement of the smoke tests.

use wheel_audit::plan::PromisedEnvironment;
use wheel_audit::target::Target;

use super::built::is_unbuilt;
use super::{GateDecision, GateInput, is_soon};
use crate::evidence::{SmokeEvidence, SmokeResult};

/// The reason against all smoke tests: they are not those of this commit and this plan.
pub(super) fn tested(release: &GateInput, smoke: &SmokeEvidence) -> Option<String> {
    let Some(source) = &smoke.source else {
        return Some("the smoke tests do not tell their commit and plan".to_owned());
    };
    let mismatch = source.mismatch(release.commit, release.plan)?;
    Some(format!("the smoke tests {mismatch}"))
}

/// Adds the outcomes of all promised environments.
pub(super) fn smoked(release: &GateInput, judgement: &mut GateDecision) {
    let mut untested: Vec<(Target, String)> = Vec::new();
    for environment in &release.plan.environments {
        if outcome(release, environment, judgement) == Tested::No {
            match untested.last_mut().filter(|(target, _)| *target == environment.target) {
                Some((_, pythons)) => *pythons += &format!(", {}", environment.python),
                None => untested.push((environment.target, environment.python.title())),
            }
        }
    }
    for (target, pythons) in untested {
        let reason = format!("no smoke test of this build: {target} on {pythons}");
        missing(release, reason, judgement);
    }
}

/// Adds that an environment was not tested.
fn missing(release: &GateInput, reason: String, judgement: &mut GateDecision) {
    match release.allow_untested {
        true => judgement.waived.push(reason),
        false => judgement.reasons.push(reason),
    }
}

/// Returned for an environment.
#[derive(PartialEq, Eq)]
enum Tested {
    /// Nobody tested it, and nothing was said of it yet.
    No,
    /// Everything about it was said.
    Told,
}

/// Adds the outcome of a promised environment.
fn outcome(
    release: &GateInput,
    environment: &PromisedEnvironment,
    judgement: &mut GateDecision,
) -> Tested {
    let name = format!("{} on {}", environment.target, environment.python.title());
    let outcomes: Vec<_> = release
        .evidence
        .smoke
        .iter()
        .flat_map(|smoke| &smoke.outcomes)
        .filter(|outcome| {
            outcome.target == environment.target && outcome.python == environment.python
        })
        .collect();
    let current = |sum| {
        release
            .evidence
            .build
            .as_ref()
            .and_then(|build| build.file(&environment.file))
            .is_some_and(|file| file.sha256 == sum)
    };
    let mut waivers = release.waivers.iter();
    let waiver = waivers.find(|waiver| waiver.covers(environment.target, environment.python));
    // A waiver covers an untested environment, not a failed test.
    if outcomes.iter().any(|outcome| matches!(outcome.result, SmokeResult::Failed { .. })) {
        judgement.reasons.push(format!("the smoke test failed: {name}"));
    } else if outcomes
        .iter()
        .any(|outcome| outcome.result == SmokeResult::Passed && current(outcome.sha256))
    {
        if waiver.is_some() {
            let warning = format!("the smoke test passed, so no waiver is needed: {name}");
            judgement.warnings.push(warning);
        }
    } else if let Some(waiver) = waiver {
        let until = format!("{name}, until {}: {}", waiver.expires, waiver.reason);
        if waiver.expires < release.today {
            judgement.reasons.push(format!("the waiver has expired: {until}"));
        } else {
            if is_soon(waiver.expires, release.today) {
                judgement.warnings.push(format!("a waiver ends soon: {until}"));
            }
            judgement.waived.push(until);
        }
    } else if !is_unbuilt(release, &environment.file) {
        let of_this = outcomes.iter().filter(|outcome| current(outcome.sha256));
        let why = of_this.into_iter().find_map(|outcome| match &outcome.result {
            SmokeResult::NotTested { reason } => Some(reason.lines().next().unwrap_or_default()),
            SmokeResult::Passed | SmokeResult::Failed { .. } => None,
        });
        match why {
            Some(why) => missing(release, format!("not tested: {name}: {why}"), judgement),
            None => return Tested::No,
        }
    }
    Tested::Told
}
