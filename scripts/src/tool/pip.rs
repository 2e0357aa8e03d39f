//! pip: installs wheels, as users do.
//!
//! One pinned pip works on every environment from outside (`pip --python`). It runs in that
//! environment's own interpreter, so what it picks is what a pip inside would pick.

use std::path::Path;

use super::command::Invocation;
use super::environment::{Environment, Tools};

/// Where pip may take packages from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The files named on the command line and nothing else.
    Files,
    /// One index and nothing else, by the address of its simple API.
    Index(&'a str),
}

/// Installs wheels, never an sdist, by files or names; no configuration and no cache is heard.
pub fn install(
    tools: &Tools,
    environment: &Environment,
    source: Source,
    what: &[&str],
) -> Invocation {
    let pip = tools
        .python()
        .args(["-m", "pip", "--python"])
        .arg(environment.python())
        .args(["--isolated", "--disable-pip-version-check", "--no-input", "install", "--quiet"])
        .args(["--no-cache-dir", "--only-binary", ":all:"]);
    let pip = match source {
        Source::Files => pip.args(["--no-index", "--no-deps"]),
        Source::Index(url) => pip.args(["--index-url", url]),
    };
    pip.args(what)
}

/// Builds the wheel of a pure Python project with the build backend among the tools.
pub fn wheel(tools: &Tools, project: &Path, out: &Path) -> Invocation {
    tools
        .python()
        .args(["-m", "pip", "--isolated", "--disable-pip-version-check", "wheel", "--quiet"])
        .args(["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir"])
        .arg(out)
        .arg(project)
}
