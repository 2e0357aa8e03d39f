//! What `verify` saw: `verify.json`.

use serde::{Deserialize, Serialize};

use super::smoke::SmokeEvidence;

/// What `verify` saw: `verify.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyEvidence {
    /// Differences between index, receipt, build, what pip took, and provenance.
    pub differences: Vec<String>,
    /// Who is said to have published each file; or that the index does not say.
    pub provenance: Vec<String>,
    #[serde(flatten)]
    pub trials: SmokeEvidence,
}
