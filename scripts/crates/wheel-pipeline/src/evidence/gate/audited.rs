//! The judgement of the audit.

use wheel_audit::check::{CHECKS, Outcome, Severity};

use super::built::is_unbuilt;
use super::{GateDecision, GateInput, is_soon};
use crate::evidence::{Accepted, AuditEvidence, Judgement};

/// Adds the findings of the audit, and the checks that did not judge everything.
pub(super) fn audited(release: &GateInput, audit: &AuditEvidence, judgement: &mut GateDecision) {
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
        if is_soon(row.expires, release.today) {
            let until = format!("{row}, until {}: {}", row.expires, row.reason);
            judgement.warnings.push(format!("a row of `accept` ends soon: {until}"));
        }
    }
}
