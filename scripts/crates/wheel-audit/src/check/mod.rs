//! Judging: facts and plan become findings. Pure functions, one file per check.
//!
//! A [`Finding`] says that a file is bad. A check that cannot tell, has nothing to hold the release
//! against, or finds nothing of its kind to look at says so with [`Undecided`], which is never a pass.

mod abi3_symbols;
mod architecture;
mod code_signature;
mod contents_exact;
mod cpu_baseline;
mod debug_build;
mod dist_as_built;
mod dist_matches_plan;
mod entry_points;
mod exec_stack;
mod index_accepts;
pub mod install_table;
mod leftovers;
mod libc_floor;
mod linked_libraries;
mod macos_floor;
mod metadata_agrees;
mod metadata_valid;
mod no_leaked_paths;
mod page_alignment;
mod placed;
mod record_complete;
mod run_path;
mod sdist_contents;
mod sdist_name;
mod size_and_quota;
mod suffix_and_exports;
mod tags_agree;
mod text_relocations;
mod vc_runtime;
mod version_agrees;
mod zip_structure;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::wheel::release::Release;
use crate::wheel::{Sha256Sum, printable};

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
pub enum Undecided {
    /// It cannot tell of every file, for this reason; of the others it found this.
    Unknown { why: String, found: Vec<Finding> },
    /// It lacks what it would hold the release against.
    NotApplicable(String),
    /// Nothing in the release is of the kind that it looks at.
    NoSubject(String),
}

/// All findings of one check, or why there is no judgement.
pub type Judgement = Result<Vec<Finding>, Undecided>;

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

/// What checks look at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub release: &'a Release,
    /// What the release must hold, where a project says so.
    pub plan: Option<&'a Plan>,
    /// The files that `build` recorded, by name, where there is a record.
    pub built: Option<&'a [(String, Sha256Sum)]>,
}

/// A check: its name, which is the same in file, test, message and documentation, and its rule.
pub struct Check {
    pub name: &'static str,
    /// One sentence on what it holds the release to.
    pub about: &'static str,
    run: fn(Subject) -> Judgement,
}

/// Every check, in the order in which reports show them.
pub const CHECKS: &[Check] = &[
    dist_matches_plan::CHECK,
    dist_as_built::CHECK,
    install_table::CHECK,
    zip_structure::CHECK,
    record_complete::CHECK,
    tags_agree::CHECK,
    metadata_valid::CHECK,
    metadata_agrees::CHECK,
    version_agrees::CHECK,
    index_accepts::CHECK,
    size_and_quota::CHECK,
    contents_exact::CHECK,
    entry_points::CHECK,
    no_leaked_paths::CHECK,
    sdist_name::CHECK,
    sdist_contents::CHECK,
    architecture::CHECK,
    suffix_and_exports::CHECK,
    abi3_symbols::CHECK,
    libc_floor::CHECK,
    linked_libraries::CHECK,
    macos_floor::CHECK,
    run_path::CHECK,
    exec_stack::CHECK,
    text_relocations::CHECK,
    page_alignment::CHECK,
    cpu_baseline::CHECK,
    code_signature::CHECK,
    debug_build::CHECK,
    vc_runtime::CHECK,
];

impl Check {
    /// Judges a release: all findings, sorted.
    ///
    /// # Errors
    ///
    /// When there is no judgement.
    pub fn judge(&self, subject: Subject) -> Judgement {
        let in_order = |mut findings: Vec<Finding>| {
            findings.sort();
            // Two machines in one fat file may have the same wrong.
            findings.dedup();
            findings
        };
        match (self.run)(subject) {
            Ok(findings) => Ok(in_order(findings)),
            Err(Undecided::Unknown { why, found }) => {
                Err(Undecided::Unknown { why, found: in_order(found) })
            }
            Err(undecided) => Err(undecided),
        }
    }

    /// A finding of this check about a file, or with an empty name about the set.
    fn finding(&self, file: &str, message: String, expected: &str, remedy: &str) -> Finding {
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
    fn inside(
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

/// The judgement of a check that could not tell of every file.
fn told(found: Vec<Finding>, unknown: Option<String>) -> Judgement {
    match unknown {
        None => Ok(found),
        Some(why) => Err(Undecided::Unknown { why, found }),
    }
}

impl Subject<'_> {
    /// Every wheel, for checks that judge each by itself.
    fn wheels(&self) -> Result<&[crate::wheel::release::WheelFacts], Undecided> {
        match &self.release.wheels[..] {
            [] => Err(Undecided::NoSubject("no wheel".to_owned())),
            wheels => Ok(wheels),
        }
    }

    /// The plan, for checks that hold the release against it.
    fn plan(&self) -> Result<&Plan, Undecided> {
        self.plan.ok_or_else(|| Undecided::NotApplicable("no plan".to_owned()))
    }
}
