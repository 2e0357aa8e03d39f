//! The evidence of `build`: `build.json`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

/// The evidence of `build`: `build.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildEvidence {
    pub files: Vec<BuiltFile>,
    /// Requested targets that cannot be built on this machine, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_here: Vec<String>,
    /// The files that a second build made with the same bytes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rebuilt: BTreeSet<String>,
}

/// A file in `dist/`, and its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltFile {
    pub file: String,
    pub sha256: Sha256Sum,
    /// Size in bytes.
    pub size: u64,
    /// The Rust target. None for the sdist.
    pub triple: Option<String>,
    /// The tools that built it: `maturin 1.16.0, rustc 1.95.0 (59807616e 2026-04-14), zig 0.17.1`.
    pub builder: String,
    /// True if it is cross-built. The table says whether such a file can be released.
    #[serde(default, alias = "stand_in")]
    pub cross_built: bool,
    /// True if another builder made it. Nothing else is known of its making.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// The commit. None if the source is not a git checkout.
    pub commit: Option<String>,
    /// True if the source differed from that commit.
    pub dirty: bool,
    /// The time stamp of the file's members, in seconds since 1970.
    pub epoch: u64,
}

impl BuiltFile {
    /// The record of a file that another builder made.
    pub fn elsewhere(file: String, sha256: Sha256Sum, size: u64) -> Self {
        Self {
            file,
            sha256,
            size,
            triple: None,
            builder: "built elsewhere".to_owned(),
            cross_built: false,
            elsewhere: true,
            commit: None,
            dirty: false,
            epoch: 0,
        }
    }
}

impl BuildEvidence {
    /// The record of a file.
    pub fn file(&self, name: &str) -> Option<&BuiltFile> {
        self.files.iter().find(|file| file.file == name)
    }

    /// The names and hashes of the files that `build` made.
    pub fn sums(&self) -> Vec<(String, Sha256Sum)> {
        let own = self.files.iter().filter(|file| !file.elsewhere);
        own.map(|file| (file.file.clone(), file.sha256)).collect()
    }
}
