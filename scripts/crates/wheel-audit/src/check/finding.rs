//! Findings, and the outcomes of a check.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that is wrong with a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The file in `dist/`; empty for what concerns the set.
    pub file: String,
    /// The member of the file; none for what concerns all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The name of the check.
    pub check: String,
    /// What is wrong, and where in the file.
    pub message: String,
    /// What should be there instead.
    pub expected: String,
    /// What to do about it.
    pub remedy: String,
}

/// A paragraph: what is wrong, where, what should be there, and what to do.
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

/// Why a check gives no judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// It cannot tell of every file, for this reason; of the others it found this.
    Unknown { why: String, found: Vec<Finding> },
    /// It lacks what it would hold the release against.
    NotApplicable(String),
    /// Nothing in the release is of the kind that it looks at.
    NoSubject(String),
}

/// All findings of one check, or why there is no judgement.
pub type CheckResult = Result<Vec<Finding>, NotJudged>;

/// What one check said of one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// It looked, and found this many things.
    Ran { findings: usize },
    /// It lacked what it would have held the release against.
    NotApplicable(String),
    /// Nothing in the release is of the kind that it looks at.
    NoSubject(String),
    /// It could not tell, for this reason.
    Unknown(String),
    /// Whoever started the audit did not want it, by this word of the command line.
    Ignored(String),
}

/// The judgement of a check that could not tell of every file.
pub(super) fn judged(found: Vec<Finding>, unknown: Option<String>) -> CheckResult {
    match unknown {
        None => Ok(found),
        Some(why) => Err(NotJudged::Unknown { why, found }),
    }
}
