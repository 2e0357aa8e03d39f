//! Attestations ([PEP 740](https://peps.python.org/pep-0740/)): signatures of who publishes a file, made
//! and checked by the library of those who run PyPI, in an environment of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::process::command::Invocation;
use crate::process::secret::Secrets;
use crate::tool::python::Interpreter;
use crate::tool::python::environment::{Environment, Tools};
use crate::tool::python::lock::Lock;

/// What it needs, apart from the tools: only a release on PyPI has attestations.
pub const LOCK: Lock = Lock { text: include_str!("attest.lock") };

const SCRIPT: &str = include_str!("attest.py");
/// What the name of a file becomes for its attestation; twine knows it by that.
const ENDING: &str = "publish.attestation";

/// The library, installed for one run.
#[derive(Debug)]
pub struct Attester {
    environment: Environment,
    _folder: TempDir,
}

/// What came of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// This machine cannot prove who it is.
    Nobody,
    /// By whom: who vouches for the identity, and what that is.
    By(String),
    Failed(String),
}

/// One file, and what an index says of its origin.
#[derive(Clone, Debug, Serialize)]
pub struct Claim<'a> {
    pub file: &'a str,
    pub sha256: String,
    /// The text of the provenance.
    pub provenance: &'a str,
}

/// What came of checking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// What is wrong with each claim. The keys that are trusted are the `newest`, or else those that were
    /// the newest when the library was published.
    Wrong {
        claims: Vec<Vec<String>>,
        newest: bool,
    },
    Failed(String),
}

#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
enum Line {
    Nobody,
    Signed { who: String },
    Verified { newest: bool, wrong: Vec<Vec<String>> },
    Failed { why: String },
}

impl Attester {
    /// Installs the library for one run.
    pub fn install(tools: &Tools, interpreter: &Interpreter) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
        let place = folder.path().join("environment");
        let environment = Environment::locked(interpreter, &place, tools, LOCK.text)?;
        Ok(Self { environment, _folder: folder })
    }

    /// Signs files; the attestations of all of them are then in `folder`, or of none.
    pub fn sign(&self, folder: &Path, files: &[&Path]) -> Result<Signed> {
        let command = self.command("sign").arg(folder).args(files);
        Ok(match answer(&command)? {
            Line::Nobody => Signed::Nobody,
            Line::Signed { who } => Signed::By(who),
            Line::Failed { why } => Signed::Failed(why),
            Line::Verified { .. } => Signed::Failed(STRANGE.to_owned()),
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
        Ok(match answer(&command)? {
            Line::Verified { newest, wrong } if wrong.len() == claims.len() => {
                Checked::Wrong { claims: wrong, newest }
            }
            Line::Failed { why } => Checked::Failed(why),
            _ => Checked::Failed(STRANGE.to_owned()),
        })
    }

    fn command(&self, what: &str) -> Invocation {
        self.environment.command().args(["-I", "-c", SCRIPT, what])
    }
}

const STRANGE: &str = "the library gave no answer that can be understood";

/// The attestation of a file in a folder of them.
pub fn of(folder: &Path, file: &str) -> PathBuf {
    folder.join(format!("{file}.{ENDING}"))
}

fn answer(command: &Invocation) -> Result<Line> {
    let finished = command.run().context("the library of attestations cannot be run")?;
    let secrets = Secrets::new(None);
    let line = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| {
        let said = finished.stderr.trim().lines().last().unwrap_or(STRANGE).to_owned();
        Line::Failed { why: said }
    });
    Ok(match line {
        Line::Failed { why } => Line::Failed { why: secrets.hide(&why) },
        line => line,
    })
}
