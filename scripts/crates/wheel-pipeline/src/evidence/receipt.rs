//! What `publish` did: `receipt.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

/// What `publish` did: `receipt.json`. It is written before and after each step, and it is a log: what
/// an index holds, only the index knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The address files were sent to.
    pub repository: String,
    /// The release: `sum-up-to 1.0.0`.
    pub release: String,
    pub attestations: Attested,
    /// In the order of upload.
    pub files: Vec<SentFile>,
}

/// A file on its way to the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    pub file: String,
    pub sha256: Sha256Sum,
    pub step: SentStep,
    /// Where the index offers it.
    pub url: Option<String>,
    /// How often it was sent.
    pub sends: u32,
    /// What went wrong on the way and passed.
    pub faults: Vec<String>,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentStep {
    Waiting,
    /// It was about to be sent; the index knows whether it came.
    Sending,
    /// The index lists it, with this hash. Earlier receipts say `held`.
    #[serde(alias = "held")]
    Verified,
}

/// Whether attestations were sent with the files of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "sent")]
pub enum Attested {
    Yes {
        /// Who vouches for the identity that signed, and what that is.
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
    /// A receipt of nothing sent yet, which takes over what an earlier one says of the same files sent to
    /// the same index.
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
    fn the_word_of_earlier_receipts_is_still_read() {
        for word in ["verified", "held"] {
            let step: SentStep = serde_json::from_value(word.into()).expect("a step");
            assert_eq!(step, SentStep::Verified);
        }
        assert_eq!(serde_json::to_value(SentStep::Verified).expect("JSON"), "verified");
    }
}
