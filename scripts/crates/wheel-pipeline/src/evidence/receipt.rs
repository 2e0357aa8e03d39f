//! The evidence of `publish`: `receipt.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

/// The evidence of `publish`: `receipt.json`. It is a log, written before and after each step. Only the index knows
/// which files it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The address that the files were sent to.
    pub repository: String,
    /// The release: `sum-up-to 1.0.0`.
    pub release: String,
    pub attestations: Attested,
    /// The files, in the order of upload.
    pub files: Vec<SentFile>,
}

/// The state of a file's upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    pub file: String,
    pub sha256: Sha256Sum,
    pub step: SentStep,
    /// The address of the file on the index.
    pub url: Option<String>,
    /// The number of times that it was sent.
    pub sends: u32,
    /// Faults during the upload that went away.
    pub faults: Vec<String>,
}

/// The step of a file's upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentStep {
    Waiting,
    /// The upload has started. Only the index knows if the file arrived.
    Sending,
    /// The index lists it, with this hash. Earlier receipts say `held`.
    #[serde(alias = "held")]
    Verified,
}

/// The attestations that were sent with the files of a release, or the reason for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "sent")]
pub enum Attested {
    Yes {
        /// The signing identity and its issuer.
        by: String,
    },
    No {
        why: String,
    },
}

impl Default for Attested {
    fn default() -> Self {
        Self::No { why: "nothing was sent yet".to_owned() }
    }
}

impl std::fmt::Display for Attested {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yes { by } => write!(formatter, "signed by {by}"),
            Self::No { why } => write!(formatter, "none: {why}"),
        }
    }
}

impl Receipt {
    /// A new receipt. It copies the entries of an earlier receipt for the same files and the same index.
    pub fn open(new: Self, earlier: Option<Self>) -> Self {
        let earlier = earlier
            .filter(|old| old.repository == new.repository && old.release == new.release)
            .unwrap_or_default();
        let same = |file: &SentFile| {
            let mut old = earlier.files.iter();
            old.find(|old| old.file == file.file && old.sha256 == file.sha256).cloned()
        };
        let files = new.files.iter().map(|file| same(file).unwrap_or_else(|| file.clone()));
        Self { files: files.collect(), attestations: earlier.attestations, ..new }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_held_of_earlier_receipts_is_read_as_verified() {
        for word in ["verified", "held"] {
            let step: SentStep = serde_json::from_value(word.into()).expect("a step");
            assert_eq!(step, SentStep::Verified);
        }
        assert_eq!(serde_json::to_value(SentStep::Verified).expect("JSON"), "verified");
    }
}
