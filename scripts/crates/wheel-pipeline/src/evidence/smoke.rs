//! The evidence of `smoke`: `smoke.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;
use wheel_audit::wheel::Sha256Sum;

/// The environment runs of `smoke` or `verify`: `smoke.json`, and a part of `verify.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeEvidence {
    /// The source of the plan and of the tests. None in evidence of earlier versions, which counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TestedSource>,
    pub outcomes: Vec<SmokeOutcome>,
    /// Promised environments that this machine does not have.
    pub not_here: Vec<String>,
    /// Programs with the name of a Python that were not used, each with the reason.
    pub passed_over: Vec<String>,
}

/// The source that the tests and the plan come from. A test of another source proves nothing about this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedSource {
    /// The commit. None if the source is not a git checkout.
    pub commit: Option<String>,
    /// True if the source differed from that commit.
    pub dirty: bool,
    /// The SHA-256 of the plan.
    pub plan: Sha256Sum,
}

impl TestedSource {
    /// The reason why a test of this source proves nothing about a commit and a plan.
    pub fn mismatch(&self, commit: Option<&str>, plan: &Plan) -> Option<String> {
        if self.commit.as_deref() != commit {
            let tested = self.commit.as_deref().unwrap_or("no commit");
            return Some(format!("are those of {tested}"));
        }
        if self.dirty {
            return Some("ran on a dirty tree".to_owned());
        }
        (self.plan != plan.sum()).then(|| "are those of another plan".to_owned())
    }
}

/// The result of one environment run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeOutcome {
    pub target: Target,
    pub python: PythonVersion,
    /// The interpreter's full version: `3.13.0`.
    pub release: String,
    pub executable: String,
    /// True if the machine is one of the platform. False under an emulator of the system or of the processor, such as
    /// Wine and QEMU, and in evidence of earlier versions.
    #[serde(default)]
    pub native: bool,
    pub file: String,
    pub sha256: Sha256Sum,
    pub result: SmokeResult,
    /// The duration in milliseconds.
    pub milliseconds: u64,
}

/// Success or failure of an environment run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum SmokeResult {
    Passed,
    Failed {
        reason: String,
    },
    /// The test could not run. Nothing is known about the wheel.
    NotTested {
        reason: String,
    },
}
