//! Attestations ([PEP 740](https://peps.python.org/pep-0740/)): signatures of a file's publisher.
//!
//! They are made and checked by `pypi-attestations`, PyPI's own library, in an environment of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use wheel_audit::wheel::Sha256Sum;

use crate::folder::Temporary;
use crate::process::command::Invocation;
use crate::process::environment::Grant;
use crate::process::secret::{Secrets, write_no_core_file};
use crate::tool::python::Interpreter;
use crate::tool::python::environment::Environment;
use crate::tool::python::lock::Lock;
use crate::tool::python::tools::{Tool, Tools};

/// The lock of the library. It is apart from the tools, as only a release on PyPI has attestations.
pub const LOCK: Lock = Lock { text: include_str!("attest.lock") };

const SCRIPT: &str = include_str!("attest.py");
/// The suffix by which twine recognises an attestation.
const SUFFIX: &str = "publish.attestation";

/// The library, installed for one run.
#[derive(Debug)]
pub struct Attester {
    environment: Environment,
    _folder: Temporary,
}

/// The outcome of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// This machine has no identity to sign with.
    Nobody,
    /// Signed by this identity, named after its issuer.
    By(String),
    /// This file is not the one that was judged. Nothing was signed.
    Swapped(String),
    Failed(String),
}

/// A file, and its provenance on an index.
#[derive(Clone, Debug, Serialize)]
pub struct Claim<'a> {
    pub file: &'a str,
    pub sha256: String,
    /// The text of the provenance.
    pub provenance: &'a str,
}

/// The outcome of checking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The faults of each claim. `newest` is false where the newest trusted keys could not be fetched, and
    /// the keys in the library were used instead.
    Wrong {
        claims: Vec<Vec<String>>,
        newest: bool,
    },
    Failed(String),
}

/// The one line that `attest.py` prints.
#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
enum LibraryAnswer {
    Nobody,
    Signed { who: String },
    Swapped { file: String },
    Verified { newest: bool, wrong: Vec<Vec<String>> },
    Failed { why: String },
}

impl Attester {
    /// Installs the library for one run.
    pub fn install(tools: &Tools, interpreter: &Interpreter) -> Result<Self> {
        write_no_core_file();
        let folder = Temporary::for_programs()?;
        let place = folder.path().join("environment");
        let environment =
            Environment::locked(interpreter, &place, &tools.program(Tool::Uv)?, LOCK.text)?;
        Ok(Self { environment, _folder: folder })
    }

    /// Signs files with the hashes that were judged. Writes the attestations of all of them into `folder`, or of
    /// none.
    pub fn sign(&self, folder: &Path, files: &[(&Path, Sha256Sum)]) -> Result<Signed> {
        let command =
            files.iter().fold(self.command("sign").arg(folder), |command, (file, sum)| {
                let mut pair = OsString::from(format!("{sum}:"));
                pair.push(file);
                command.arg(pair)
            });
        Ok(match run_library(&command)? {
            LibraryAnswer::Nobody => Signed::Nobody,
            LibraryAnswer::Signed { who } => Signed::By(who),
            LibraryAnswer::Swapped { file } => Signed::Swapped(file),
            LibraryAnswer::Failed { why } => Signed::Failed(why),
            LibraryAnswer::Verified { .. } => Signed::Failed(NO_ANSWER.to_owned()),
        })
    }

    /// Checks the signatures of claims, and that they are about these files.
    pub fn check(&self, claims: &[Claim<'_>]) -> Result<Checked> {
        let mut questions = tempfile::NamedTempFile::new()?;
        for claim in claims {
            serde_json::to_writer(&mut questions, claim)?;
            std::io::Write::write_all(&mut questions, b"\n")?;
        }
        let command = self.command("verify").arg(questions.path());
        Ok(match run_library(&command)? {
            LibraryAnswer::Verified { newest, wrong } if wrong.len() == claims.len() => {
                Checked::Wrong { claims: wrong, newest }
            }
            LibraryAnswer::Failed { why } => Checked::Failed(why),
            _ => Checked::Failed(NO_ANSWER.to_owned()),
        })
    }

    fn command(&self, what: &str) -> Invocation {
        self.environment.command().grant(Grant::Identity).args(["-I", "-c", SCRIPT, what])
    }
}

const NO_ANSWER: &str = "the answer of `pypi-attestations` is not valid JSON";

/// The path of a file's attestation in a folder.
pub fn attestation_path(folder: &Path, file: &str) -> PathBuf {
    folder.join(format!("{file}.{SUFFIX}"))
}

fn run_library(command: &Invocation) -> Result<LibraryAnswer> {
    let finished = command.run().context("`pypi-attestations` cannot be run")?;
    let secrets = Secrets::new(None);
    let line = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| {
        let last = finished.stderr.trim().lines().last().unwrap_or(NO_ANSWER).to_owned();
        LibraryAnswer::Failed { why: last }
    });
    Ok(match line {
        LibraryAnswer::Failed { why } => LibraryAnswer::Failed { why: secrets.hide(&why) },
        line => line,
    })
}
