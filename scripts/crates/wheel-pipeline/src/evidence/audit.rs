//! What `audit` saw and found: `audit.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wheel_audit::check::{Finding, Outcome};
use wheel_audit::wheel::Sha256Sum;

/// What `audit` saw and found: `audit.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvidence {
    pub files: BTreeMap<String, Sha256Sum>,
    /// Each check's name and what became of it.
    pub checks: Vec<(String, Outcome)>,
    pub findings: Vec<Finding>,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<String>,
}
