//! A scratch project: its files, and its rehearsal.

use std::fs;

use serde_json::Value;
use wheel_fixtures::project::{ProgramRun, SampleProject};
use wheel_fixtures::{extension, limited, stub};

use crate::PROGRAM;

/// A project in a folder of a repository, with the stubs of pyo3 and pyo3-ffi in `stubs` at the top.
pub struct Scratch {
    pub project: SampleProject,
    /// Variables of its runs.
    variables: Vec<(String, String)>,
}

/// The parts of a `pyproject.toml`.
pub struct Tables<'a> {
    /// Lines of `[project]` behind the name.
    pub project: &'a str,
    /// Lines of `[tool.maturin]`.
    pub maturin: &'a str,
    /// More lines of `[tool.wheel-pipeline]`.
    pub promise: &'a str,
}

impl Default for Tables<'_> {
    fn default() -> Self {
        Self { project: "dynamic = [\"version\"]", maturin: "", promise: "" }
    }
}

impl Tables<'_> {
    /// The file, for a project whose module is called `own`.
    pub fn text(&self) -> String {
        let Self { project, maturin, promise } = self;
        format!(
            "[build-system]\nrequires = [\"maturin>=1.16,<2\"]\nbuild-backend = \"maturin\"\n\n\
             [project]\nname = \"own\"\nrequires-python = \">=3.10\"\n{project}\n\n[tool.maturin]\n{maturin}\n\n\
             [tool.wheel-pipeline]\ntargets = [\"{TARGET}\"]\nsmoke = \"smoke.py\"\n{promise}\n"
        )
    }
}

/// The pythons of most promises. CI has both.
pub const PYTHONS: &str = "pythons = [\"3.11\"]";

const TARGET: &str =
    if cfg!(target_arch = "x86_64") { "manylinux_2_17_x86_64" } else { "manylinux_2_17_aarch64" };

impl Scratch {
    /// The project in `folder` of its repository, with these files, whose paths are relative to the repository.
    pub fn new(folder: &str, files: &[(&str, &str)]) -> Self {
        let project = SampleProject::empty(PROGRAM, folder);
        let scratch = Self { project, variables: Vec::new() };
        for name in ["pyo3", "pyo3-ffi"] {
            stub::write(&scratch.project.repository().join("stubs").join(name), name);
        }
        for (path, text) in files {
            scratch.write(path, text);
        }
        scratch.project.write("smoke.py", "import own\nassert own.answer == 42\n");
        scratch
    }

    /// Sets a variable of the runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a stage to its end.
    pub fn run(&self, arguments: &[&str]) -> ProgramRun {
        let mut command = self.project.command(arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        self.project.finish(limited::output(&mut command))
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.project.repository().join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Commits everything, rehearses the release, and returns the names of the files that were published.
    pub fn rehearsed(&self) -> Vec<String> {
        // As in most repositories.
        self.write(".gitignore", "target/\n");
        self.commit();
        let rehearsal = self.rehearse();
        let receipt = rehearsal["receipt"]["files"].as_array().expect("a list");
        let name = |file: &Value| file["file"].as_str().expect("a name").to_owned();
        receipt.iter().map(name).collect()
    }

    /// Commits everything. cargo writes the lock file at the first plan.
    pub fn commit(&self) {
        let plan = self.project.run(&["plan"]);
        assert_eq!(plan.code, 0, "{}", plan.stderr);
        self.project.commit();
    }

    /// Rehearses the release of what is committed. Every promised environment must pass.
    pub fn rehearse(&self) -> Value {
        self.project.link_tools();
        let run = self.run(&["rehearse", "--complete", "--format", "json"]);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert_eq!(self.project.git(&["status", "--porcelain"]), "", "git sees nothing of the run");
        serde_json::from_str(&run.stdout).expect("JSON")
    }
}

/// A `Cargo.toml` of the crate `own`, with more tables behind `[lib]`.
pub fn manifest(tables: &str) -> String {
    format!(
        "[package]\nname = \"own\"\nversion = \"1.2.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n{tables}\n"
    )
}

/// The source of the module `own`.
pub fn library() -> String {
    extension::source("own")
}

/// The names of a release, without the platform tags.
pub fn without_platform(files: &[String]) -> Vec<String> {
    let cut = |file: &String| file.split("-manylinux").next().unwrap_or_default().to_owned();
    files.iter().map(cut).collect()
}
