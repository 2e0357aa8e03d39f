//! The installation of a release from an index with pip.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use wheel_audit::wheel::Sha256Sum;

use crate::process::command::Finished;
use crate::process::interrupt::wait;
use crate::process::pause::Pauses;
use crate::tool::pip::report::{InstalledFile, installed};
use crate::tool::pip::{self, InstallSource};
use crate::tool::python::environment::Environment;
use crate::tool::python::tools::Tools;

/// A release to install on several Pythons.
#[derive(Clone, Copy)]
pub struct Installation<'a> {
    pub tools: &'a Tools<'a>,
    /// The simple API of the index.
    pub simple: &'a str,
    pub project: &'a str,
    /// The files of the release, with their hashes.
    pub release: &'a BTreeMap<String, Sha256Sum>,
    /// The time to wait for an index that is not yet up to date.
    pub patience: Duration,
}

/// The result of an installation.
pub enum Installed {
    /// pip installed this file. The second field is its difference from the release.
    File(InstalledFile, Option<String>),
    /// pip failed.
    Failed(Finished),
}

impl Installation<'_> {
    /// Installs requirements in an environment. Tries again after errors that may go away, within `patience`. pip's
    /// report is written to `folder`.
    pub fn install(
        &self,
        environment: &Environment,
        folder: &Path,
        requirements: &[&str],
    ) -> Result<Installed> {
        let report = folder.join("pip.json");
        let source = InstallSource::Index(self.simple);
        let command = pip::install(self.tools, environment, source, requirements)?
            .arg("--report")
            .arg(&report);
        let mut pauses = Pauses::new(self.patience);
        let finished = loop {
            let started = Instant::now();
            let finished = command.run()?;
            // An index may make pip wait as well.
            pauses.spend(started.elapsed());
            if finished.succeeded() || !pip::may_pass(&finished.output(), self.project) {
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
