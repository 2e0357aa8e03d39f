//! A small maturin project, made in code, that is not the project of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use wheel_pipeline::{cache, program};

use crate::{extension, limited, stub};

/// The project's folder, which goes with it, and the program that works on it.
pub struct SampleProject {
    /// The repository's folder.
    folder: TempDir,
    /// The project's folder, which may be one below.
    root: PathBuf,
    program: PathBuf,
    /// The cache of its runs. At first it is empty: no test sees what else the user has in the own one.
    cache: TempDir,
}

/// The exit code and output of a finished run.
#[derive(Debug)]
pub struct ProgramRun {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

const PYPROJECT: &str = r#"
[build-system]
requires = ["maturin>=1.16,<2"]
build-backend = "maturin"

[project]
name = "Half.Of"
description = "Halves even numbers"
requires-python = ">=3.10"
dynamic = ["version"]

[tool.wheel-pipeline]
targets = ["manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"]
pythons = ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]
smoke = "smoke.py"
"#;

const MANIFEST: &str = r#"
[package]
name = "half-of"
version = "2.0.0-rc.1"
edition = "2024"

[lib]
name = "half_of"
crate-type = ["cdylib"]

[dependencies]
"#;

const SMOKE: &str = "import sys, half_of\nsys.exit(half_of.answer != 42)\n";

impl SampleProject {
    /// The project. It compiles in a second, because its pyo3 is a crate without code.
    pub fn new(program: &str) -> Self {
        Self::below(program, "")
    }

    /// The project in a folder of its repository.
    pub fn below(program: &str, path: &str) -> Self {
        let project = Self::empty(program, path);
        project.write_sources();
        project
    }

    /// A project in a folder of its repository, without any file.
    pub fn empty(program: &str, path: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = match path {
            "" => folder.path().to_owned(),
            path => folder.path().join(path),
        };
        let cache = tempfile::tempdir().expect("a folder");
        #[cfg(unix)]
        {
            // Otherwise cargo would ask rustc the same questions in each test.
            let answers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/rustc-answers");
            fs::create_dir_all(&answers).expect("a folder");
            let link = cache.path().join("cargo");
            std::os::unix::fs::symlink(answers, link).expect("a link");
        }
        Self { folder, root, program: program.into(), cache }
    }

    fn write_sources(&self) {
        self.write("pyproject.toml", PYPROJECT.trim_start());
        self.write("Cargo.toml", &format!("{}{}\n", MANIFEST.trim_start(), stub::DEPENDENCY));
        stub::write(&self.root().join("pyo3"), "pyo3");
        self.write("Cargo.lock", &stub::lock("half-of", "2.0.0-rc.1"));
        self.write("src/lib.rs", &extension::source("half_of"));
        self.write("smoke.py", SMOKE);
    }

    /// The project with the tools of the user's cache, so that a build does not install them again.
    #[cfg(unix)]
    pub fn with_tools(program: &str) -> Self {
        let project = Self::new(program);
        project.link_tools();
        // cargo reads no `.gitignore` of a crate that is not in git.
        project.git(&["init", "--quiet"]);
        project.git(&["add", "Cargo.toml"]);
        project
    }

    /// Runs git in the repository, and gives its output. The user's settings for names and signatures do not matter.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.repository());
        let output = limited::output(&mut command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Makes a git repository with one commit, of the project and all beside it.
    pub fn commit(&self) {
        self.git(&["init", "--quiet"]);
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    /// Gives the project the tools of the user's cache.
    #[cfg(unix)]
    pub fn link_tools(&self) {
        let link = self.cache.path().join("tools");
        std::os::unix::fs::symlink(tools(&self.root), link).expect("a link");
    }

    /// Writes scripts that stand for programs, and gives the `PATH` on which they come first.
    #[cfg(unix)]
    pub fn programs(&self, scripts: &[(&str, &str)]) -> std::ffi::OsString {
        use std::os::unix::fs::PermissionsExt;
        for (name, script) in scripts {
            let path = format!("programs/{name}");
            self.write(&path, &format!("#!/bin/sh\n{script}\n"));
            let path = self.root().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            std::iter::once(self.root().join("programs")).chain(std::env::split_paths(&path));
        std::env::join_paths(folders).expect("they can stand there")
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn repository(&self) -> &Path {
        self.folder.path()
    }

    /// The folder in the place of the user's cache.
    pub fn cache(&self) -> &Path {
        self.cache.path()
    }

    pub fn work(&self) -> PathBuf {
        self.root().join("target/pipeline")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Replaces part of a file, which must be there.
    pub fn change(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(path)).expect("a file");
        assert!(text.contains(from), "`{path}` has `{from}`");
        self.write(path, &text.replace(from, to));
    }

    /// The names of the files in `dist/` that would be uploaded.
    pub fn dist(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root().join("dist")) else {
            return Vec::new();
        };
        let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("UTF-8");
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    /// The command of a stage on this project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.started();
        command.arg("--project").arg(self.root()).args(arguments);
        command
    }

    /// The command of a stage that works in a folder without a project.
    pub fn command_in(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.started();
        command.current_dir(folder).args(arguments);
        command
    }

    fn started(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env("SOURCE_DATE_EPOCH", "1700000000")
            // cargo finds them even with another `PATH`.
            .env("CARGO", env!("CARGO"))
            .env("RUSTC", Path::new(env!("CARGO")).with_file_name("rustc"))
            .env("NO_COLOR", "1")
            .env(cache::VARIABLE, self.cache.path())
            // cargo sets it for tests as well.
            .env_remove(program::VARIABLE)
            .stdin(Stdio::null());
        command
    }

    /// Runs a stage to its end.
    pub fn run(&self, arguments: &[&str]) -> ProgramRun {
        self.finish(limited::output(&mut self.command(arguments)))
    }

    /// The exit code and output of a run, without the project's path.
    pub fn finish(&self, output: Output) -> ProgramRun {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            let text = text.replace(&self.root().display().to_string(), "[ROOT]");
            let text = text.replace(&self.repository().display().to_string(), "[REPOSITORY]");
            if cfg!(windows) { text.replace('\\', "/").replace("\r\n", "\n") } else { text }
        };
        ProgramRun {
            code: output.status.code().expect("it ended by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The folder of the tools in the user's cache, with all of them installed for this project's Python.
#[cfg(unix)]
fn tools(root: &Path) -> PathBuf {
    use std::sync::OnceLock;

    use wheel_pipeline::project::Project;
    use wheel_pipeline::report::{Format, Report};
    use wheel_pipeline::stage::Machine;
    use wheel_pipeline::tool::python::tools::Tool;

    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    let install = || {
        let report = Report::new(Format::Human);
        let project = Project::read(root, None).expect("a project");
        let machine = Machine::new(&project, &report);
        let tools = machine.tools().expect("there is a Python");
        for tool in [Tool::Pip, Tool::Maturin, Tool::Zig, Tool::Twine, Tool::Devpi] {
            tools.ready(tool).expect("it can be installed");
        }
        tools.folder().to_owned()
    };
    TOOLS.get_or_init(install).clone()
}
