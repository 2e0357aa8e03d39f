//! The gate before an upload that cannot be undone: the evidence of all stages, held against the plan.

use crate::check::{CHECKS, Outcome};
use crate::evidence::{AuditEvidence, BuildEvidence, SmokeEvidence, SmokeResult};
use crate::plan::Plan;

/// Every reason why the files must not be uploaded; empty when the gate is open.
///
/// `commit` is the one that is checked out: what was built from another is not what its tag names.
pub fn closed(
    plan: &Plan,
    commit: Option<&str>,
    build: Option<&BuildEvidence>,
    audit: Option<&AuditEvidence>,
    smoke: Option<&SmokeEvidence>,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if plan.tag.is_none() {
        reasons.push("the commit carries no version tag".to_owned());
    }
    match build {
        None => reasons.push("there is no record of a build".to_owned()),
        Some(build) => {
            for file in plan.files() {
                match build.file(file) {
                    None => reasons.push(format!("`{file}` was not built")),
                    Some(built) if built.dirty => {
                        reasons.push(format!("`{file}` was built from a dirty tree"));
                    }
                    Some(built) if built.commit.as_deref() != commit => reasons.push(format!(
                        "`{file}` was built from {}, but the checkout is at {}",
                        built.commit.as_deref().unwrap_or("no commit"),
                        commit.unwrap_or("no commit")
                    )),
                    Some(_) => {}
                }
            }
        }
    }
    match audit {
        None => reasons.push("there was no audit".to_owned()),
        Some(audit) => audited(plan, build, audit, &mut reasons),
    }
    for environment in &plan.environments {
        let name = format!("{} on Python {}", environment.target, environment.python);
        let outcomes: Vec<_> = smoke
            .into_iter()
            .flat_map(|smoke| &smoke.outcomes)
            .filter(|outcome| {
                outcome.target == environment.target && outcome.python == environment.python
            })
            .collect();
        let current = |sum| {
            build
                .and_then(|build| build.file(&environment.file))
                .is_some_and(|file| file.sha256 == sum)
        };
        if outcomes.iter().any(|outcome| matches!(outcome.result, SmokeResult::Failed { .. })) {
            reasons.push(format!("the smoke test failed: {name}"));
        } else if !outcomes
            .iter()
            .any(|outcome| outcome.result == SmokeResult::Passed && current(outcome.sha256))
        {
            reasons.push(format!("no smoke test of this build: {name}"));
        }
    }
    reasons
}

fn audited(
    plan: &Plan,
    build: Option<&BuildEvidence>,
    audit: &AuditEvidence,
    reasons: &mut Vec<String>,
) {
    reasons.extend(audit.findings.iter().map(|finding| {
        format!("the audit found: {} {} [{}]", finding.file, finding.message, finding.check)
    }));
    reasons.extend(audit.unread.iter().map(|unread| format!("the audit could not read {unread}")));
    for check in CHECKS {
        match audit.checks.iter().find(|(name, _)| name == check.name) {
            Some((_, Outcome::Ran { findings })) => {
                let listed = audit.findings.iter().filter(|finding| finding.check == check.name);
                if listed.count() != *findings {
                    reasons.push(format!(
                        "check `{}` counts {findings} findings, but they are not all listed",
                        check.name
                    ));
                }
            }
            // A release without a Mach-O file has no need of a signature.
            Some((_, Outcome::NoSubject(_))) => {}
            Some((
                _,
                Outcome::NotApplicable(why) | Outcome::Unknown(why) | Outcome::Ignored(why),
            )) => {
                reasons.push(format!("check `{}` did not run: {why}", check.name));
            }
            None => reasons.push(format!("check `{}` did not run", check.name)),
        }
    }
    for file in plan.files() {
        let audited = audit.files.get(file);
        let built = build.and_then(|build| build.file(file)).map(|file| &file.sha256);
        if audited.is_none() || audited != built {
            reasons.push(format!("the audit did not see this build of `{file}`"));
        }
    }
}
