//! Evidence: the results that each stage writes to `target/pipeline/`, for later stages and for people.
//!
//! A run reads all evidence once, as one value, and passes that value on.

pub mod audit;
pub mod build;
pub mod file;
pub mod gate;
pub mod gather;
pub mod job;
pub mod join;
pub mod origin;
pub mod receipt;
pub mod second_build;
pub mod smoke;
pub mod verify;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use audit::{Accepted, AuditEvidence, Judgement};
pub use build::{BuildEvidence, BuiltFile};
pub use file::{read, write};
pub use receipt::{Attested, Receipt, SentFile, SentStep};
pub use second_build::{Comparison, SecondBuildEvidence};
pub use smoke::{SmokeEvidence, SmokeOutcome, SmokeResult, TestedSource};
pub use verify::VerifyEvidence;

/// A kind of evidence that later stages read.
pub trait Kind: Serialize + DeserializeOwned {
    /// The name of the file.
    const FILE: &'static str;
    /// The field of this kind in [`Evidence`].
    fn place(evidence: &mut Evidence) -> &mut Option<Self>;
}

/// Defines [`Evidence`] from the list of its kinds and their files.
macro_rules! kinds {
    ($($name:ident: $kind:ty = $file:literal,)*) => {
        /// All evidence of a run or of one job.
        #[derive(Clone, Debug, Default)]
        pub struct Evidence {
            $(pub $name: Option<$kind>,)*
        }

        $(impl Kind for $kind {
            const FILE: &'static str = $file;
            fn place(evidence: &mut Evidence) -> &mut Option<Self> {
                &mut evidence.$name
            }
        })*

        impl Evidence {
            /// Reads all evidence in a folder.
            pub fn read(folder: &Path) -> Result<Self> {
                Ok(Self { $($name: file::read(&folder.join($file))?,)* })
            }

            /// Writes all evidence into a folder.
            pub fn write(&self, folder: &Path) -> Result<()> {
                $(if let Some(evidence) = &self.$name {
                    file::write(&folder.join($file), evidence)?;
                })*
                Ok(())
            }

            /// Returns true if there is no evidence of any kind.
            pub fn is_empty(&self) -> bool {
                self.kinds().is_empty()
            }

            /// The file names of the kinds that are there.
            pub fn kinds(&self) -> Vec<&'static str> {
                let mut kinds = Vec::new();
                $(if self.$name.is_some() {
                    kinds.push($file);
                })*
                kinds
            }

            /// This evidence, completed with the kinds that only `other` has.
            #[must_use]
            pub fn or(self, other: Self) -> Self {
                Self { $($name: self.$name.or(other.$name),)* }
            }
        }
    };
}

kinds! {
    audit: AuditEvidence = "audit.json",
    smoke: SmokeEvidence = "smoke.json",
    second_build: SecondBuildEvidence = "second-build.json",
    receipt: Receipt = "receipt.json",
    verify: VerifyEvidence = "verify.json",
    // Written last: without `build.json`, no file counts as built.
    build: BuildEvidence = "build.json",
}

impl<T: Kind> From<T> for Evidence {
    fn from(kind: T) -> Self {
        let mut evidence = Self::default();
        *T::place(&mut evidence) = Some(kind);
        evidence
    }
}

/// The evidence of a project, and the folder that keeps it.
#[derive(Debug)]
pub struct EvidenceFolder {
    path: PathBuf,
    evidence: Evidence,
}

impl EvidenceFolder {
    /// Reads the evidence of earlier runs. A missing folder has none.
    pub fn open(path: PathBuf) -> Result<Self> {
        Ok(Self { evidence: Evidence::read(&path)?, path })
    }

    /// Writes new evidence, and replaces the old evidence of its kind.
    pub fn keep<T: Kind>(&mut self, new: T) -> Result<()> {
        file::write(&self.path.join(T::FILE), &new)?;
        *T::place(&mut self.evidence) = Some(new);
        Ok(())
    }

    /// Writes new evidence of several kinds, and replaces the old evidence of these kinds.
    pub fn keep_all(&mut self, new: Evidence) -> Result<()> {
        new.write(&self.path)?;
        self.evidence = new.or(std::mem::take(&mut self.evidence));
        Ok(())
    }

    /// Leaves the evidence of a kind out of this run. Its file stays until a later run replaces it.
    pub fn disregard<T: Kind>(&mut self) {
        *T::place(&mut self.evidence) = None;
    }

    /// Writes a file that no later stage reads.
    pub fn leave<T: Serialize>(&self, file: &str, value: &T) -> Result<()> {
        file::write(&self.path.join(file), value)
    }

    /// The evidence of `build`. Empty if `build` has not run.
    pub fn built(&self) -> &BuildEvidence {
        static NOTHING: BuildEvidence =
            BuildEvidence { files: Vec::new(), not_here: Vec::new(), rebuilt: BTreeSet::new() };
        self.evidence.build.as_ref().unwrap_or(&NOTHING)
    }
}

impl std::ops::Deref for EvidenceFolder {
    type Target = Evidence;

    fn deref(&self) -> &Evidence {
        &self.evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_evidence_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut first = EvidenceFolder::open(folder.path().join("pipeline")).expect("nothing");
        assert!(first.is_empty());
        first.keep(SmokeEvidence::default()).expect("written");
        first.keep_all(BuildEvidence::default().into()).expect("written");
        let second = EvidenceFolder::open(folder.path().join("pipeline")).expect("it reads");
        for evidence in [&first, &second] {
            assert_eq!(evidence.smoke, Some(SmokeEvidence::default()));
            assert_eq!(evidence.build, Some(BuildEvidence::default()));
            assert!(evidence.receipt.is_none());
        }
    }

    #[test]
    fn verified_outcomes_are_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let outcome = SmokeOutcome {
            target: "manylinux_2_17_x86_64".parse().expect("a tag"),
            python: "3.13".parse().expect("a version"),
            release: "3.13.0".to_owned(),
            executable: "/usr/bin/python3".to_owned(),
            native: true,
            file: "a.whl".to_owned(),
            sha256: wheel_audit::Sha256Sum::digest(b"a"),
            result: SmokeResult::Failed { reason: "no".to_owned() },
            milliseconds: 1,
        };
        let runs = SmokeEvidence { outcomes: vec![outcome], ..SmokeEvidence::default() };
        let verified = VerifyEvidence { runs, ..VerifyEvidence::default() };
        Evidence::from(verified.clone()).write(folder.path()).expect("written");
        assert_eq!(Evidence::read(folder.path()).expect("it reads").verify, Some(verified));
    }

    #[test]
    fn a_file_that_is_no_evidence_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("smoke.json"), "[]").expect("written");
        let error = Evidence::read(folder.path()).expect_err("it is none").to_string();
        assert!(error.ends_with("smoke.json` is not evidence of this pipeline"), "{error}");
    }
}
