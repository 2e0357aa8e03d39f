//! `tables`: writes the table of CPython's stable ABI anew, from the package that is pinned for it.

use std::fs;

use anyhow::{Context, Result};

use super::Session;
use crate::exit::Verdict;
use crate::report::Mood;
use crate::tool::environment::Environment;
use crate::tool::python::isolated;

const LOCK: &str = include_str!("../../data/tables.lock");
const SCRIPT: &str = include_str!("../../data/stable_abi.py");
const TABLE: &str = "scripts/data/stable_abi.txt";

/// The stage: writes the table, or with `check` says whether it is current.
///
/// # Errors
///
/// When the pinned package cannot be installed, or the table not be written.
pub fn run(session: &Session, check: bool) -> Result<Verdict> {
    let tools = session.tools()?;
    let interpreter = session.found()?.interpreters.last().context("a Python was found")?;
    let folder = tempfile::tempdir()?;
    let lock = folder.path().join("tables.lock");
    fs::write(&lock, LOCK)?;
    let action = session.report.start("reading the stable ABI");
    let environment = Environment::create(interpreter, &folder.path().join("environment"))?;
    environment.fill(tools, &lock)?;
    let script = isolated(&environment.python()).args(["-c", SCRIPT]);
    let table = script.check()?.stdout;
    let path = session.project.root.join(TABLE);
    if fs::read_to_string(&path).is_ok_and(|before| before == table) {
        action.done(Mood::Good, "current", TABLE);
        return Ok(Verdict::Yes);
    }
    if check {
        action.done(Mood::Bad, "stale", &format!("{TABLE}: run `cargo pipeline tables`"));
        return Ok(Verdict::No);
    }
    fs::write(&path, table).with_context(|| format!("cannot write `{}`", path.display()))?;
    action.done(Mood::Good, "written", TABLE);
    Ok(Verdict::Yes)
}
