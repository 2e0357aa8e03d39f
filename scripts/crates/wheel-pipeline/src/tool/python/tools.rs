//! The pinned tools. They lie in the user's cache, in groups: an environment for each, installed when a stage first
//! needs a tool of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Result;

use crate::cache;
use crate::process::command::Invocation;
use crate::tool::python::environment::{Environment, install_packages};
use crate::tool::python::installation::Installation;
use crate::tool::python::lock::{Lock, OLDER_PIP, TOOLS};
use crate::tool::python::{Interpreter, isolated};
use crate::tool::uv;

/// A tool that stages run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Pip,
    /// The pip for CPython 3.8 and 3.9.
    OlderPip,
    Uv,
    Maturin,
    Cffi,
    Zig,
    Twine,
    Devpi,
}

impl Tool {
    /// The name of the tool's package.
    pub fn package(self) -> &'static str {
        match self {
            Self::Pip | Self::OlderPip => "pip",
            Self::Uv => "uv",
            Self::Maturin => "maturin",
            Self::Cffi => "cffi",
            Self::Zig => "ziglang",
            Self::Twine => "twine",
            Self::Devpi => "devpi-server",
        }
    }

    /// The packages that are installed with the tool, into one environment. The lock pins them and what they need.
    fn group(self) -> &'static [&'static str] {
        match self {
            // pip builds pure Python packages with the backend that lies beside it.
            Self::Pip | Self::Uv => &["pip", "uv", "flit-core"],
            Self::OlderPip => &["pip"],
            Self::Maturin => &["maturin"],
            Self::Cffi => &["cffi"],
            Self::Zig => &["ziglang"],
            Self::Twine => &["twine"],
            Self::Devpi => &["devpi-server"],
        }
    }

    /// The lock that pins the group.
    fn lock(self) -> Lock<'static> {
        if self == Self::OlderPip { OLDER_PIP } else { TOOLS }
    }
}

/// Runs an installation, and tells the user of it. It gets the name of what is installed.
pub type Watch<'a> =
    Box<dyn Fn(&str, &dyn Fn() -> Result<Environment>) -> Result<Environment> + Send + Sync + 'a>;

/// The tools of this machine.
pub struct Tools<'a> {
    interpreter: Interpreter,
    /// The folder with an environment for each group.
    folder: PathBuf,
    watch: Watch<'a>,
    /// The groups that are known to be installed. It is locked while one is installed.
    installed: Mutex<BTreeMap<&'static [&'static str], Environment>>,
    /// The folders of packages that were asked for.
    packages: Mutex<BTreeMap<Tool, PathBuf>>,
}

impl<'a> Tools<'a> {
    /// The tools on an interpreter, in the user's cache. Nothing is installed yet.
    pub fn new(interpreter: Interpreter, watch: Watch<'a>) -> Result<Self> {
        let folder = cache::folder()?.join("tools");
        let wrong = |error| cache::not_usable(&folder, &error);
        fs::create_dir_all(&folder).map_err(wrong)?;
        // A link to the cache leads to the same tools. On Windows, not every program reads such a path.
        let folder = if cfg!(windows) { folder } else { folder.canonicalize().map_err(wrong)? };
        Ok(Self {
            interpreter,
            folder,
            watch,
            installed: Mutex::default(),
            packages: Mutex::default(),
        })
    }

    /// The folder of the installed tools.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Installs a tool, unless it is there.
    pub fn ready(&self, tool: Tool) -> Result<()> {
        self.environment(tool).map(drop)
    }

    /// The path of a tool's program.
    pub fn program(&self, tool: Tool) -> Result<PathBuf> {
        Ok(self.environment(tool)?.program(tool.package()))
    }

    /// The Python that can import a tool.
    pub fn interpreter(&self, tool: Tool) -> Result<PathBuf> {
        Ok(self.environment(tool)?.python())
    }

    /// A command that runs the Python of a tool.
    ///
    /// It may write bytecode even where the user's Pythons may not, since the environment belongs to the
    /// pipeline. twine takes four times as long to start without bytecode.
    pub fn python(&self, tool: Tool) -> Result<Invocation> {
        Ok(isolated(&self.interpreter(tool)?).without("PYTHONDONTWRITEBYTECODE"))
    }

    /// The folder of a tool's package. Any Python can run that of pip.
    pub fn package_folder(&self, tool: Tool) -> Result<PathBuf> {
        let mut known = self.packages.lock().expect("no holder panics");
        if let Some(folder) = known.get(&tool) {
            return Ok(folder.clone());
        }
        let question = ["-I", "-c", PACKAGE_FOLDER, tool.package()];
        let answer = self.python(tool)?.args(question).check()?;
        let folder = PathBuf::from(answer.stdout.trim());
        known.insert(tool, folder.clone());
        Ok(folder)
    }

    /// `PATH` with a tool's programs first.
    pub fn path(&self, tool: Tool) -> Result<OsString> {
        self.environment(tool)?.path()
    }

    /// Unpacks the packages of a lock into a plain folder.
    pub fn unpack(&self, lock: &Path, folder: &Path) -> Result<()> {
        let (uv, python) = (self.program(Tool::Uv)?, self.interpreter(Tool::Uv)?);
        install_packages(&uv::unpack(&uv, &python, lock, folder))
    }

    /// The environment of a tool's group, installed at the first call.
    fn environment(&self, tool: Tool) -> Result<Environment> {
        // uv installs the other groups.
        let uv = match tool {
            Tool::Pip | Tool::Uv => None,
            _ => Some(self.program(Tool::Uv)?),
        };
        let mut installed = self.installed.lock().expect("no holder panics");
        let group = tool.group();
        if let Some(environment) = installed.get(group) {
            return Ok(environment.clone());
        }
        let installation = Installation {
            packages: group,
            lock: tool.lock(),
            interpreter: &self.interpreter,
            folder: &self.folder,
            uv: uv.as_deref(),
        };
        let environment = installation.get(|install| (self.watch)(&group.join(", "), install))?;
        installed.insert(group, environment.clone());
        Ok(environment)
    }
}

/// The program that prints the folder of a package.
const PACKAGE_FOLDER: &str = include_str!("package_folder.py");

#[cfg(test)]
pub(crate) mod tests {
    //! Tools that do not exist, for tests of command lines.

    use super::*;
    use crate::tool::python::environment::tests::environment;
    use wheel_audit::family::PythonVersion;

    /// Tools in `/tools`, all in one environment.
    pub fn tools() -> Tools<'static> {
        let all = [Tool::Pip, Tool::Maturin, Tool::Cffi, Tool::Zig, Tool::Twine, Tool::Devpi];
        let installed = all.map(|tool| (tool.group(), environment("/tools")));
        Tools {
            interpreter: interpreter(),
            folder: "/nowhere".into(),
            watch: Box::new(|_, install| install()),
            installed: Mutex::new(installed.into()),
            packages: Mutex::new(
                [(Tool::Pip, "/tools/pip".into()), (Tool::OlderPip, "/tools/older".into())].into(),
            ),
        }
    }

    /// An interpreter that does not exist.
    pub fn interpreter() -> Interpreter {
        Interpreter {
            glibc: None,
            macos: None,
            executable: "/usr/bin/python3".into(),
            version: PythonVersion::new(3, 13),
            release: "3.13.0".into(),
            launcher: Vec::new(),
            platform: None,
            inside: None,
        }
    }

    #[test]
    fn the_packages_of_the_tools_are_pinned() {
        let others = [
            Tool::OlderPip,
            Tool::Uv,
            Tool::Maturin,
            Tool::Cffi,
            Tool::Zig,
            Tool::Twine,
            Tool::Devpi,
        ];
        for tool in [Tool::Pip].into_iter().chain(others) {
            assert!(tool.group().contains(&tool.package()), "{tool:?}");
            for package in tool.group() {
                assert_ne!(tool.lock().version(package).expect(package), "");
            }
        }
    }
}
