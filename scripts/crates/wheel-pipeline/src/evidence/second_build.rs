//! The evidence of `second-build`: `second-build.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
pub use wheel_audit::compare::Comparison;
use wheel_audit::wheel::Sha256Sum;

/// The comparison with the second builder's wheels: `second-build.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondBuildEvidence {
    /// The sdist that both builders built from.
    pub sdist: Option<Sha256Sum>,
    /// The files of the release that were compared.
    #[serde(default)]
    pub files: BTreeMap<String, Sha256Sum>,
    pub compared: Vec<Comparison>,
    /// The second builder's wheels for which the plan has none.
    #[serde(alias = "alone")]
    pub unmatched: Vec<String>,
}
