//! The evidence of several jobs, put together as if one machine had done it all.
//!
//! Nothing is decided by which job comes last: where two say different things of one file, that is a
//! contradiction, and all contradictions are told.

use std::collections::BTreeMap;

use crate::check::Outcome;
use crate::evidence::{AuditEvidence, BuildEvidence, Receipt, SmokeEvidence, VerifyEvidence};

/// What one job brought.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The name of the folder that it came in.
    pub name: String,
    pub build: Option<BuildEvidence>,
    pub audit: Option<AuditEvidence>,
    pub smoke: Option<SmokeEvidence>,
    pub receipt: Option<Receipt>,
    pub verify: Option<VerifyEvidence>,
}

impl Job {
    /// Whether it brought no evidence at all.
    pub fn is_empty(&self) -> bool {
        self.build.is_none()
            && self.audit.is_none()
            && self.smoke.is_none()
            && self.receipt.is_none()
            && self.verify.is_none()
    }
}

/// What all jobs brought together.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    pub build: Option<BuildEvidence>,
    pub audit: Option<AuditEvidence>,
    pub smoke: Option<SmokeEvidence>,
    pub receipt: Option<Receipt>,
    pub verify: Option<VerifyEvidence>,
}

/// Puts jobs together.
///
/// # Errors
///
/// Every contradiction between two of them, a line each.
pub fn join(jobs: &[Job]) -> Result<Joined, Vec<String>> {
    let mut contradictions = Vec::new();
    let builds: Vec<_> =
        jobs.iter().filter_map(|job| Some((job.name.as_str(), job.build.as_ref()?))).collect();
    let audits: Vec<_> = jobs.iter().filter_map(|job| job.audit.as_ref()).collect();
    let smokes: Vec<_> = jobs.iter().filter_map(|job| job.smoke.as_ref()).collect();
    let receipts: Vec<_> =
        jobs.iter().filter_map(|job| Some((job.name.as_str(), job.receipt.as_ref()?))).collect();
    let verified: Vec<_> = jobs.iter().filter_map(|job| job.verify.as_ref()).collect();
    let joined = Joined {
        build: (!builds.is_empty()).then(|| join_builds(&builds, &mut contradictions)),
        audit: (!audits.is_empty()).then(|| join_audits(&audits, &mut contradictions)),
        smoke: (!smokes.is_empty()).then(|| join_smokes(&smokes)),
        receipt: receipts.first().map(|(_, receipt)| (*receipt).clone()),
        verify: (!verified.is_empty()).then(|| join_verified(&verified)),
    };
    if let [(first, receipt), others @ ..] = &receipts[..] {
        let other = others.iter().filter(|(_, other)| other != receipt);
        contradictions
            .extend(other.map(|(job, _)| format!("`{first}` and `{job}` have different receipts")));
    }
    if contradictions.is_empty() { Ok(joined) } else { Err(contradictions) }
}

fn join_builds(builds: &[(&str, &BuildEvidence)], wrong: &mut Vec<String>) -> BuildEvidence {
    let mut by_name = BTreeMap::new();
    for &(job, build) in builds {
        for file in &build.files {
            let (first, known) = by_name.entry(file.file.as_str()).or_insert((job, file));
            let same = known.sha256 == file.sha256 && known.commit == file.commit;
            if !same {
                let told = |sum, commit: &Option<String>| {
                    format!("{sum} of {}", commit.as_deref().unwrap_or("no commit"))
                };
                wrong.push(format!(
                    "`{first}` and `{job}` built different files named `{}`: {}, and {}",
                    file.file,
                    told(known.sha256, &known.commit),
                    told(file.sha256, &file.commit)
                ));
            }
            // The worse of two records of the same bytes is believed.
            if same && (file.dirty || file.stand_in) {
                *known = file;
            }
        }
    }
    let files = by_name.into_values().map(|(_, file)| file.clone()).collect();
    BuildEvidence { files, ..BuildEvidence::default() }
}

fn join_audits(audits: &[&AuditEvidence], wrong: &mut Vec<String>) -> AuditEvidence {
    let mut joined = AuditEvidence {
        files: BTreeMap::new(),
        checks: Vec::new(),
        findings: Vec::new(),
        unread: Vec::new(),
    };
    for audit in audits {
        for (file, &sum) in &audit.files {
            if joined.files.insert(file.clone(), sum).is_some_and(|known| known != sum) {
                wrong.push(format!("two audits saw different files named `{file}`"));
            }
        }
        joined.findings.extend(audit.findings.iter().cloned());
        joined.unread.extend(audit.unread.iter().cloned());
        for (check, outcome) in &audit.checks {
            match joined.checks.iter_mut().find(|(known, _)| known == check) {
                Some((_, known)) => *known = worse(known, outcome),
                None => joined.checks.push((check.clone(), outcome.clone())),
            }
        }
    }
    // A check that one of the audits did not know has not run on what that one saw.
    let in_all = |check: &str| {
        audits.iter().all(|audit| audit.checks.iter().any(|(known, _)| known == check))
    };
    joined.checks.retain(|(check, _)| in_all(check));
    joined
}

/// What became of a check that ran on two parts of a release.
fn worse(one: &Outcome, other: &Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Ran { findings: one }, Outcome::Ran { findings: other }) => {
            Outcome::Ran { findings: one + other }
        }
        (Outcome::NoSubject(_), other) => other.clone(),
        (one, Outcome::NoSubject(_) | Outcome::Ran { .. }) => one.clone(),
        (_, other) => other.clone(),
    }
}

fn join_verified(verified: &[&VerifyEvidence]) -> VerifyEvidence {
    let mut joined = VerifyEvidence::default();
    for one in verified {
        joined.differences.extend(one.differences.iter().cloned());
        let new = one.provenance.iter().filter(|line| !joined.provenance.contains(line));
        let new: Vec<String> = new.cloned().collect();
        joined.provenance.extend(new);
    }
    joined.trials = join_smokes(&verified.iter().map(|one| &one.trials).collect::<Vec<_>>());
    joined
}

fn join_smokes(smokes: &[&SmokeEvidence]) -> SmokeEvidence {
    let mut joined = SmokeEvidence::default();
    for smoke in smokes {
        for outcome in &smoke.outcomes {
            if !joined.outcomes.contains(outcome) {
                joined.outcomes.push(outcome.clone());
            }
        }
        joined.passed_over.extend(smoke.passed_over.iter().cloned());
    }
    // What one machine did not offer, another may have.
    joined.outcomes.sort_by(|one, other| {
        (one.target, one.python, &one.release).cmp(&(other.target, other.python, &other.release))
    });
    joined
}
