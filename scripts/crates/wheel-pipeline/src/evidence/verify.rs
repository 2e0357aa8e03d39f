//! The evidence of `verify`: `verify.json`.

use serde::{Deserialize, Serialize};

use super::smoke::SmokeEvidence;

/// The evidence of `verify`: `verify.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyEvidence {
    /// Differences between index, receipt, build, installed files and provenance.
    pub differences: Vec<String>,
    /// The publisher of each file, or a note that the index names none.
    pub provenance: Vec<String>,
    #[serde(flatten)]
    pub runs: SmokeEvidence,
}
