//! Python environments: the environment of the pipeline's tools, and new ones for wheels.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::failure::Advise;
use crate::failure::Failure;
use crate::folder;
use crate::process::command::{Finished, Invocation};
use crate::process::environment::Grant;
use crate::tool::python::lock::TOOLS;
use crate::tool::python::{Interpreter, PythonPlatform, isolated, isolated_by};
use crate::tool::uv;

/// A virtual environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    folder: PathBuf,
    /// The emulator with its options, if the environment's Python needs one.
    launcher: Vec<OsString>,
    /// True for a Python for Windows on another system.
    windows: bool,
}

/// The environment of the tools that `tools.lock` pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools(Environment);

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
            .with_context(|| {
                format!("cannot make an environment of Python {}", interpreter.release)
            })?;
        Ok(Self {
            folder: folder.to_owned(),
            launcher: interpreter.launcher.clone(),
            windows: false,
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
            launcher: interpreter.launcher.clone(),
            windows: true,
        })
    }

    /// Makes an environment with the packages of a lock.
    pub fn locked(
        interpreter: &Interpreter,
        folder: &Path,
        tools: &Tools,
        lock: &str,
    ) -> Result<Self> {
        let environment = Self::create(interpreter, folder)?;
        environment.fill(tools, lock)?;
        Ok(environment)
    }

    fn fill(&self, tools: &Tools, lock: &str) -> Result<()> {
        let path = self.folder.join("packages.lock");
        fs::write(&path, lock)?;
        uv::install(&tools.program("uv"), &self.python(), &path)
            .check()
            .advise(NO_PACKAGES, IS_THERE_A_NETWORK)?;
        Ok(())
    }

    /// The environment's interpreter.
    pub fn python(&self) -> PathBuf {
        match self.windows {
            true => self.folder.join("python.exe"),
            false => self.program("python"),
        }
    }

    /// A path of this machine, as the environment's interpreter knows it.
    pub fn seen(&self, path: &Path) -> PathBuf {
        if self.windows { windows_path(path) } else { path.to_owned() }
    }

    /// A command that runs the environment's interpreter.
    pub fn command(&self) -> Invocation {
        isolated_by(&self.launcher, &self.python())
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
}

/// A path of this machine, as Windows programs know it under Wine.
pub fn windows_path(path: &Path) -> PathBuf {
    format!("Z:{}", path.display().to_string().replace('/', "\\")).into()
}

/// The program that prints the folder of a package.
const PACKAGE_FOLDER: &str = include_str!("package_folder.py");
/// The program that prints the version of a distribution.
const INSTALLED_VERSION: &str = include_str!("installed_version.py");

const NO_PACKAGES: &str = "cannot install the pinned packages";
const IS_THERE_A_NETWORK: &str = "the first run downloads them from pip's package index; \
    check the network and `PIP_INDEX_URL`";

impl Tools {
    /// The tools under `folder`, installed if they are missing. pip installs uv, and uv installs the rest.
    pub fn install(interpreter: &Interpreter, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        let name = format!("{}-{}", interpreter.release, TOOLS.key());
        let place = folder.canonicalize()?.join(&name);
        let folder = folder.join(name);
        let environment =
            Environment { folder: folder.clone(), launcher: Vec::new(), windows: false };
        // Written last, so that an incomplete environment is never used. The programs contain their path, so
        // a moved environment is installed again.
        let mark = folder.join("installed.txt");
        let identity = format!("{}\n{}\n", interpreter.executable.display(), place.display());
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == identity) {
            return Ok(Self(environment));
        }
        folder::clear(&folder)?;
        let made =
            isolated(&interpreter.executable).args(["-I", "-m", "venv"]).arg(&folder).run()?;
        if !made.succeeded() {
            return Err(not_made(&interpreter.executable, &made).into());
        }
        let first = folder.join("uv.lock");
        fs::write(&first, TOOLS.requirement("uv")?)?;
        isolated(&environment.python())
            .grant(Grant::Pip)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
            ])
            .args(["--no-deps", "--only-binary", ":all:", "--requirement"])
            .arg(&first)
            .check()
            .advise(NO_PACKAGES, IS_THERE_A_NETWORK)?;
        let tools = Self(environment);
        tools.0.fill(&tools, TOOLS.text)?;
        fs::write(&mark, identity)?;
        Ok(tools)
    }

    /// The path of a tool's program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.program(name)
    }

    /// The folder of the package pip, which any Python can run.
    pub fn pip(&self) -> Result<PathBuf> {
        self.package_folder("pip")
    }

    /// The folder of an installed package.
    pub fn package_folder(&self, package: &str) -> Result<PathBuf> {
        let answer = self.python().args(["-I", "-c", PACKAGE_FOLDER, package]).check()?;
        Ok(answer.stdout.trim().into())
    }

    /// Unpacks the packages of a lock into a plain folder.
    pub fn unpack(&self, lock: &Path, folder: &Path) -> Result<()> {
        let command = uv::unpack(&self.program("uv"), &self.0.python(), lock, folder);
        command.check().advise(NO_PACKAGES, IS_THERE_A_NETWORK)?;
        Ok(())
    }

    /// A command that runs the tools' interpreter.
    ///
    /// It may write bytecode even where the user's Pythons may not, since the environment belongs to the
    /// pipeline. twine takes four times as long to start without bytecode.
    pub fn python(&self) -> Invocation {
        isolated(&self.0.python()).without("PYTHONDONTWRITEBYTECODE")
    }

    /// `PATH` with the tools first.
    pub fn path(&self) -> Result<OsString> {
        let rest = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.0.programs()).chain(env::split_paths(&rest));
        env::join_paths(folders)
            .with_context(|| format!("`{}` cannot be part of `PATH`", self.0.programs().display()))
    }
}

/// The failure of Python's `venv`.
fn not_made(python: &Path, made: &Finished) -> Failure {
    let failure = Failure::unknown(format!(
        "cannot make the environment of the tools with `{}`\n{}",
        python.display(),
        made.tail()
    ));
    // Debian has it in a package of its own, and Python says so.
    if made.output().contains("ensurepip") {
        failure.hint("install this Python's `ensurepip`; on Debian, `apt install python3-venv`")
    } else {
        failure
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! Tools and environments that do not exist, for tests of command lines.

    use super::*;

    /// Tools in `/tools`.
    pub fn tools() -> Tools {
        Tools(environment("/tools"))
    }

    /// An environment in `folder`.
    pub fn environment(folder: &str) -> Environment {
        Environment { folder: folder.into(), launcher: Vec::new(), windows: false }
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

    #[cfg(unix)]
    #[test]
    fn only_a_missing_ensurepip_gets_the_hint_about_it() {
        let failure = |says: &str| {
            let made = Invocation::new("sh").args(["-c", &format!("echo '{says}'; exit 1")]).run();
            not_made(Path::new("/usr/bin/python3"), &made.expect("it ran"))
        };
        let missing = failure("it was not created because ensurepip is not available");
        assert_eq!(missing.hints.len(), 1);
        assert!(missing.hints[0].contains("python3-venv"), "{missing:?}");
        let other = failure("No space left on device");
        assert_eq!(other.hints, [""; 0]);
        assert!(
            other.message.ends_with("with `/usr/bin/python3`\nNo space left on device"),
            "{other:?}"
        );
    }
}
