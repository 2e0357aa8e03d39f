//! `pythons`: installs foreign Pythons, on which `smoke` then tests.

use anyhow::{Context, Result};
use wheel_audit::wheel::Sha256Sum;

use crate::address;
use crate::cache;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::tool::pip;
use crate::tool::python::Found;
use crate::tool::pythons::wine::Pinned;
use crate::tool::pythons::{self, ForeignPythons};

/// The arguments of `pythons`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Debian's name of an architecture, `musl`, or `win64`; by default all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Runs `pythons`, for the named sets or for all.
pub fn run(args: &Args, machine: &Machine, report: &Report) -> Result<Verdict> {
    let names = &args.names;
    let all = ForeignPythons::all();
    if let Some(unknown) =
        names.iter().find(|name| !all.iter().any(|pythons| pythons.name() == **name))
    {
        let known: Vec<String> =
            all.iter().map(|pythons| format!("`{}`", pythons.name())).collect();
        return Err(Failure::usage(format!("there are no foreign Pythons named `{unknown}`"))
            .hint(format!("there are {}", known.join(", ")))
            .into());
    }
    let folder = pythons::folder()?;
    let _lock = cache::lock(&folder)?;
    let mut verdict = Verdict::Yes;
    for foreign in all {
        if !names.is_empty() && !names.iter().any(|name| name == foreign.name()) {
            continue;
        }
        let action = report.start(format!("making the Pythons of {}", foreign.name()));
        let archives = fetched(machine, foreign.wants(&folder))?;
        let made = foreign.make(machine.tools()?, &folder, &archives)?;
        let Found { interpreters, passed_over } = foreign.interpreters(&folder)?;
        for reason in &passed_over {
            report.warn(reason);
        }
        let pythons: Vec<&str> =
            interpreters.iter().map(|python| python.release.as_str()).collect();
        let what = format!("{}, with Python {}", foreign.name(), pythons.join(", "));
        if passed_over.is_empty() {
            action.done(Mood::Good, if made { "made" } else { "there" }, &what);
        } else {
            action.done(Mood::Bad, "incomplete", &what);
            verdict = Verdict::Unknown;
        }
    }
    Ok(verdict)
}

/// Downloads files from the package index, each with its pinned hash.
fn fetched(machine: &Machine, wanted: &[Pinned]) -> Result<Vec<(Pinned, Vec<u8>)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let simple = pip::index(machine.tools()?)?;
    address::check("index-url", &simple)?;
    let mut fetched = Vec::new();
    for pinned in wanted {
        let sum: Sha256Sum = pinned.sha256.parse().context("a pinned hash is a hash")?;
        let offered = index::listing(&simple, pinned.project).map_err(Failure::from)?;
        let file = offered.iter().find(|file| file.sum == sum).ok_or_else(|| {
            Failure::unknown(format!(
                "`{simple}` does not offer `{}` with its pinned hash",
                pinned.file
            ))
        })?;
        fetched.push((*pinned, index::content(file).map_err(Failure::from)?));
    }
    Ok(fetched)
}
