//! `lock`: pins the Python packages that the pipeline and the tests run, with their hashes.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Session;
use crate::exit::{Stop, Verdict};
use crate::report::Mood;
use crate::tool::uv;

/// The inputs, each beside its lock: what is asked for, and what that was resolved to.
const LOCKS: &[(&str, &str)] = &[
    ("scripts/data/tools.in", "scripts/data/tools.lock"),
    ("tests/requirements.in", "tests/requirements.lock"),
];

/// The stage: brings each lock up to its input, or with `check` says whether it is; `upgrade` takes
/// the newest versions.
///
/// # Errors
///
/// When a package cannot be found or the index cannot be reached.
pub fn run(session: &Session, check: bool, upgrade: bool) -> Result<Verdict> {
    let uv = session.tools()?.program("uv");
    let mut verdict = Verdict::Yes;
    for (input, lock) in LOCKS {
        let action = session.report.start(format!("resolving {input}"));
        let (input, path) = (session.project.root.join(input), session.project.root.join(lock));
        let before = fs::read_to_string(&path).unwrap_or_default();
        let folder = tempfile::tempdir()?;
        // uv keeps the pins of the file that it writes to.
        let fresh: PathBuf = folder.path().join("fresh.lock");
        fs::write(&fresh, &before)?;
        uv::compile(&uv, &input, &fresh, upgrade)
            .check()
            .context("cannot resolve the locked packages\nhint: is there a network?")?;
        let after = fs::read_to_string(&fresh)?;
        if after == before {
            action.done(Mood::Good, "current", lock);
        } else if check {
            action.done(Mood::Bad, "stale", &format!("{lock}: run `cargo pipeline lock`"));
            verdict = Verdict::No;
        } else {
            fs::write(&path, after)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            action.done(Mood::Good, "locked", lock);
        }
    }
    Ok(verdict)
}

/// The text of a lock file of the project.
///
/// # Errors
///
/// When it cannot be read.
pub fn requirements(session: &Session) -> Result<String> {
    let path = session.project.root.join(LOCKS[1].1);
    fs::read_to_string(&path)
        .map_err(|error| Stop::Usage(format!("cannot read `{}`: {error}", path.display())).into())
}
