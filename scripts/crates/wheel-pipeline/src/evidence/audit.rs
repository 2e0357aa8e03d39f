//! The evidence of `audit`: `audit.json`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wheel_audit::check::{Finding, Outcome, Severity, Unknown};
use wheel_audit::wheel::Sha256Sum;

use crate::project::Acceptance;

/// The evidence of `audit`: `audit.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvidence {
    pub files: BTreeMap<String, Sha256Sum>,
    /// The name and the outcome of each check, without what is accepted.
    pub checks: Vec<(String, Outcome)>,
    /// The findings that the table does not accept.
    pub findings: Vec<Finding>,
    /// The files and members of which a check could not tell, and which the table does not accept.
    #[serde(default)]
    pub unknown: Vec<Unknown>,
    /// What the table accepts.
    #[serde(default)]
    pub accepted: Vec<Accepted>,
    /// The rows of `accept` that are of no use: nothing needs them any more, or they have expired.
    #[serde(default)]
    pub needless: Vec<String>,
    /// The libraries outside the wheels of which no table tells what they define, with the number of binaries that load
    /// each.
    #[serde(default)]
    pub untabled: BTreeMap<String, usize>,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<String>,
}

/// A judgement that a row of `accept` covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    #[serde(flatten)]
    pub what: Judgement,
    /// The reason of the row.
    pub reason: String,
    /// The last day of the row.
    pub until: String,
}

/// The words of a check about a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    Finding(Finding),
    CouldNotTell(Unknown),
}

impl AuditEvidence {
    /// Takes the findings of a check, and what it could not tell. Returns its outcome without what is accepted.
    pub fn outcome(
        &mut self,
        found: Vec<Finding>,
        unknown: Vec<Unknown>,
        rows: &[Acceptance],
        today: Date,
    ) -> Outcome {
        let before = (self.findings.len(), self.unknown.len());
        let found = found.into_iter().map(Judgement::Finding);
        for judgement in found.chain(unknown.into_iter().map(Judgement::CouldNotTell)) {
            self.take(judgement, rows, today);
        }
        match &self.unknown[before.1..] {
            [] => Outcome::Ran { findings: self.findings.len() - before.0 },
            [only] => Outcome::Unknown(only.to_string()),
            [first, more @ ..] => Outcome::Unknown(format!("{first}, and {} more", more.len())),
        }
    }

    /// Takes what a check says. A row of `accept` that covers it and has not expired puts it aside.
    fn take(&mut self, judgement: Judgement, rows: &[Acceptance], today: Date) {
        let valid = rows.iter().find(|row| row.expires >= today && judgement.is_covered_by(row));
        if let Some(row) = valid {
            let (reason, until) = (row.reason.clone(), row.expires.to_string());
            self.accepted.push(Accepted { what: judgement, reason, until });
            return;
        }
        match judgement {
            Judgement::Finding(finding) => self.findings.push(finding),
            Judgement::CouldNotTell(unknown) => self.unknown.push(unknown),
        }
    }

    /// Finds the rows that are of no use. Rows of checks that did not run are passed over.
    pub fn judge_rows(&mut self, rows: &[Acceptance], today: Date) {
        let ran = |row: &&Acceptance| {
            self.checks.iter().any(|(name, outcome)| {
                *name == row.check && !matches!(outcome, Outcome::Ignored(_))
            })
        };
        let needless = rows.iter().filter(ran).filter_map(|row| {
            if row.expires < today {
                Some(format!("{row}: it has expired on {}", row.expires))
            } else if self.accepted.iter().any(|accepted| accepted.what.is_covered_by(row)) {
                None
            } else {
                Some(format!("{row}: nothing needs it any more"))
            }
        });
        self.needless = needless.collect();
    }

    /// The number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl Judgement {
    fn is_covered_by(&self, row: &Acceptance) -> bool {
        match self {
            Self::Finding(Finding { check, file, member, .. })
            | Self::CouldNotTell(Unknown { check, file, member, .. }) => {
                row.covers(check, file, member.as_deref())
            }
        }
    }
}

/// The place, the fault or the reason, and the check.
impl fmt::Display for Judgement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, member, what, check) = match self {
            Self::Finding(one) => (&one.file, &one.member, &one.message, &one.check),
            Self::CouldNotTell(one) => (&one.file, &one.member, &one.why, &one.check),
        };
        let place = [Some(file), member.as_ref()].into_iter().flatten();
        let place = place.filter(|part| !part.is_empty()).map(|part| format!("{part}: "));
        write!(formatter, "{}{what} [{check}]", place.collect::<String>())
    }
}
