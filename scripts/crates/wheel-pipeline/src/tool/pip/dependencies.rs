//! The dependencies of wheels in one environment: resolved by pip once, with hashes, and then installed without an index.
//!
//! pip itself resolves them in the environment, so markers and extras mean what they mean for users. The index is the one
//! that pip is set up for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pep440_rs::Version;
use serde::{Deserialize, Serialize};
use wheel_audit::names::normalize;
use wheel_audit::wheel::{Sha256Sum, printable};

use super::{InstallSource, report};
use crate::process::command::{Finished, Invocation};
use crate::process::environment::Grant;
use crate::tool::python::environment::Environment;
use crate::tool::python::tools::Tools;

/// A file that pip chose for a dependency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    pub name: String,
    pub version: String,
    pub sha256: Sha256Sum,
}

/// The answer of pip about the dependencies.
#[derive(Debug)]
pub enum Resolution {
    Found(Vec<Dependency>),
    /// pip found no files that fit.
    Not {
        why: String,
    },
}

/// Asks pip which files the requirements need in an environment. Nothing is installed. Files of the projects `own` are
/// left out. `folder` is for pip's report.
pub fn resolve(
    tools: &Tools,
    environment: &Environment,
    folder: &Path,
    requirements: &[String],
    own: &BTreeSet<String>,
) -> Result<Resolution> {
    let path = folder.join("dependencies.json");
    let finished = super::by(tools, environment, environment.downloading())?
        .grant(Grant::Pip)
        .args(["--disable-pip-version-check", "--no-input", "install", "--quiet"])
        .args(["--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report"])
        .arg(environment.seen(&path))
        .args(requirements)
        .limit(super::LIMIT)
        .run()?;
    if !finished.succeeded() {
        return Ok(Resolution::Not { why: reason(&finished) });
    }
    let mut found = Vec::new();
    for item in report::read(&path)?.install {
        let name = normalize(&item.metadata.name);
        if own.contains(&name) {
            continue;
        }
        // Both come from the metadata of a stranger, and go into a file of requirements.
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let version = item.metadata.version.parse::<Version>();
        let (true, Ok(version), Some(sha256)) = (name.chars().all(plain), version, item.sha256())
        else {
            let why =
                format!("pip gives no plain name, version and SHA-256 of `{}`", printable(&name));
            return Ok(Resolution::Not { why });
        };
        found.push(Dependency { name, version: version.to_string(), sha256 });
    }
    Ok(Resolution::Found(found))
}

/// The reason why pip found nothing that fits.
fn reason(finished: &Finished) -> String {
    let output = finished.output();
    match super::nothing_fits(&output) {
        // pip takes an index that it does not reach for one that has nothing. But it warns before it asks again.
        Some(requirement) if output.contains("WARNING: Retrying (") => {
            format!("pip did not reach its index, where it looked for `{requirement}`")
        }
        Some(requirement) if output.contains("(from versions: none)") => {
            format!("the index of pip has no file of the dependency `{requirement}`")
        }
        Some(requirement) => {
            format!("there is no wheel of the dependency `{requirement}` for this Python")
        }
        None => format!("pip cannot resolve the dependencies\n{}", finished.tail()),
    }
}

/// Downloads the files of dependencies into a folder.
pub fn fetch(
    tools: &Tools,
    environment: &Environment,
    dependencies: &[Dependency],
    wheelhouse: &Path,
) -> Result<Finished> {
    let lock = written(dependencies, wheelhouse)?;
    super::by(tools, environment, environment.downloading())?
        .grant(Grant::Pip)
        .args(["--disable-pip-version-check", "--no-input", "download", "--quiet"])
        .args(["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest"])
        .arg(environment.seen(wheelhouse))
        .arg("--requirement")
        .arg(environment.seen(&lock))
        .limit(super::LIMIT)
        .run()
}

/// The command that installs fetched dependencies, without an index.
pub fn install(
    tools: &Tools,
    environment: &Environment,
    dependencies: &[Dependency],
    wheelhouse: &Path,
) -> Result<Invocation> {
    let lock = written(dependencies, wheelhouse)?;
    let seen = |path| environment.seen(path).to_string_lossy().into_owned();
    let (wheelhouse, lock) = (seen(wheelhouse), seen(&lock));
    let what = ["--require-hashes", "--find-links", &wheelhouse, "--requirement", &lock];
    super::install(tools, environment, InstallSource::Files, &what)
}

/// Writes the dependencies as pip reads them: pinned, with hashes.
fn written(dependencies: &[Dependency], wheelhouse: &Path) -> Result<PathBuf> {
    fs::create_dir_all(wheelhouse)
        .with_context(|| format!("cannot make `{}`", wheelhouse.display()))?;
    let line =
        |one: &Dependency| format!("{}=={} --hash=sha256:{}\n", one.name, one.version, one.sha256);
    let path = wheelhouse.join("requirements.txt");
    fs::write(&path, dependencies.iter().map(line).collect::<String>())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}
