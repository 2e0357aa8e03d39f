//! A check: its name, its documentation and its rule, and the input of rules.

use super::finding::{CheckResult, Finding, NotJudged, Severity, Unknown};
use super::flaws;
use crate::plan::Plan;
use crate::wheel::Sha256Sum;
use crate::wheel::flaw::Part;
use crate::wheel::printable_message as printable;
use crate::wheel::release::{ReleaseFacts, WheelFacts};

/// The input of a check.
#[derive(Clone, Copy)]
pub struct CheckInput<'a> {
    /// The facts of its files.
    pub release: &'a ReleaseFacts,
    /// The plan of the project, if there is one.
    pub plan: Option<&'a Plan>,
    /// The files that `build` recorded, by name, if there is a record.
    pub built: Option<&'a [(String, Sha256Sum)]>,
}

/// A check. Its name is the same in file, test, message and documentation.
pub struct Check {
    /// The name: `record-complete`.
    pub name: &'static str,
    /// The rule in one sentence.
    pub about: &'static str,
    /// The section about it in the documentation, in Markdown: what it demands, why, and the remedy.
    pub documentation: &'static str,
    /// The parts of a file whose bytes are wrong if they break this rule.
    pub(super) owns: &'static [Part],
    pub(super) run: fn(CheckInput) -> CheckResult,
}

impl Check {
    /// Judges a release, and returns all findings, sorted.
    ///
    /// # Errors
    ///
    /// [`NotJudged`] when the check could not judge every file.
    pub fn judge(&self, input: CheckInput) -> CheckResult {
        let in_order = |mut findings: Vec<Finding>| {
            findings.sort();
            findings
        };
        let mut wrong = flaws::found(self.name, self.owns, &input.release.flaws);
        let mut together = |found: Vec<Finding>| {
            wrong.extend(found);
            in_order(std::mem::take(&mut wrong).done())
        };
        match (self.run)(input) {
            Ok(found) => Ok(together(found)),
            Err(NotJudged::Unknown { unknown, found }) => {
                Err(NotJudged::Unknown { unknown, found: together(found) })
            }
            // What is wrong with the bytes was looked at, even if nothing else could be.
            Err(undecided) => match together(Vec::new()) {
                found if found.is_empty() => Err(undecided),
                found => Ok(found),
            },
        }
    }

    /// A finding of this check about a file, or about the whole release if `file` is empty.
    pub(super) fn finding(
        &self,
        file: &str,
        message: String,
        expected: &str,
        remedy: &str,
    ) -> Finding {
        Finding {
            severity: Severity::Error,
            file: printable(file),
            member: None,
            check: self.name.to_owned(),
            message: printable(&message),
            expected: printable(expected),
            remedy: remedy.to_owned(),
        }
    }

    /// A member of a file, or the whole file, of which this check could not tell.
    pub(super) fn unknown(&self, file: &str, member: Option<&str>, why: &str) -> Unknown {
        Unknown {
            file: printable(file),
            member: member.map(printable),
            check: self.name.to_owned(),
            why: printable(why),
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
    /// The input for a release without a plan and without a record of its build.
    pub fn new(release: &'a ReleaseFacts) -> Self {
        Self { release, plan: None, built: None }
    }

    /// The wheels, for checks that judge each wheel by itself.
    pub(super) fn wheels(&self) -> Result<&[WheelFacts], NotJudged> {
        match &self.release.wheels[..] {
            [] => Err(NotJudged::NoSubject("no wheel".to_owned())),
            wheels => Ok(wheels),
        }
    }

    /// The wheels, for checks that judge the names of members.
    pub(super) fn unpacked(&self) -> Result<&[WheelFacts], NotJudged> {
        let wheels = self.wheels()?;
        match wheels.iter().all(|wheel| wheel.members.is_empty()) {
            true => Err(NotJudged::NoSubject("no wheel with a member that can be read".to_owned())),
            false => Ok(wheels),
        }
    }

    /// The plan, for checks that compare the release with it.
    pub(super) fn plan(&self) -> Result<&Plan, NotJudged> {
        self.plan.ok_or_else(|| NotJudged::NotApplicable("no plan".to_owned()))
    }
}
