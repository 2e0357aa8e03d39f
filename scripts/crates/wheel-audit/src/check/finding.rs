//! Findings, and the outcomes of a check.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};

/// The weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Somebody cannot install or run the file, is misled by it, or the index refuses it.
    Error,
    /// The file works, and its maintainer would want to know.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A fault of a file or of the whole release. Errors sort before warnings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The weight of the fault.
    pub severity: Severity,
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
        writeln!(formatter, "{}[{}]: {}", self.severity, self.check, self.message)?;
        match (&self.file[..], &self.member) {
            ("", _) => writeln!(formatter, "  --> the release")?,
            (file, None) => writeln!(formatter, "  --> {file}")?,
            (file, Some(member)) => writeln!(formatter, "  --> {file}: {member}")?,
        }
        writeln!(formatter, "   = expected: {}", self.expected)?;
        writeln!(formatter, "   = remedy: {}", self.remedy)
    }
}

impl Finding {
    /// The same finding as a warning.
    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

/// The findings of one check. It keeps the first hundred of each file, in their order, and counts the others.
///
/// A hostile file can have a finding for each of its 65,535 members.
#[derive(Default)]
pub(super) struct Findings {
    files: BTreeMap<String, OfFile>,
    kept: usize,
    hasher: RandomState,
}

/// The findings in one file.
#[derive(Default)]
struct OfFile {
    first: BTreeSet<Finding>,
    /// The hash of each finding. Two images of a fat file may give the same one.
    seen: HashSet<u64>,
}

/// The most findings of one check that are kept of one file.
const LIMIT: usize = 100;
/// The number of findings of one check from which one of each further file is kept.
const LIMIT_OF_ALL: usize = 2_000;

impl Findings {
    pub(super) fn push(&mut self, finding: Finding) {
        let limit = if self.kept < LIMIT_OF_ALL { LIMIT } else { 1 };
        if !self.files.contains_key(&finding.file) {
            self.files.insert(finding.file.clone(), OfFile::default());
        }
        let file = self.files.get_mut(&finding.file).expect("it was inserted");
        if !file.seen.insert(self.hasher.hash_one(&finding)) {
            return;
        }
        file.first.insert(finding);
        if file.first.len() > limit {
            file.first.pop_last();
        } else {
            self.kept += 1;
        }
    }

    /// The findings, and one for each file that has more.
    pub(super) fn done(self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (_, OfFile { first, seen }) in self.files {
            let more = seen.len() - first.len();
            if let Some(last) = first.last().filter(|_| more > 0) {
                findings.push(Finding {
                    member: None,
                    message: format!("it has {more} more findings of this check"),
                    expected: "no finding".to_owned(),
                    remedy: "mend those that are shown, and judge the file again".to_owned(),
                    ..last.clone()
                });
            }
            findings.extend(first);
        }
        findings
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<T: IntoIterator<Item = Finding>>(findings: T) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}

/// A file or a member of which a check could not tell, for a reason that lies in this program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// The file name.
    pub file: String,
    /// The member of the file; `None` for the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The name of the check.
    pub check: String,
    /// The reason.
    pub why: String,
}

/// A line with the place and the reason.
impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.member {
            Some(member) => write!(formatter, "`{}`: `{member}`: {}", self.file, self.why),
            None => write!(formatter, "`{}`: {}", self.file, self.why),
        }
    }
}

/// The places of which one check could not tell. Of each file it keeps the first hundred members.
#[derive(Default)]
pub(super) struct Unknowns {
    kept: Vec<Unknown>,
    /// The number of those of the last file.
    of_file: usize,
}

impl Unknowns {
    pub(super) fn push(&mut self, unknown: Unknown) {
        let same = self.kept.last().is_some_and(|last| last.file == unknown.file);
        self.of_file = if same { self.of_file + 1 } else { 1 };
        if self.of_file <= LIMIT {
            self.kept.push(unknown);
        } else if self.of_file == LIMIT + 1 {
            let why = "the same of more members".to_owned();
            self.kept.push(Unknown { member: None, why, ..unknown });
        }
    }

    /// The result of the check: its findings, or `NotJudged` with them if it could not tell of a file.
    pub(super) fn judged(self, found: Vec<Finding>) -> CheckResult {
        match self.kept {
            unknown if unknown.is_empty() => Ok(found),
            unknown => Err(NotJudged::Unknown { unknown, found }),
        }
    }
}

/// The reason why a check gives no judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// It could not tell of at least one file.
    Unknown {
        /// The files and members, each with the reason.
        unknown: Vec<Unknown>,
        /// The findings in everything else.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(file: &str, number: usize) -> Finding {
        Finding {
            severity: Severity::Error,
            file: file.to_owned(),
            member: None,
            check: "a-check".to_owned(),
            message: format!("{number:06}"),
            expected: String::new(),
            remedy: String::new(),
        }
    }

    #[test]
    fn findings_beyond_the_first_hundred_of_a_file_are_counted() {
        let many = (0..1000).rev().chain(0..1000).map(|number| finding("a", number));
        let found = many.chain([finding("b", 1), finding("b", 1)]).collect::<Findings>().done();
        assert_eq!(found.len(), 102);
        assert_eq!(found[0].message, "it has 900 more findings of this check");
        assert_eq!(found[0].check, "a-check");
        assert_eq!((&*found[1].message, &*found[100].message), ("000000", "000099"));
        assert_eq!(found[101], finding("b", 1));
    }

    #[test]
    fn very_many_files_keep_one_finding_each() {
        let many = (0..10_000).flat_map(|file| (0..3).map(move |number| (file, number)));
        let many = many.map(|(file, number)| finding(&format!("{file:06}"), number));
        let found = many.collect::<Findings>().done();
        let counted = found.iter().filter(|finding| finding.message.starts_with("it has 2 more"));
        assert!(counted.count() > 9_000);
        assert!(found.len() < 21_000, "{}", found.len());
    }
}
