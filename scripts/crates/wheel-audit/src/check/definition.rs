//! A check: its name, its documentation, its rule, and what the rule is given.

use super::finding::{CheckResult, Finding, NotJudged};
use crate::plan::Plan;
use crate::wheel::Sha256Sum;
use crate::wheel::printable;
use crate::wheel::release::{ReleaseFacts, WheelFacts};

/// What checks look at.
#[derive(Clone, Copy)]
pub struct CheckInput<'a> {
    /// The facts of its files.
    pub release: &'a ReleaseFacts,
    /// What the release must hold, where a project says so.
    pub plan: Option<&'a Plan>,
    /// The files that `build` recorded, by name, where there is a record.
    pub built: Option<&'a [(String, Sha256Sum)]>,
}

/// A check: its name, which is the same in file, test, message and documentation, and its rule.
pub struct Check {
    /// The name: `record-complete`.
    pub name: &'static str,
    /// One sentence on what it holds the release to.
    pub about: &'static str,
    /// The section about it in the documentation, in Markdown: what it demands, why, and the remedy.
    pub documentation: &'static str,
    pub(super) run: fn(CheckInput) -> CheckResult,
}

impl Check {
    /// Judges a release: all findings, sorted.
    ///
    /// # Errors
    ///
    /// When there is no judgement.
    pub fn judge(&self, input: CheckInput) -> CheckResult {
        let in_order = |mut findings: Vec<Finding>| {
            findings.sort();
            // Two machines in one fat file may have the same wrong.
            findings.dedup();
            findings
        };
        match (self.run)(input) {
            Ok(findings) => Ok(in_order(findings)),
            Err(NotJudged::Unknown { why, found }) => {
                Err(NotJudged::Unknown { why, found: in_order(found) })
            }
            Err(undecided) => Err(undecided),
        }
    }

    /// A finding of this check about a file, or with an empty name about the set.
    pub(super) fn finding(
        &self,
        file: &str,
        message: String,
        expected: &str,
        remedy: &str,
    ) -> Finding {
        Finding {
            file: printable(file),
            member: None,
            check: self.name.to_owned(),
            message: printable(&message),
            expected: printable(expected),
            remedy: remedy.to_owned(),
        }
    }

    /// A finding of this check about a member of a file.
    pub(super) fn inside(
        &self,
        file: &str,
        member: &str,
        message: String,
        expected: &str,
        remedy: &str,
    ) -> Finding {
        let member = Some(printable(member));
        Finding { member, ..self.finding(file, message, expected, remedy) }
    }
}

impl<'a> CheckInput<'a> {
    /// A release of which only the files are known.
    pub fn new(release: &'a ReleaseFacts) -> Self {
        Self { release, plan: None, built: None }
    }

    /// Every wheel, for checks that judge each by itself.
    pub(super) fn wheels(&self) -> Result<&[WheelFacts], NotJudged> {
        match &self.release.wheels[..] {
            [] => Err(NotJudged::NoSubject("no wheel".to_owned())),
            wheels => Ok(wheels),
        }
    }

    /// The plan, for checks that hold the release against it.
    pub(super) fn plan(&self) -> Result<&Plan, NotJudged> {
        self.plan.ok_or_else(|| NotJudged::NotApplicable("no plan".to_owned()))
    }
}
