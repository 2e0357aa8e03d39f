//! The Python tools that check the repository: ruff, mypy, stubtest, pytest and zizmor.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::isolated;

/// The command that fails unless the Python files are formatted.
pub fn ruff_format(environment: &Environment, root: &Path) -> Invocation {
    Invocation::new(environment.program("ruff"))
        .args(["format", "--check", "--no-cache", "."])
        .folder(root)
}

/// The command that lints the Python files.
pub fn ruff(environment: &Environment, root: &Path) -> Invocation {
    Invocation::new(environment.program("ruff")).args(["check", "--no-cache", "."]).folder(root)
}

/// The command that checks the types of the package, its tests, and the Python helpers of the pipeline.
pub fn mypy(environment: &Environment, root: &Path) -> Result<Invocation> {
    let mut helpers = Vec::new();
    collect_helpers(&root.join("scripts").join("crates"), &mut helpers)?;
    let command = python(environment, root).args(["-m", "mypy", "--strict", "--cache-dir", null()]);
    Ok(command.args(["src", "tests"]).args(helpers))
}

/// Adds every Python file below a folder. mypy gets single files, because their folders are not Python packages.
fn collect_helpers(folder: &Path, helpers: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        let path = entry?.path();
        // The outputs of a rehearsal of the program itself.
        let is_output = path.file_name().is_some_and(|name| name == "target" || name == "dist");
        if path.is_dir() && !is_output {
            collect_helpers(&path, helpers)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            helpers.push(path);
        }
    }
    Ok(())
}

/// The command that compares the stubs of a package with the installed package. It runs outside the source tree,
/// because it would find the sources there.
pub fn stubtest(environment: &Environment, package: &str, folder: &Path) -> Invocation {
    python(environment, folder).args(["-m", "mypy.stubtest", package])
}

/// The command that runs the project's test suite on the installed wheel. Each way to end a process is
/// started `exits` times.
pub fn pytest(environment: &Environment, root: &Path, exits: u16) -> Invocation {
    python(environment, root).env("SUM_UP_TO_EXITS", exits.to_string()).args([
        "-B",
        "-X",
        "dev",
        "-W",
        "error",
        "-m",
        "pytest",
        "--quiet",
        // Prints each result with its test's name, so that distinct tests can be counted.
        "-rpfE",
        "-p",
        "no:cacheprovider",
    ])
}

/// The command that audits the workflows without a network.
pub fn zizmor(environment: &Environment, root: &Path) -> Invocation {
    Invocation::new(environment.program("zizmor"))
        .args(["--offline", "--no-progress", "--persona", "pedantic", ".github"])
        .folder(root)
}

fn python(environment: &Environment, folder: &Path) -> Invocation {
    isolated(&environment.python()).folder(folder)
}

fn null() -> &'static str {
    if cfg!(windows) { "nul" } else { "/dev/null" }
}
