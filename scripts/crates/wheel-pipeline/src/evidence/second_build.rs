//! How a second builder's wheels compare: `second-build.json`.

use serde::{Deserialize, Serialize};
pub use wheel_audit::compare::Comparison;
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
