//! `init`: proposes the table `[tool.wheel-pipeline]` for a project, from its files and from the wheels that its workflows
//! build today, and the workflow of a release.
//!
//! A dry run unless `--write` is given: the first contact shows what it would do. What is there is never overwritten.

mod change;
mod changes;
mod downloads;
mod finish;
mod proposal;
mod sources;
mod stable_abi;
mod table_text;
mod today;
pub mod workflow;

use std::path::Path;

use anyhow::Result;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;

use self::change::Change;
use self::proposal::{Count, Proposal, count, is_universal, propose};
use self::sources::Sources;
use self::today::facts::{Place, Today};
use self::today::workflow::Workflow;
use self::workflow::mark::is_made;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::pyproject::PYPROJECT;
use crate::project::series;
use crate::report::{Mood, Report};

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the files; without it, `init` only shows the changes
    #[arg(long)]
    pub write: bool,
    /// For CI: exit with 1 unless the table is there, and the workflow is that of the table
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// The name of the workflow in .github/workflows; by default that of the one that `init` made, or release.yml, or release-NAME.yml beside one that is there
    #[arg(long, value_name = "FILE", value_parser = workflow_name)]
    pub workflow: Option<String>,
}

/// Refuses what is not the name of a file that GitHub reads.
fn workflow_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let stem = text.strip_suffix(".yml").or(text.strip_suffix(".yaml"));
    match stem.is_some_and(|stem| !stem.is_empty() && stem.chars().all(plain)) {
        true => Ok(text.to_owned()),
        false => Err("expected a name such as `wheels.yml`".to_owned()),
    }
}

/// Runs `init`.
pub fn run(args: &Args, named: Option<&Path>, report: &Report) -> Result<Verdict> {
    let sources = Sources::read(named)?;
    let workflows = Workflow::all(&sources.repository)?;
    let place = place(&sources);
    // A workflow that was made from the table says nothing more than the table.
    let (made, others): (Vec<_>, Vec<_>) =
        workflows.into_iter().partition(|one| is_made(&one.text));
    let mut today = today::read(&others, &place);
    let is_there = sources.tool("wheel-pipeline").is_some();
    if today.builds.is_empty() && !is_there {
        today::read_table(&place, &mut today);
    }
    let proposal = propose(&today, sources.requires_python.as_ref(), &sources.classifiers);
    if proposal.pythons.is_empty() && !is_there {
        return Err(Failure::refused(format!(
            "`{}`: no Python that a release can promise is built for today and admitted by `requires-python`",
            sources.root.join(PYPROJECT).display()
        ))
        .hint("write the table by hand")
        .into());
    }
    let table = changes::table(&sources, &proposal)?;
    let [workflow, program] =
        changes::workflow(&sources, &proposal, &made, args.workflow.as_deref())?;
    // The table of a project is its own. Only the workflow must be that of the table.
    let table = (!args.check || !is_there).then_some(table);
    let all: Vec<Change> = table.into_iter().chain([workflow, program]).collect();
    for change in all.iter().filter(|change| !change.is_made()) {
        report.data(&change.diff())?;
    }
    let unpacked = downloads::fault(&sources)?;
    if let Some((fault, remedy)) = &unpacked {
        report.warn_and_advise(fault, remedy);
    }
    if args.check {
        let files = finish::checked(&all, report);
        return Ok(if unpacked.is_some() { Verdict::No } else { files });
    }
    if !is_there || !proposal.usual {
        explain(&today, &proposal, report);
    }
    finish::written(args.write, &all, report)
}

fn place(sources: &Sources) -> Place<'_> {
    Place {
        repository: &sources.repository,
        folders: &sources.folders,
        requires_python: sources.requires_python.as_ref(),
        serves_later: sources.serves_later,
        cibuildwheel: sources.tool("cibuildwheel"),
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
    if !today.without_pypy.is_empty() {
        let targets: Vec<String> =
            today.without_pypy.iter().map(|target| format!("`{target}`")).collect();
        let targets = targets.join(", ");
        let what = format!(
            "wheels for PyPy on {targets}: a release promises PyPy on other platforms only"
        );
        report.say(Mood::Doubtful, "left out", &what);
    }
    if !today.left_out.is_empty() || !today.without_pypy.is_empty() {
        let what = "a job of yours can go on building what is left out: `foreign` in the table takes its files into the release";
        report.say(Mood::Doubtful, "note", what);
    }
    for note in &today.notes {
        report.say(Mood::Doubtful, "note", note);
    }
    if let Some(text) = pypy_note(&proposal.pythons) {
        report.say(Mood::Doubtful, "note", &text);
    }
    let universal = |target: &Target| is_universal(*target);
    if today.builds.iter().any(|build| universal(&build.target))
        && !proposal.targets.iter().any(universal)
    {
        let what = "`universal2` beside wheels for one processor: the table has a wheel for each processor, as pip needs one of them";
        report.say(Mood::Doubtful, "note", what);
    }
    if proposal.usual {
        let what = "no workflow shows which wheels it builds of this project, so the table has the platforms of most users";
        report.say(Mood::Doubtful, "note", what);
    } else {
        let count = count(today, &proposal.targets, &proposal.pythons);
        report.say(Mood::Good, "today", &sentence(count));
    }
}

/// Tells of a newer PyPy that the promised ones leave without a wheel.
fn pypy_note(pythons: &[PythonVersion]) -> Option<String> {
    let promised: Vec<&PythonVersion> = pythons.iter().filter(|python| python.is_pypy()).collect();
    let newest = series::pypys().last().filter(|newest| !promised.contains(&newest))?;
    let promised: Vec<String> = promised.iter().map(|python| format!("`{python}`")).collect();
    (!promised.is_empty()).then(|| {
        format!(
            "wheels for {} do not install on `{newest}`: name it in `pythons` too, to serve it",
            promised.join(", ")
        )
    })
}

fn sentence(count: Count) -> String {
    let Count { today, tested, table } = count;
    let more = match table == today {
        true => "the table promises the same".to_owned(),
        false => format!("the table promises {table}"),
    };
    format!(
        "you promise {today} environments (a platform and a Python) and test {tested}; {more}, and a release tests each"
    )
}
