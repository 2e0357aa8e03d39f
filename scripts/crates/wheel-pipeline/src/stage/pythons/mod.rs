//! `roots`: makes the folders of Pythons for other platforms, on which `smoke` then tests.

use anyhow::{Context, Result};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index::{self, address};
use crate::report::Mood;
use crate::stage::Session;
use crate::tool::pip;
use crate::tool::pythons::Guest;
use crate::tool::pythons::debian;
use crate::tool::pythons::wine::Pinned;
use wheel_audit::wheel::Sha256Sum;

/// The stage, for some roots by name, or for all.
///
/// # Errors
///
/// When a name is not known, a tool is missing, or a package cannot be had.
pub fn run(session: &Session, names: &[String]) -> Result<Verdict> {
    session.exclusive()?;
    let all = Guest::all();
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|guest| guest.name() == **name))
    {
        let known: Vec<String> = all.iter().map(|guest| format!("`{}`", guest.name())).collect();
        return Err(Failure::usage(format!("there is no root `{unknown}`"))
            .hint(format!("there are {}", known.join(", ")))
            .into());
    }
    let folder = debian::folder(&session.project.work());
    let mut verdict = Verdict::Yes;
    for guest in all {
        if !names.is_empty() && !names.iter().any(|name| name == guest.name()) {
            continue;
        }
        let action = session.report.start(format!("making the root {}", guest.name()));
        let archives = fetched(session, guest.wants(&folder))?;
        let made = guest.make(session.tools()?, &folder, &archives)?;
        let (found, passed_over) = guest.interpreters(&folder)?;
        for reason in &passed_over {
            session.report.warn(reason);
        }
        let pythons: Vec<&str> = found.iter().map(|python| python.release.as_str()).collect();
        let what = format!("{}, with CPython {}", guest.name(), pythons.join(", "));
        if passed_over.is_empty() {
            action.done(Mood::Good, if made { "made" } else { "there" }, &what);
        } else {
            action.done(Mood::Bad, "not whole", &what);
            verdict = Verdict::Unknown;
        }
    }
    Ok(verdict)
}

/// The content of files of the package index, each with the hash that is pinned.
fn fetched(session: &Session, wanted: &[Pinned]) -> Result<Vec<(Pinned, Vec<u8>)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let simple = pip::index(session.tools()?)?;
    address::check("index-url", &simple)?;
    let mut fetched = Vec::new();
    for pinned in wanted {
        let sum: Sha256Sum = pinned.sha256.parse().context("a pinned hash is a hash")?;
        let offered = index::files(&simple, pinned.project)?;
        let file = offered.iter().find(|file| file.sum == sum).ok_or_else(|| {
            Failure::unknown(format!(
                "`{simple}` does not offer `{}` with its pinned hash",
                pinned.file
            ))
        })?;
        fetched.push((*pinned, index::content(file)?));
    }
    Ok(fetched)
}
