//! `roots`: makes the root file systems in which `smoke` runs Pythons that this machine has not.

use anyhow::Result;

use super::Session;
use crate::exit::{Stop, Verdict};
use crate::report::Mood;
use crate::tool::guest::{self, ROOTS};

/// The stage, for some roots by name, or for all.
///
/// # Errors
///
/// When a name is not known, a tool is missing, or a package cannot be had.
pub fn run(session: &Session, names: &[String]) -> Result<Verdict> {
    session.exclusive()?;
    if let Some(unknown) = names.iter().find(|name| !ROOTS.iter().any(|root| root.name == **name)) {
        let known: Vec<String> = ROOTS.iter().map(|root| format!("`{}`", root.name)).collect();
        return Err(Stop::Usage(format!(
            "there is no root `{unknown}`\nhint: there are {}",
            known.join(", ")
        ))
        .into());
    }
    let folder = guest::folder(&session.project.work());
    let mut verdict = Verdict::Yes;
    for root in
        ROOTS.iter().filter(|root| names.is_empty() || names.iter().any(|name| name == root.name))
    {
        let action = session.report.start(format!("making the root {}", root.name));
        let made = root.make(&folder)?;
        let (found, passed_over) = root.interpreters(&folder)?;
        for reason in &passed_over {
            session.report.warn(reason);
        }
        let pythons: Vec<&str> = found.iter().map(|python| python.release.as_str()).collect();
        let what = format!("{}, with CPython {}", root.name, pythons.join(", "));
        if passed_over.is_empty() {
            action.done(Mood::Good, if made { "made" } else { "there" }, &what);
        } else {
            action.done(Mood::Bad, "not whole", &what);
            verdict = Verdict::Unknown;
        }
    }
    Ok(verdict)
}
