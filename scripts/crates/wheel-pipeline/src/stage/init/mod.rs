//! `init`: proposes the table `[tool.wheel-pipeline]` for a project, from its files and from the wheels that its workflows
//! build today.
//!
//! A dry run unless `--write` is given: the first contact shows what it would do. What is there is never overwritten.

mod change;
mod proposal;
mod series;
mod sources;
mod stable_abi;
mod table_text;
mod today;

use std::path::Path;

use anyhow::Result;

use self::change::Change;
use self::proposal::{Count, Proposal, count, propose};
use self::sources::Sources;
use self::table_text::HEADER;
use self::today::facts::{Place, Today};
use self::today::workflow::Workflow;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::pyproject::PYPROJECT;
use crate::report::{Mood, Report};

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the files; without it, `init` only shows the changes
    #[arg(long)]
    pub write: bool,
}

/// Runs `init`.
pub fn run(args: &Args, named: Option<&Path>, report: &Report) -> Result<Verdict> {
    let sources = Sources::read(named)?;
    let workflows = Workflow::all(&sources.repository)?;
    let place = place(&sources);
    let mut today = today::read(&workflows, &place);
    if today.builds.is_empty() && sources.tool("wheel-pipeline").is_none() {
        today::read_table(&place, &mut today);
    }
    let proposal = propose(&today, sources.requires_python.as_ref(), &sources.classifiers);
    if proposal.pythons.is_empty() {
        return Err(Failure::refused(format!(
            "`{}`: no CPython that a release can promise is built for today and admitted by `requires-python`",
            sources.root.join(PYPROJECT).display()
        ))
        .hint("write the table by hand")
        .into());
    }
    let changes = [table(&sources, &proposal)];
    for change in &changes {
        report.data(&change.diff())?;
    }
    explain(&today, &proposal, report);
    finish(args, &changes, report)
}

fn place(sources: &Sources) -> Place<'_> {
    Place {
        repository: &sources.repository,
        folders: &sources.folders,
        requires_python: sources.requires_python.as_ref(),
        stable_abi: sources.stable_abi,
        cibuildwheel: sources.tool("cibuildwheel"),
    }
}

/// The change of `pyproject.toml`. A table that is there is the project's: it is compared with the wheels of today, and
/// without workflows there is nothing to compare it with.
fn table(sources: &Sources, proposal: &Proposal) -> Change {
    let below =
        if sources.below.is_empty() { String::new() } else { format!("{}/", sources.below) };
    let text = &sources.text;
    let is_there = sources.tool("wheel-pipeline").is_some();
    let changed = match is_there {
        true if proposal.usual => None,
        true => table_text::with_changed(text, proposal),
        false => Some(table_text::with_new(text, proposal)),
    };
    Change {
        name: format!("{below}{PYPROJECT}"),
        path: sources.root.join(PYPROJECT),
        old: Some(text.clone()),
        refused: is_there && changed.is_some(),
        new: changed.unwrap_or_else(|| text.clone()),
    }
}

/// Says what the proposal is derived from, and what it leaves out.
fn explain(today: &Today, proposal: &Proposal, report: &Report) {
    let files = |files: &std::collections::BTreeSet<String>| {
        let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
        files.join(", ")
    };
    for (what, seen) in &today.left_out {
        report.say(Mood::Doubtful, "left out", &format!("{what} ({})", files(seen)));
    }
    for note in &today.notes {
        report.say(Mood::Doubtful, "note", note);
    }
    if proposal.usual {
        let what = "no workflow shows which wheels it builds of this project, so the table has the platforms of most users";
        report.say(Mood::Doubtful, "note", what);
    } else {
        let count = count(today, &proposal.targets, &proposal.pythons);
        report.say(Mood::Good, "today", &sentence(count));
    }
}

fn sentence(count: Count) -> String {
    let Count { today, tested, table } = count;
    let more = match table == today {
        true => "the table promises the same".to_owned(),
        false => format!("the table promises {table}"),
    };
    format!(
        "you promise {today} environments (a platform and a CPython) and test {tested}; {more}, and a release tests each"
    )
}

/// Writes the changes, or says how they are written.
fn finish(args: &Args, changes: &[Change], report: &Report) -> Result<Verdict> {
    let refused: Vec<&Change> = changes.iter().filter(|change| change.refused).collect();
    if !refused.is_empty() {
        let names: Vec<String> =
            refused.iter().map(|change| format!("`{}`", change.name)).collect();
        return Err(Failure::refused(format!(
            "{} has another {HEADER} than the workflows of today; it is not changed",
            names.join(" and ")
        ))
        .hint("take over by hand what the table should have; the diff shows the differences")
        .into());
    }
    let open: Vec<&Change> = changes.iter().filter(|change| !change.is_made()).collect();
    if open.is_empty() {
        report.say(Mood::Good, "current", "there is nothing to write");
    } else if args.write {
        for change in open {
            change.write()?;
            report.say(Mood::Good, "written", &change.name);
        }
    } else {
        report.say(
            Mood::Good,
            "dry run",
            "nothing is written; `init --write` writes these changes",
        );
    }
    Ok(Verdict::Yes)
}
