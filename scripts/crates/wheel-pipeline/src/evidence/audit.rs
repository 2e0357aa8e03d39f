//! The evidence of `audit`: `audit.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wheel_audit::check::{Finding, Outcome};
use wheel_audit::wheel::Sha256Sum;

/// The evidence of `audit`: `audit.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvidence {
    pub files: BTreeMap<String, Sha256Sum>,
    /// The name and the outcome of each check.
    pub checks: Vec<(String, Outcome)>,
    pub findings: Vec<Finding>,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<String>,
}
