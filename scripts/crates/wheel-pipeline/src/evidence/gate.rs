//! The gate: the evidence of all stages, compared with the plan. It comes before the upload, which cannot be undone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wheel_audit::check::{CHECKS, Outcome, Severity};
use wheel_audit::plan::{Plan, PromisedEnvironment};
use wheel_audit::wheel::Sha256Sum;

use crate::evidence::origin::FileOrigin;
use crate::evidence::{
    Accepted, AuditEvidence, BuiltFile, Evidence, Judgement, SmokeEvidence, SmokeResult,
};
use crate::project::{Acceptance, CrossBuilt, Waiver};

/// The input of the gate.
#[derive(Clone, Copy, Debug)]
pub struct GateInput<'a> {
    pub plan: &'a Plan,
    /// The commit that is checked out. Files built from another commit are refused.
    pub commit: Option<&'a str>,
    /// True if the checkout differs from the commit. The waivers must be those of the commit.
    pub dirty: bool,
    pub waivers: &'a [Waiver],
    /// The rows of `accept`. The audit has applied them.
    pub accept: &'a [Acceptance],
    /// True if warnings close the gate.
    pub strict: bool,
    /// The cross-built wheels that the table admits.
    pub cross_built: CrossBuilt,
    /// True if the table asks for a second build of every wheel on another machine.
    pub rebuild: bool,
    /// True if the table asks for the wheels of a second builder.
    pub second_build: bool,
    pub today: Date,
    /// The files in `dist/`.
    pub dist: &'a BTreeMap<String, Sha256Sum>,
    pub evidence: &'a Evidence,
}

/// The decision of the gate: `gate.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecision {
    /// True if the commit has no version tag. Kept apart from `reasons`, so that an untagged commit can be
    /// judged but not released.
    pub untagged: bool,
    /// Every other reason why the files must not be uploaded.
    pub reasons: Vec<String>,
    /// Untested environments that a waiver covers, each with the waiver's reason and last day.
    pub waived: Vec<String>,
    /// Findings, and checks that could not tell, which the table accepts, each with the row's reason and last day.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// Observations that do not close the gate.
    pub warnings: Vec<String>,
    /// The wheels that agree with those of the second builder.
    #[serde(default)]
    pub seconded: Vec<String>,
    /// The making and the tests of each file that was built.
    #[serde(default)]
    pub files: Vec<FileOrigin>,
}

/// The reason against a commit without a tag.
const UNTAGGED: &str = "the commit carries no version tag";

impl GateDecision {
    /// All reasons against an upload. Empty if the gate is open.
    pub fn closed(&self) -> Vec<String> {
        let untagged = self.untagged.then(|| UNTAGGED.to_owned());
        untagged.into_iter().chain(self.reasons.iter().cloned()).collect()
    }
}

/// The number of days before the end of a waiver, or of a row of `accept`, in which the gate warns.
const SOON: i32 = 14;

/// Judges the evidence.
pub fn judge(release: &GateInput) -> GateDecision {
    let untagged = release.plan.tag.is_none();
    let files = FileOrigin::all(release.plan, release.evidence);
    let mut judgement = GateDecision { untagged, files, ..GateDecision::default() };
    if release.commit.is_none() {
        // Without this, files of no commit would agree with it.
        judgement.reasons.push("the source is not a git checkout with a commit".to_owned());
    }
    if release.dirty {
        judgement.reasons.push("the checkout differs from its commit".to_owned());
    }
    match &release.evidence.build {
        None => judgement.reasons.push("there is no record of a build".to_owned()),
        Some(build) => {
            judgement.reasons.extend(unbuilt(release));
            for file in release.plan.files() {
                let Some(record) = build.file(file) else { continue };
                judgement.reasons.extend(built(file, record, release.commit));
                if record.cross_built {
                    judgement.reasons.extend(cross_built(release, record));
                }
                judgement.reasons.extend(present(file, record, release.dist.get(file)));
                if release.rebuild && !build.rebuilt.contains(file) {
                    let reason = "was not built again, which `rebuild` of the table asks for";
                    judgement.reasons.push(format!("`{file}` {reason}"));
                }
            }
        }
    }
    match &release.evidence.audit {
        None => judgement.reasons.push("there was no audit".to_owned()),
        Some(audit) => {
            audited(release, audit, &mut judgement);
        }
    }
    judgement
        .reasons
        .extend(release.evidence.smoke.iter().filter_map(|smoke| tested(release, smoke)));
    for environment in &release.plan.environments {
        smoked(release, environment, &mut judgement);
    }
    seconded(release, &mut judgement);
    judgement
}

/// Adds the result of the second builder. A missing result closes the gate if the table asks for one. A difference does
/// so in any case.
fn seconded(release: &GateInput, judgement: &mut GateDecision) {
    let Some(second) = &release.evidence.second_build else {
        if release.second_build {
            let reason = "no wheels of a second builder were compared, which `second-build` of the table asks for";
            judgement.reasons.push(reason.to_owned());
        }
        return;
    };
    let sdist = release.evidence.build.as_ref().and_then(|build| build.file(&release.plan.sdist));
    if sdist.is_none() || second.sdist != sdist.map(|sdist| sdist.sha256) {
        let other =
            "the comparison with the second builder's wheels is of another build".to_owned();
        if release.second_build {
            judgement.reasons.push(other);
        } else {
            judgement.warnings.push(other);
        }
        return;
    }
    for unmatched in &second.unmatched {
        let reason = format!("the second builder made `{unmatched}`, which is not in the plan");
        judgement.reasons.push(reason);
    }
    for one in &second.compared {
        judgement.reasons.extend(one.differences.iter().map(|difference| {
            format!("the second builder's `{}` differs: {difference}", one.ours)
        }));
        let built = release.evidence.build.as_ref().and_then(|build| build.file(&one.ours));
        if built.map(|built| built.sha256) != second.files.get(&one.ours).copied() {
            let warning =
                format!("the second builder's wheel was compared with another `{}`", one.ours);
            judgement.warnings.push(warning);
            continue;
        }
        let planned = release.plan.wheels.iter().any(|wheel| wheel.file == one.ours);
        if planned && one.differences.is_empty() && !judgement.seconded.contains(&one.ours) {
            judgement.seconded.push(one.ours.clone());
        }
    }
}

/// Returns true if a record of a build is there, and a planned file is not in it. One reason speaks of all such files, so
/// that nothing else is said of each.
fn is_unbuilt(release: &GateInput, file: &str) -> bool {
    release.evidence.build.as_ref().is_some_and(|build| build.file(file).is_none())
        && release.plan.files().any(|planned| planned == file)
}

/// The reason against an upload without some files of the plan, with the first of them.
fn unbuilt(release: &GateInput) -> Option<String> {
    const SHOWN: usize = 3;
    let missing: Vec<&str> =
        release.plan.files().filter(|file| is_unbuilt(release, file)).collect();
    let names: Vec<String> = missing.iter().take(SHOWN).map(|file| format!("`{file}`")).collect();
    let (count, all) = (missing.len(), release.plan.files().count());
    match count {
        0 => None,
        1 => Some(format!("{} was not built", names[0])),
        _ if count <= SHOWN => {
            Some(format!("{count} of {all} files were not built: {}", names.join(", ")))
        }
        _ => Some(format!(
            "{count} of {all} files were not built: {} and {} more",
            names.join(", "),
            count - SHOWN
        )),
    }
}

/// The reason against the upload of a file, from the evidence of its build.
fn built(file: &str, built: &BuiltFile, commit: Option<&str>) -> Option<String> {
    if built.dirty {
        return Some(format!("`{file}` was built from a dirty tree"));
    }
    (built.commit.as_deref() != commit).then(|| {
        format!(
            "`{file}` was built from {}, but the checkout is at {}",
            built.commit.as_deref().unwrap_or("no commit"),
            commit.unwrap_or("no commit")
        )
    })
}

/// The reason against the upload of a file that another linker made than its system's own.
fn cross_built(release: &GateInput, built: &BuiltFile) -> Option<String> {
    let cross_built = format!("`{}` was cross-built, by {}", built.file, built.builder);
    if release.cross_built == CrossBuilt::Never {
        return Some(format!("{cross_built}, which `cross-built` of the table refuses"));
    }
    let untested: Vec<String> = release
        .plan
        .environments
        .iter()
        .filter(|promise| promise.file == built.file)
        .filter(|promise| {
            let mut outcomes = release.evidence.smoke.iter().flat_map(|smoke| &smoke.outcomes);
            !outcomes.any(|outcome| {
                (outcome.target, outcome.python) == (promise.target, promise.python)
                    && outcome.sha256 == built.sha256
                    && outcome.native
                    && outcome.result == SmokeResult::Passed
            })
        })
        .map(|promise| format!("{} on Python {}", promise.target, promise.python))
        .collect();
    (!untested.is_empty()).then(|| {
        let untested = untested.join(", ");
        format!("{cross_built}, and not tested on its own platform: {untested}")
    })
}

/// The reason against the upload of the bytes in `dist/`.
fn present(file: &str, built: &BuiltFile, there: Option<&Sha256Sum>) -> Option<String> {
    match there {
        Some(&sum) if sum != built.sha256 => {
            Some(format!("`dist/{file}` is not the file that `build` recorded"))
        }
        None => Some(format!("`dist/{file}` is missing")),
        Some(_) => None,
    }
}

/// The reason against all smoke tests: they are not those of this commit and this plan.
fn tested(release: &GateInput, smoke: &SmokeEvidence) -> Option<String> {
    let Some(source) = &smoke.source else {
        return Some("the smoke tests do not tell their commit and plan".to_owned());
    };
    let mismatch = source.mismatch(release.commit, release.plan)?;
    Some(format!("the smoke tests {mismatch}"))
}

fn smoked(release: &GateInput, environment: &PromisedEnvironment, judgement: &mut GateDecision) {
    let name = format!("{} on Python {}", environment.target, environment.python);
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
            if soon(waiver.expires, release.today) {
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
        judgement.reasons.push(match why {
            Some(why) => format!("not tested: {name}: {why}"),
            None => format!("no smoke test of this build: {name}"),
        });
    }
}

fn audited(release: &GateInput, audit: &AuditEvidence, judgement: &mut GateDecision) {
    let is_absent = |file: &str| is_unbuilt(release, file) && !release.dist.contains_key(file);
    for finding in audit.findings.iter().filter(|finding| !is_absent(&finding.file)) {
        let what = Judgement::Finding(finding.clone());
        match finding.severity {
            Severity::Error => judgement.reasons.push(format!("the audit found: {what}")),
            Severity::Warning if release.strict => {
                judgement.reasons.push(format!("the audit warns: {what}"));
            }
            Severity::Warning => judgement.warnings.push(format!("the audit warns: {what}")),
        }
    }
    accepted(release, audit, judgement);
    let reasons = &mut judgement.reasons;
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
            // For example, a release without a Mach-O file needs no signature.
            Some((_, Outcome::NoSubject(_))) => {}
            Some((_, Outcome::Unknown(why))) => {
                reasons.push(format!("check `{}` could not tell: {why}", check.name));
            }
            Some((_, Outcome::NotApplicable(why) | Outcome::Ignored(why))) => {
                reasons.push(format!("check `{}` did not run: {why}", check.name));
            }
            None => reasons.push(format!("check `{}` did not run", check.name)),
        }
    }
    let build = release.evidence.build.as_ref();
    for file in release.plan.files().filter(|file| !is_unbuilt(release, file)) {
        let audited = audit.files.get(file);
        let built = build.and_then(|build| build.file(file)).map(|file| &file.sha256);
        if audited.is_none() || audited != built {
            reasons.push(format!("the audit did not see this build of `{file}`"));
        }
    }
}

/// Adds what the table accepts, and the rows that are needless or end soon.
fn accepted(release: &GateInput, audit: &AuditEvidence, judgement: &mut GateDecision) {
    for Accepted { what, reason, until } in &audit.accepted {
        judgement.accepted.push(format!("{what}, until {until}: {reason}"));
    }
    for needless in &audit.needless {
        let line = format!("a row of `accept` is needless: {needless}");
        if release.strict {
            judgement.reasons.push(line);
        } else {
            judgement.warnings.push(line);
        }
    }
    for row in release.accept.iter().filter(|row| row.expires >= release.today) {
        if soon(row.expires, release.today) {
            let until = format!("{row}, until {}: {}", row.expires, row.reason);
            judgement.warnings.push(format!("a row of `accept` ends soon: {until}"));
        }
    }
}

fn soon(expires: Date, today: Date) -> bool {
    expires.duration_since(today).as_hours() < i64::from(24 * SOON)
}
