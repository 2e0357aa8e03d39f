//! Python environments: the pipeline's own tools, installed once, and fresh ones to install wheels in.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::command::Invocation;
use super::lock::{Lock, TOOLS};
use super::python::{Interpreter, isolated};
use super::uv;

/// A virtual environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    folder: PathBuf,
}

/// The environment of the tools that `data/tools.lock` pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools(Environment);

impl Environment {
    /// Makes an empty environment, without pip in it: pip works on it from outside.
    ///
    /// # Errors
    ///
    /// When Python's `venv` fails.
    pub fn create(interpreter: &Interpreter, folder: &Path) -> Result<Self> {
        isolated(&interpreter.executable)
            .args(["-I", "-m", "venv", "--without-pip"])
            .arg(folder)
            .check()
            .with_context(|| {
                format!("cannot make an environment of Python {}", interpreter.release)
            })?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The environment that holds what a lock pins, filled once and used again while lock and
    /// interpreter stay the same. `fill` installs into the new environment.
    fn kept(
        interpreter: &Interpreter,
        folder: &Path,
        lock: Lock,
        fill: impl FnOnce(&Self, &Path) -> Result<()>,
    ) -> Result<Self> {
        let name = format!("{}-{}", interpreter.release, lock.key());
        let environment = Self { folder: folder.join(name) };
        let contents = environment.folder.join("installed.txt");
        let identity = interpreter.executable.to_string_lossy();
        // Written last, so that a half-filled environment is never taken for a whole one.
        if fs::read_to_string(&contents).is_ok_and(|installed| installed == identity) {
            return Ok(environment);
        }
        if environment.folder.exists() {
            fs::remove_dir_all(&environment.folder)
                .with_context(|| format!("cannot clear `{}`", environment.folder.display()))?;
        }
        fs::create_dir_all(folder)?;
        let requirements = folder.join(format!("{}.txt", lock.key()));
        fs::write(&requirements, lock.text)?;
        fill(&environment, &requirements)?;
        fs::write(&contents, identity.as_bytes())?;
        Ok(environment)
    }

    /// The environment with what a lock pins, filled by uv.
    ///
    /// # Errors
    ///
    /// When the environment cannot be made, or a package cannot be had.
    pub fn locked(
        tools: &Tools,
        interpreter: &Interpreter,
        folder: &Path,
        lock: Lock,
    ) -> Result<Self> {
        Self::kept(interpreter, folder, lock, |environment, requirements| {
            Self::create(interpreter, &environment.folder)?;
            uv::install(&tools.program("uv"), &environment.python(), requirements)
                .check()
                .context(NO_PACKAGES)?;
            Ok(())
        })
    }

    /// The environment's interpreter.
    pub fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program that is installed in the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of the environment's programs.
    pub fn programs(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }
}

const NO_PACKAGES: &str = "cannot install the pinned packages\n\
    hint: the first run downloads them from the package index that pip is set up for; \
    is there a network, and is `PIP_INDEX_URL` right?";

impl Tools {
    /// The tools under `folder`, installed if they are not there yet. pip brings uv, uv the rest.
    ///
    /// # Errors
    ///
    /// When the environment cannot be made, or a package cannot be had.
    pub fn install(interpreter: &Interpreter, folder: &Path) -> Result<Self> {
        let fill = |environment: &Environment, requirements: &Path| {
            isolated(&interpreter.executable)
                .args(["-I", "-m", "venv"])
                .arg(&environment.folder)
                .check()
                .context("cannot make the environment of the tools\nhint: on Debian, `apt install python3-venv`")?;
            let first = folder.join("uv.txt");
            fs::write(&first, TOOLS.requirement("uv")?)?;
            isolated(&environment.python())
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--require-hashes",
                    "--no-deps",
                    "--disable-pip-version-check",
                ])
                .args(["--only-binary", ":all:", "--requirement"])
                .arg(&first)
                .check()
                .context(NO_PACKAGES)?;
            let uv = environment.program("uv");
            uv::install(&uv, &environment.python(), requirements).check().context(NO_PACKAGES)?;
            Ok(())
        };
        Environment::kept(interpreter, folder, TOOLS, fill).map(Self)
    }

    /// A tool's program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.program(name)
    }

    /// The interpreter that the tools run on.
    pub fn python(&self) -> Invocation {
        isolated(&self.0.python())
    }

    /// `PATH` with the tools in front.
    ///
    /// # Errors
    ///
    /// When the path of the environment cannot stand in `PATH`.
    pub fn path(&self) -> Result<OsString> {
        let rest = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.0.programs()).chain(env::split_paths(&rest));
        env::join_paths(folders)
            .with_context(|| format!("`{}` cannot stand in `PATH`", self.0.programs().display()))
    }
}
