//! What `build` made: `build.json`.

use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

/// What `build` made: `build.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildEvidence {
    pub files: Vec<BuiltFile>,
    /// Targets that were asked for and cannot be built on this machine, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_here: Vec<String>,
}

/// A file in `dist/`, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltFile {
    pub file: String,
    pub sha256: Sha256Sum,
    /// Size in bytes.
    pub size: u64,
    /// The Rust target compiled for; none for the sdist.
    pub triple: Option<String>,
    /// What made it: `maturin 1.16.0, rustc 1.95.0 (59807616e 2026-04-14), zig 0.17.1`.
    pub builder: String,
    /// Whether it was linked on another system than its own: good for a rehearsal, not for a release.
    #[serde(default, alias = "stand_in")]
    pub cross_built: bool,
    /// The commit, where the source is a git checkout.
    pub commit: Option<String>,
    /// Whether the source differed from that commit.
    pub dirty: bool,
    /// The time that the file's members carry, in seconds since 1970.
    pub epoch: u64,
}

impl BuildEvidence {
    /// The record of a file.
    pub fn file(&self, name: &str) -> Option<&BuiltFile> {
        self.files.iter().find(|file| file.file == name)
    }

    /// Names and hashes alone.
    pub fn sums(&self) -> Vec<(String, Sha256Sum)> {
        self.files.iter().map(|file| (file.file.clone(), file.sha256)).collect()
    }
}
