//! The stages: verbs that put reading, judging and acting in order. They hold no format knowledge.

pub mod announce;
pub mod audit;
pub mod build;
pub mod explain;
pub mod gate;
pub mod licenses;
pub mod plan;
pub mod prepare;
pub mod publish;
pub mod pythons;
pub mod rehearse;
pub mod second_build;
pub mod serve;
pub mod smoke;
pub mod verify;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};

use crate::evidence::{self, BuildEvidence, BuiltFile};
use crate::failure::Failure;
use crate::project::Project;
use crate::project::{Revision, agreement};
use crate::report::{Mood, Report};
use crate::tool::python::environment::Tools;
use crate::tool::python::{Found, Interpreter};
use crate::tool::{git, python};
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;
use wheel_audit::wheel::Sha256Sum;

/// What every stage works on: one project at one revision, its plan, and what this machine offers.
pub struct Session {
    pub project: Project,
    pub revision: Option<Revision>,
    pub plan: Plan,
    pub report: Report,
    found: OnceLock<Found>,
    tools: OnceLock<Tools>,
    lock: OnceLock<File>,
}

impl Session {
    /// Reads the project in `root` and derives its plan.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when the project's files cannot be used, [`Code::Refused`] when they disagree.
    pub fn open(root: &Path, report: Report) -> Result<Self> {
        let project = Project::read(root)?;
        let revision = git::revision(&project.root)?;
        let tags = revision.as_ref().map(|revision| revision.tags.as_slice()).unwrap_or_default();
        let plan = agreement::plan(&project, tags).map_err(|disagreements| {
            Failure::refused(format!(
                "the project's files disagree:\n  {}",
                disagreements.join("\n  ")
            ))
        })?;
        Ok(Self {
            project,
            revision,
            plan,
            report,
            found: OnceLock::new(),
            tools: OnceLock::new(),
            lock: OnceLock::new(),
        })
    }

    /// Where a stage's evidence lies.
    pub fn evidence(&self, stage: &str) -> PathBuf {
        self.project.work().join(format!("{stage}.json"))
    }

    /// The targets of the plan that this machine builds for and runs.
    pub fn host_targets(&self) -> Vec<Target> {
        self.plan.targets().into_iter().filter(|target| target.is_host()).collect()
    }

    /// The part of the plan that this machine can prove: its own targets, and the wheels that one of
    /// its Pythons takes. All wheels of its targets, where it has none of the promised Pythons.
    ///
    /// # Errors
    ///
    /// When there is no Python, or no target of the plan is this machine's own.
    pub fn provable(&self) -> Result<Plan> {
        let targets = self.host_targets();
        if targets.is_empty() {
            return Err(Failure::unknown("no target of the plan is this machine's own").into());
        }
        let part = self.plan.only(&targets);
        let pythons: Vec<_> = self.found()?.own().map(|interpreter| interpreter.version).collect();
        let serving = part.serving(&pythons);
        Ok(if serving.wheels.is_empty() { part } else { serving })
    }

    /// The Pythons of this machine.
    ///
    /// # Errors
    ///
    /// When there is none that the tools run on.
    pub fn found(&self) -> Result<&Found> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found = python::find()?;
        if found.interpreters.is_empty() {
            let seen = match found.passed_over.len() {
                0 => String::new(),
                _ => format!("\n  passed over: {}", found.passed_over.join("\n  passed over: ")),
            };
            return Err(Failure::unknown(format!(
                "no CPython {} or later on this machine{seen}",
                python::OLDEST
            ))
            .hint(
                "install one (`apt install python3 python3-venv`, pyenv, `uv python install`) \
and have it on `PATH`",
            )
            .into());
        }
        Ok(self.found.get_or_init(|| found))
    }

    /// The pinned tools, installed when they are first asked for.
    ///
    /// # Errors
    ///
    /// When there is no Python, or the tools cannot be installed.
    pub fn tools(&self) -> Result<&Tools> {
        if let Some(tools) = self.tools.get() {
            return Ok(tools);
        }
        self.exclusive()?;
        let interpreter = self.tool_python()?;
        let action = self.report.start("installing the pinned tools");
        let tools = Tools::install(interpreter, &self.project.work().join("tools"))?;
        if action.elapsed().as_secs() > 0 {
            action.done(
                Mood::Good,
                "installed",
                &format!("the pinned tools, on Python {}", interpreter.release),
            );
        }
        Ok(self.tools.get_or_init(|| tools))
    }

    /// The Python that the tools run on: the newest that the project promises, as the newest of all
    /// may be too new for their wheels.
    ///
    /// # Errors
    ///
    /// When there is no Python here.
    pub fn tool_python(&self) -> Result<&Interpreter> {
        let found = self.found()?;
        let promised =
            |interpreter: &&Interpreter| self.project.table.pythons.contains(&interpreter.version);
        // The tools' own wheels are for Pythons that keep the GIL, and for this machine.
        let locked = || found.own().filter(|found| !found.version.is_free_threaded());
        locked().rfind(promised).or(locked().next_back()).context(
            "the pinned tools need a CPython of this machine's own kind that keeps the GIL, and none was found",
        )
    }

    /// Keeps every other run off this project's `dist/` and `target/pipeline/` until this one ends.
    ///
    /// # Errors
    ///
    /// When another run is at work.
    pub fn exclusive(&self) -> Result<()> {
        if self.lock.get().is_some() {
            return Ok(());
        }
        let work = self.project.work();
        fs::create_dir_all(&work).with_context(|| format!("cannot make `{}`", work.display()))?;
        let path = work.join("lock");
        let file =
            File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::unknown(format!(
                    "another run of the pipeline is at work in `{}`",
                    self.project.root.display()
                ))
                .hint("wait until it ends")
                .into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock `{}`", path.display()));
            }
        }
        self.lock.get_or_init(|| file);
        Ok(())
    }

    /// Lets other runs work on this project again.
    ///
    /// # Errors
    ///
    /// When the operating system does not give the lock back.
    pub fn release(&self) -> Result<()> {
        match self.lock.get() {
            Some(file) => file.unlock().context("cannot give back the lock"),
            None => Ok(()),
        }
    }

    /// The time that built files carry.
    ///
    /// # Errors
    ///
    /// When the source is not a git checkout and `SOURCE_DATE_EPOCH` does not say.
    pub fn epoch(&self) -> Result<u64> {
        if let Some(revision) = &self.revision {
            return Ok(revision.epoch);
        }
        let text = std::env::var("SOURCE_DATE_EPOCH").map_err(|_| {
            Failure::usage(
                "the project is no git checkout with a commit, so built files have no time",
            )
            .hint("commit, or set `SOURCE_DATE_EPOCH` to seconds since 1970")
        })?;
        Ok(text.parse().map_err(|_| {
            Failure::usage(format!("`SOURCE_DATE_EPOCH` is `{text}`, not a number of seconds"))
        })?)
    }
}

/// The files of a plan in the order of upload, each held to the hash that `build` recorded.
///
/// # Errors
///
/// [`Code::Unknown`] when a file cannot be read, [`Code::Refused`] when `build` did not make it as it is.
pub fn held(session: &Session, plan: &Plan) -> Result<Vec<(PathBuf, BuiltFile)>> {
    let built: BuildEvidence = evidence::read(&session.evidence("build"))?.unwrap_or_default();
    plan.files()
        .map(|file| {
            let path = session.project.dist().join(file);
            let bytes = fs::read(&path).map_err(|error| {
                Failure::unknown(format!("`dist/{file}`: {error}"))
                    .hint("run `cargo pipeline build` first")
            })?;
            let record = built.file(file).cloned();
            let record = record
                .filter(|record| record.sha256 == Sha256Sum::of(&bytes))
                .ok_or_else(|| {
                    Failure::refused(format!("`dist/{file}` is not the file that `build` recorded"))
                        .hint("run `cargo pipeline build` again")
                })?;
            Ok((path, record))
        })
        .collect()
}
