//! The installation of a release from an index by pip, as users make it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use wheel_audit::wheel::Sha256Sum;

use crate::process::command::{Finished, wait};
use crate::process::pause::Pauses;
use crate::tool::pip::report::{InstalledFile, installed};
use crate::tool::pip::{self, InstallSource};
use crate::tool::python::environment::{Environment, Tools};

/// A release to install, the same on each Python.
#[derive(Clone, Copy)]
pub struct Installation<'a> {
    pub tools: &'a Tools,
    /// The simple API of the index.
    pub simple: &'a str,
    pub project: &'a str,
    /// The files of the release, with their hashes.
    pub release: &'a BTreeMap<String, Sha256Sum>,
    /// How long an index that lags behind is waited for.
    pub patience: Duration,
}

/// What came of an installation.
pub enum Installed {
    /// pip installed this file; the second part says in what it is not that of the release.
    File(InstalledFile, Option<String>),
    /// pip failed.
    Failed(Finished),
}

impl Installation<'_> {
    /// Installs requirements in an environment until that succeeds, fails for good, or patience is at its
    /// end. pip's report goes into `folder`.
    pub fn install(
        &self,
        environment: &Environment,
        folder: &Path,
        requirements: &[&str],
    ) -> Result<Installed> {
        let report = folder.join("pip.json");
        let source = InstallSource::Index(self.simple);
        let command = pip::install(self.tools, environment, source, requirements)
            .arg("--report")
            .arg(&report);
        let mut pauses = Pauses::new(self.patience);
        let finished = loop {
            let finished = command.run()?;
            if finished.succeeded() || !pip::may_pass(&finished.output()) {
                break finished;
            }
            let Some(pause) = pauses.next(None) else { break finished };
            wait(pause)?;
        };
        if !finished.succeeded() {
            return Ok(Installed::Failed(finished));
        }
        let file = installed(&report, self.project)?;
        let mismatch = file.mismatch(self.release);
        Ok(Installed::File(file, mismatch))
    }
}
