//! Python environments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use wheel_audit::family::PythonVersion;

use crate::failure::Advise;
use crate::process::command::{Finished, Invocation};
use crate::tool::python::{Inside, Interpreter, PythonPlatform, isolated_by};
use crate::tool::uv;

/// A virtual environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    folder: PathBuf,
    /// The Python. None in the environment of a tool.
    version: Option<PythonVersion>,
    /// The interpreter's name, for messages and keys.
    name: String,
    /// The emulator with its options, if the environment's Python needs one.
    launcher: Vec<OsString>,
    /// True for a Python for Windows on another system.
    windows: bool,
    /// The container of the interpreter, if it is in one.
    inside: Option<Inside>,
}

impl Environment {
    /// Makes an empty environment without pip. pip installs into it with `--python`.
    pub fn create(interpreter: &Interpreter, folder: &Path) -> Result<Self> {
        // Only the embeddable Python under Wine. A Python on Windows has `venv`.
        if let Some(PythonPlatform::Windows(_)) = interpreter.platform
            && !interpreter.launcher.is_empty()
        {
            return Self::copy(interpreter, folder);
        }
        interpreter
            .command()
            .args(["-I", "-m", "venv", "--without-pip"])
            .arg(folder)
            .check()
            .with_context(|| format!("cannot make an environment of {}", interpreter.title()))?;
        Ok(Self {
            folder: folder.to_owned(),
            version: Some(interpreter.version),
            name: format!("{} {}", interpreter.release, interpreter.name()),
            launcher: interpreter.launcher.clone(),
            windows: false,
            inside: interpreter.inside.clone(),
        })
    }

    /// Copies the folder of an embeddable Python, which has no `venv`.
    fn copy(interpreter: &Interpreter, folder: &Path) -> Result<Self> {
        let of = interpreter.executable.parent().context("a program has a parent folder")?;
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        for file in fs::read_dir(of)? {
            let file = file?;
            fs::copy(file.path(), folder.join(file.file_name()))
                .with_context(|| format!("cannot copy `{}`", file.path().display()))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            version: Some(interpreter.version),
            name: format!("{} {}", interpreter.release, interpreter.name()),
            launcher: interpreter.launcher.clone(),
            windows: true,
            inside: None,
        })
    }

    /// Makes an environment with the packages of a lock.
    pub fn locked(interpreter: &Interpreter, folder: &Path, uv: &Path, lock: &str) -> Result<Self> {
        let environment = Self::create(interpreter, folder)?;
        let path = folder.join("packages.lock");
        fs::write(&path, lock)?;
        install_packages(&uv::install(uv, &environment.python(), &path))?;
        Ok(environment)
    }

    /// The environment in a folder of the tools.
    pub(super) fn of_tools(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            version: None,
            name: String::new(),
            launcher: Vec::new(),
            windows: false,
            inside: None,
        }
    }

    /// The environment's interpreter.
    pub fn python(&self) -> PathBuf {
        match self.windows {
            true => self.folder.join("python.exe"),
            false => self.program("python"),
        }
    }

    /// The name of the interpreter that the environment is of.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Python, unless the environment is that of a tool.
    pub fn version(&self) -> Option<PythonVersion> {
        self.version
    }

    /// The environment's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path of this machine, as the environment's interpreter knows it.
    pub fn seen(&self, path: &Path) -> PathBuf {
        if self.windows { windows_path(path) } else { path.to_owned() }
    }

    /// A command that runs the environment's interpreter.
    pub fn command(&self) -> Invocation {
        isolated_by(&self.launcher, &self.python())
    }

    /// A command that runs the environment's interpreter where it has a network.
    pub fn downloading(&self) -> Invocation {
        let downloader = self
            .inside
            .as_ref()
            .and_then(|inside| inside.downloader.as_ref().map(|name| inside.launcher(name)));
        isolated_by(downloader.as_ref().unwrap_or(&self.launcher), &self.python())
    }

    /// The container of the environment's interpreter.
    pub fn inside(&self) -> Option<&Inside> {
        self.inside.as_ref()
    }

    /// The command that printed the version of an installed distribution, or that failed.
    pub fn installed_version(&self, distribution: &str) -> Result<Finished> {
        self.command().args(["-I", "-c", INSTALLED_VERSION, distribution]).run()
    }

    /// Returns true if the environment's Python needs a launcher.
    pub fn is_emulated(&self) -> bool {
        !self.launcher.is_empty()
    }

    /// A program that is installed in the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of the environment's programs.
    pub fn programs(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    /// `PATH` with the environment's programs first.
    pub fn path(&self) -> Result<OsString> {
        let programs = self.programs();
        let rest = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs.clone()).chain(env::split_paths(&rest));
        env::join_paths(folders)
            .with_context(|| format!("`{}` cannot be part of `PATH`", programs.display()))
    }
}

/// A path of this machine, as Windows programs know it under Wine.
pub fn windows_path(path: &Path) -> PathBuf {
    format!("Z:{}", path.display().to_string().replace('/', "\\")).into()
}

/// The program that prints the version of a distribution.
const INSTALLED_VERSION: &str = include_str!("installed_version.py");

/// Runs a command that installs pinned packages.
pub(super) fn install_packages(command: &Invocation) -> Result<()> {
    let finished = command.run()?;
    let hint = if is_full(&finished.output()) { MAKE_ROOM } else { IS_THERE_A_NETWORK };
    finished.check().advise("cannot install the pinned packages", hint)?;
    Ok(())
}

const IS_THERE_A_NETWORK: &str = "the first run downloads them from pip's package index; \
    check the network and `PIP_INDEX_URL`";
pub(super) const MAKE_ROOM: &str =
    "make room on the disk, or set `WHEEL_PIPELINE_CACHE_DIR` to a folder on another one";

/// Returns true if the output has the system's words for a full disk, or its number for a used up share.
pub(super) fn is_full(output: &str) -> bool {
    const WORDS: [&str; 3] =
        ["No space left on device", "not enough space on the disk", "quota exceeded"];
    WORDS.iter().any(|words| output.contains(words))
}

#[cfg(test)]
pub(crate) mod tests {
    //! Environments that do not exist, for tests of command lines.

    use super::*;

    /// An environment in `folder`.
    pub fn environment(folder: &str) -> Environment {
        Environment {
            folder: folder.into(),
            version: None,
            name: String::new(),
            launcher: Vec::new(),
            windows: false,
            inside: None,
        }
    }

    /// A command line, followed by a line for each variable that it sets or removes. The text is the same on every
    /// system and for every user.
    pub fn printed(command: &Invocation) -> String {
        let mut text = command.to_string();
        for (key, value) in command.environment() {
            let value = value.as_ref().map(|value| value.to_string_lossy());
            text += &match (key.as_str(), value) {
                (key, None) => format!("\n- {key}"),
                ("PATH", Some(path)) => {
                    let first = env::split_paths(&*path).next().unwrap_or_default();
                    format!("\n+ PATH={}…", first.display())
                }
                ("CARGO_ENCODED_RUSTFLAGS", Some(flags)) => {
                    flags.split('\x1f').map(|flag| format!("\n+ rustc {flag}")).collect()
                }
                (key, Some(value)) => format!("\n+ {key}={value}"),
            };
        }
        let cargo = env::var_os("CARGO_HOME")
            .map_or_else(|| env::home_dir().unwrap_or_default().join(".cargo"), PathBuf::from);
        text.replace(&cargo.display().to_string(), "[cargo]")
            .replace('\\', "/")
            .replace("/Scripts", "/bin")
            .replace(".exe", "")
    }

    #[test]
    fn a_path_is_on_wines_drive_z() {
        assert_eq!(windows_path(Path::new("/dist/a b.whl")), Path::new("Z:\\dist\\a b.whl"));
    }
}
