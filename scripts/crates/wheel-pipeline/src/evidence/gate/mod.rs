//! The gate: the evidence of all stages, compared with the plan. It comes before the upload, which cannot be undone.

mod audited;
mod built;
pub mod judge;
mod seconded;
mod smoked;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;
use wheel_audit::wheel::Sha256Sum;

use crate::evidence::Evidence;
use crate::evidence::origin::FileOrigin;
use crate::project::foreign::ForeignPatterns;
use crate::project::{Acceptance, CrossBuilt, Waiver};

/// The input of the gate.
#[derive(Clone, Copy, Debug)]
pub struct GateInput<'a> {
    pub plan: &'a Plan,
    /// True for a project. Files of no project have no commit and no tag.
    pub has_project: bool,
    /// The commit that is checked out. Files built from another commit are refused.
    pub commit: Option<&'a str>,
    /// True if the checkout differs from the commit. The waivers must be those of the commit.
    pub dirty: bool,
    pub waivers: &'a [Waiver],
    /// True if every environment may stay untested.
    pub allow_untested: bool,
    /// The patterns of files that other jobs build. One that no file matches closes the gate.
    pub foreign: &'a ForeignPatterns,
    /// The rows of `accept`. The audit has applied them.
    pub accept: &'a [Acceptance],
    /// True if warnings close the gate.
    pub strict: bool,
    /// The cross-built wheels that the table admits.
    pub cross_built: CrossBuilt,
    /// True if the table asks for a second build of every wheel on another machine.
    pub rebuild: bool,
    /// True if the table asks for the wheels of a second builder.
    pub second_build: bool,
    pub today: Date,
    /// The files in `dist/`.
    pub dist: &'a BTreeMap<String, Sha256Sum>,
    pub evidence: &'a Evidence,
}

/// The decision of the gate: `gate.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecision {
    /// True if the commit has no version tag. Kept apart from `reasons`, so that an untagged commit can be
    /// judged but not released.
    pub untagged: bool,
    /// Every other reason why the files must not be uploaded.
    pub reasons: Vec<String>,
    /// Untested environments that a waiver covers, each with the waiver's reason and last day.
    pub waived: Vec<String>,
    /// Findings, and checks that could not tell, which the table accepts, each with the row's reason and last day.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// Observations that do not close the gate.
    pub warnings: Vec<String>,
    /// The wheels that agree with those of the second builder.
    #[serde(default)]
    pub seconded: Vec<String>,
    /// The files that serve no promised environment, so that nothing is known of them but the audit.
    #[serde(default)]
    pub unpromised: Vec<String>,
    /// The making and the tests of each file that was built.
    #[serde(default)]
    pub files: Vec<FileOrigin>,
    /// The install table.
    #[serde(default)]
    pub picked: Vec<PickedFile>,
}

/// A promised environment, and the file that pip picks there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickedFile {
    pub target: Target,
    pub python: PythonVersion,
    /// None if pip finds no wheel.
    pub file: Option<String>,
}

impl PickedFile {
    /// The file, for tables.
    pub fn shown(&self) -> String {
        self.file.clone().unwrap_or_else(|| "no wheel".to_owned())
    }
}

/// The reason against a commit without a tag.
const UNTAGGED: &str = "the commit carries no version tag";

impl GateDecision {
    /// All reasons against an upload. Empty if the gate is open.
    pub fn closed(&self) -> Vec<String> {
        let untagged = self.untagged.then(|| UNTAGGED.to_owned());
        untagged.into_iter().chain(self.reasons.iter().cloned()).collect()
    }
}

/// The number of days before the end of a waiver, or of a row of `accept`, in which the gate warns.
const SOON: i32 = 14;

fn is_soon(expires: Date, today: Date) -> bool {
    expires.duration_since(today).as_hours() < i64::from(24 * SOON)
}
