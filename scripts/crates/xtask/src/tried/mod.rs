//! `tried`: real maturin projects, with what `init` writes for them and nothing else, from a clone to a rehearsed release.
//!
//! The projects are fetched by git from where they live. A mirror can stand in their place by git's own
//! `url.<base>.insteadOf`.

mod attempt;
mod list;
mod page;
mod published;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::process::interrupt::check_interrupt;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::pip;

use self::attempt::Rehearsal;
use self::list::Tried;
use crate::cargo;

/// Runs `tried`, for the named projects or for all, and writes their rows of the page.
pub fn run(
    source: &Source,
    machine: &Machine,
    report: &Report,
    names: &[String],
) -> Result<Verdict> {
    let all = list::all()?;
    let path = source.project.root.join(page::PAGE);
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if page::with_rows(&text, &all, &BTreeMap::new()).is_none() {
        return Err(Failure::usage(format!("`{}` has no marks for the table", page::PAGE)).into());
    }
    let program = cargo::release(&source.project.root.join("scripts"), "wheel-pipeline")?;
    let index = pip::index(machine.tools()?)?;
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-tried-").tempdir()?;
    let mut verdict = Verdict::Yes;
    let mut page = text;
    for tried in named(&all, names)? {
        let action = report.start(tried.name);
        let outcome = attempt::attempt(tried, folder.path(), &program, &index);
        check_interrupt()?;
        let (row, passed) = match &outcome {
            Ok(attempt) => {
                let passed = matches!(attempt.rehearsal, Rehearsal::Passed { .. });
                (page::row(tried, attempt), passed)
            }
            Err(error) => (page::failed_row(tried, &format!("{error:#}")), false),
        };
        let (mood, word) = if passed { (Mood::Good, "passed") } else { (Mood::Bad, "ended") };
        action.done(mood, word, &format!("{}: {}", tried.name, row[4]));
        if !passed {
            verdict = Verdict::No;
        }
        let rows = BTreeMap::from([(tried.name, row)]);
        page = page::with_rows(&page, &all, &rows).context("the marks stay")?;
        // What is measured is kept, even if a later project ends the run.
        fs::write(&path, &page).with_context(|| format!("cannot write `{}`", path.display()))?;
        // A compiled project takes hundreds of megabytes.
        remove(&folder.path().join(tried.name))?;
    }
    Ok(verdict)
}

fn remove(clone: &Path) -> Result<()> {
    if !clone.exists() {
        return Ok(());
    }
    fs::remove_dir_all(clone).with_context(|| format!("cannot remove `{}`", clone.display()))
}

/// The projects with these names. All of them if no name is given.
fn named<'a>(all: &'a [Tried], names: &[String]) -> Result<Vec<&'a Tried>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |name: &String| {
        all.iter().find(|tried| tried.name == name).ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|tried| tried.name).collect();
            Failure::usage(format!("no project named `{name}` is on the list"))
                .hint(format!("there are {}", known.join(", ")))
                .into()
        })
    };
    names.iter().map(find).collect()
}
