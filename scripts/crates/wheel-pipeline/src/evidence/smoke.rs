//! What `smoke` saw on each Python: `smoke.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;
use wheel_audit::wheel::Sha256Sum;

/// What `smoke` and `verify` saw on each Python: `smoke.json`, `verify.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeEvidence {
    pub outcomes: Vec<SmokeOutcome>,
    /// Promised environments that this machine cannot offer.
    pub not_here: Vec<String>,
    /// Programs that look like a Python and were not used, each with the reason.
    pub passed_over: Vec<String>,
}

/// One wheel on one Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeOutcome {
    pub target: Target,
    pub python: PythonVersion,
    /// The interpreter's full version: `3.13.0`.
    pub release: String,
    pub executable: String,
    pub file: String,
    pub sha256: Sha256Sum,
    pub result: SmokeResult,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// How one wheel did on one Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum SmokeResult {
    Passed,
    Failed { reason: String },
}
