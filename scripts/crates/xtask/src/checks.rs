//! The Python tools that check the repository: ruff, mypy, stubtest, pytest and zizmor.

use std::path::Path;

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

/// The command that checks the types of package and tests.
pub fn mypy(environment: &Environment, root: &Path) -> Invocation {
    python(environment, root).args([
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        null(),
        "src",
        "tests",
    ])
}

/// The command that compares the stubs of a package with the installed package. It runs outside the source tree,
/// because it would find the sources there.
pub fn stubtest(environment: &Environment, package: &str, folder: &Path) -> Invocation {
    python(environment, folder).args(["-m", "mypy.stubtest", package])
}

/// The command that runs the project's test suite on the installed wheel.
pub fn pytest(environment: &Environment, root: &Path) -> Invocation {
    python(environment, root).args([
        "-B",
        "-X",
        "dev",
        "-W",
        "error",
        "-m",
        "pytest",
        "--quiet",
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
