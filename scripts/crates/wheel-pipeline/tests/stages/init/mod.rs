//! `init` on projects of others: what it reads, what it proposes, and what it never overwrites.

mod cibuildwheel;
mod files;
mod maturin;
mod workflow;

use std::fs;

use wheel_fixtures::project::{ProgramRun, SampleProject};

use crate::PROGRAM;

/// A project of another maintainer, without the table.
pub const PYPROJECT: &str = r#"# Mine.
[build-system]
requires = ["maturin>=1,<2"]
build-backend = "maturin"

[project]
name    = "quick"   # aligned
requires-python = ">=3.11"
dynamic = ["version"]
"#;

const MANIFEST: &str = "[package]\nname = \"quick\"\n\n[dependencies]\npyo3 = \"0.30\"\n";

/// A crate that asks for the stable ABI.
pub const STABLE: &str = "[package]\nname = \"quick\"\n\n[dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3\"] }\n";

/// The project with a workflow, whose jobs are these.
pub fn with_jobs(jobs: &str) -> SampleProject {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    project.write("Cargo.toml", MANIFEST);
    project.write(".github/workflows/ci.yml", &format!("on: push\njobs:\n{jobs}"));
    project
}

/// Runs `init`, and returns the lines that it would add to `pyproject.toml`.
pub fn added(project: &SampleProject) -> String {
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    table(&run)
}

/// The lines of the table that a run shows.
pub fn table(run: &ProgramRun) -> String {
    let lines = run.stdout.lines().skip_while(|line| *line != "+[tool.wheel-pipeline]");
    let lines =
        lines.take_while(|line| line.starts_with('+')).filter_map(|line| line.strip_prefix('+'));
    lines.skip(1).collect::<Vec<_>>().join("\n")
}

/// The lines on stderr without the colour words' padding.
pub fn said(project: &SampleProject) -> String {
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stderr.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

/// The text of a file of the project.
pub fn text(project: &SampleProject, path: &str) -> String {
    fs::read_to_string(project.root().join(path)).expect(path)
}
