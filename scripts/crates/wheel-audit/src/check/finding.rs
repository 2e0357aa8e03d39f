//! Findings, and the outcomes of a check.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A fault of a file or of the whole release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The file name; empty for a fault of the whole release.
    pub file: String,
    /// The member of the file; `None` for a fault of the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The name of the check.
    pub check: String,
    /// The fault, and its place in the file.
    pub message: String,
    /// The expected state.
    pub expected: String,
    /// The way to mend it.
    pub remedy: String,
}

/// A paragraph with the fault, its place, the expected state and the remedy.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "finding[{}]: {}", self.check, self.message)?;
        match (&self.file[..], &self.member) {
            ("", _) => writeln!(formatter, "  --> the release")?,
            (file, None) => writeln!(formatter, "  --> {file}")?,
            (file, Some(member)) => writeln!(formatter, "  --> {file}: {member}")?,
        }
        writeln!(formatter, "   = expected: {}", self.expected)?;
        writeln!(formatter, "   = remedy: {}", self.remedy)
    }
}

/// The reason why a check gives no judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// It could not tell of at least one file.
    Unknown {
        /// The reason, with the file.
        why: String,
        /// The findings in the other files.
        found: Vec<Finding>,
    },
    /// There is nothing to compare the release with, such as a plan.
    NotApplicable(String),
    /// Nothing in the release is of the kind that the check looks at.
    NoSubject(String),
}

/// All findings of one check, or the reason why there is no judgement.
pub type CheckResult = Result<Vec<Finding>, NotJudged>;

/// The outcome of one check on one release, as reports and evidence keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// The check looked at everything.
    Ran {
        /// The number of its findings.
        findings: usize,
    },
    /// There was nothing to compare the release with.
    NotApplicable(String),
    /// Nothing in the release is of the kind that the check looks at.
    NoSubject(String),
    /// The check could not tell, for this reason.
    Unknown(String),
    /// The user left the check out, by this option of the command line.
    Ignored(String),
}

/// The result of a check: its findings, or `NotJudged` with them if it could not tell of a file.
pub(super) fn judged(found: Vec<Finding>, unknown: Option<String>) -> CheckResult {
    match unknown {
        None => Ok(found),
        Some(why) => Err(NotJudged::Unknown { why, found }),
    }
}
