//! How a second builder's wheels compare: `second-build.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

/// What came of the comparison with a second builder's wheels: `second-build.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondBuildEvidence {
    /// The sdist that both were built from.
    pub sdist: Option<Sha256Sum>,
    pub compared: Vec<Comparison>,
    /// The second builder's wheels that none of ours stands for.
    pub alone: Vec<String>,
}

/// One of our wheels beside the second builder's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub ours: String,
    pub theirs: String,
    /// What must be the same and is not.
    pub differences: Vec<String>,
    /// What may differ, and does.
    pub notes: Vec<String>,
}
