//! Evidence: what each stage leaves under `target/pipeline/` for the stages after it, and for people.
//!
//! One JSON file a stage, written whole or not at all, so that an interrupted run leaves nothing that
//! a second run would trust.

pub mod gate;
pub mod gather;
pub mod join;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use wheel_audit::check::{Finding, Outcome};
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;
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
    /// Whether that stands in for the system's own linker: good for a rehearsal, not for a release.
    #[serde(default)]
    pub stand_in: bool,
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

/// What `audit` saw and found: `audit.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvidence {
    pub files: BTreeMap<String, Sha256Sum>,
    /// Each check's name and what became of it.
    pub checks: Vec<(String, Outcome)>,
    pub findings: Vec<Finding>,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<String>,
}

/// What `smoke` and `verify` saw on each Python: `smoke.json`, `verify.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeEvidence {
    pub outcomes: Vec<SmokeOutcome>,
    /// Promised environments that this machine cannot offer.
    pub not_here: Vec<String>,
    /// Programs that look like a Python and were not used, each with the reason.
    pub passed_over: Vec<String>,
}

/// One wheel on one Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeOutcome {
    pub target: Target,
    pub python: PythonVersion,
    /// The interpreter's full version: `3.13.0`.
    pub release: String,
    pub executable: String,
    pub file: String,
    pub sha256: Sha256Sum,
    pub result: SmokeResult,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
}

/// How one wheel did on one Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum SmokeResult {
    Passed,
    Failed { reason: String },
}

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
    /// The index holds it, with this hash.
    Held,
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

/// Writes evidence whole or not at all.
///
/// # Errors
///
/// When the folder cannot be made or the file cannot be written.
pub fn write<T: Serialize>(path: &Path, evidence: &T) -> Result<()> {
    let folder = path.parent().context("evidence lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut text = serde_json::to_string_pretty(evidence)?;
    text.push('\n');
    let partial = path.with_extension("json.partial");
    fs::write(&partial, text).with_context(|| format!("cannot write `{}`", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Reads evidence; none when the stage has not run.
///
/// # Errors
///
/// When the file is there but is not what the stage writes.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    let evidence = serde_json::from_str(&text).with_context(|| {
        format!(
            "`{}` is not evidence of this pipeline\nhint: delete it and run the stage again",
            path.display()
        )
    })?;
    Ok(Some(evidence))
}
