//! Judging: facts and plan become findings. Pure functions, one file per check.
//!
//! A [`Finding`] says that a file is bad. A check that cannot tell says so with [`Unknown`], which is
//! never a pass. A check that does not apply says why, which is never a pass either.

mod dist_as_built;
mod dist_matches_plan;
mod metadata_agrees;
mod metadata_valid;
mod record_complete;
mod tags_agree;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::wheel::release::Release;
use crate::wheel::{Sha256Sum, printable};

/// Something that is wrong with a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The file in `dist/`; empty for what concerns the set.
    pub file: String,
    /// The name of the check.
    pub check: String,
    /// What is wrong, and where in the file.
    pub message: String,
    /// What should be there instead.
    pub expected: String,
    /// What to do about it.
    pub remedy: String,
}

/// Why a check could not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

/// What one check said of one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// It looked, and found this many things.
    Ran { findings: usize },
    /// It had nothing to look at, for this reason.
    NotApplicable(String),
    /// It could not tell, for this reason.
    Unknown(String),
}

/// What checks look at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub release: &'a Release,
    pub plan: &'a Plan,
    /// The files that `build` recorded, by name.
    pub built: &'a [(String, Sha256Sum)],
}

/// A check: its name, which is the same in file, test, message and documentation, and its rule.
pub struct Check {
    pub name: &'static str,
    /// One sentence on what it holds the release to.
    pub about: &'static str,
    run: fn(Subject) -> Result<Vec<Finding>, Unknown>,
}

/// Every check, in the order in which reports show them.
pub const CHECKS: &[Check] = &[
    dist_matches_plan::CHECK,
    dist_as_built::CHECK,
    record_complete::CHECK,
    tags_agree::CHECK,
    metadata_valid::CHECK,
    metadata_agrees::CHECK,
];

impl Check {
    /// Judges a release: all findings, sorted.
    ///
    /// # Errors
    ///
    /// When the check cannot tell.
    pub fn judge(&self, subject: Subject) -> Result<Vec<Finding>, Unknown> {
        let mut findings = (self.run)(subject)?;
        findings.sort();
        Ok(findings)
    }

    /// A finding of this check.
    fn finding(&self, file: &str, message: String, expected: &str, remedy: &str) -> Finding {
        Finding {
            file: printable(file),
            check: self.name.to_owned(),
            message: printable(&message),
            expected: printable(expected),
            remedy: remedy.to_owned(),
        }
    }
}
