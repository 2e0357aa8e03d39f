//! `publish`: every file of the plan on an index, wheels first, with a receipt.
//!
//! The index is asked before each upload: what it holds already in identical bytes is done, other
//! bytes under the same name stop the run. `--skip-existing` is never used, because it hides just
//! that difference. [`step`] decides, [`drive`] makes the moves, [`mod@send`] makes them in the world.

mod age;
mod attest;
pub mod drive;
pub mod send;
pub mod step;

use std::path::PathBuf;
use std::time::Duration;

use age::{Age, age};
use anyhow::Result;
use jiff::Timestamp;
use wheel_audit::plan::Plan;

use crate::evidence::EvidenceFolder;
use crate::evidence::gate::GateDecision;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index::address::{self, is_loopback};
use crate::index::{self, OfferedFile, Trouble};
use crate::project::source::Source;
use crate::report::{Mood, Output, Report, table};
use crate::stage::{Machine, from_jobs, gate};
use crate::tool::twine::Credentials;

pub use attest::Attestations;
pub use send::send;

/// Where files go, and where they are seen.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Where twine sends files.
    pub repository: String,
    /// The simple API, where the index shows what it holds.
    pub simple: String,
    /// For an index of the pipeline's own; elsewhere twine finds them.
    pub credentials: Option<Credentials>,
    /// How long faults of one file are waited out.
    pub patience: Duration,
    pub attestations: Attestations,
}

impl From<&Args> for Destination {
    fn from(args: &Args) -> Self {
        Self {
            repository: args.repository_url.clone(),
            simple: args.index_url.clone(),
            credentials: None,
            patience: Duration::from_secs(args.patience.into()),
            attestations: args.attestations,
        }
    }
}

/// How long faults of one file are waited out, unless said otherwise.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// What `publish` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where twine sends files
    #[arg(long, value_name = "URL", default_value = "https://upload.pypi.org/legacy/")]
    pub repository_url: String,
    /// The simple API of the same index
    #[arg(long, value_name = "URL", default_value = "https://pypi.org/simple/")]
    pub index_url: String,
    /// Really upload; refused unless all evidence is there and clean
    #[arg(long)]
    pub execute: bool,
    /// First gather what the jobs of a matrix brought, a folder for each below this one
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// How long faults of the network or the index are waited out, in seconds for each file
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,
    /// Which indexes get attestations of who publishes the files
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub attestations: Attestations,
    #[command(flatten)]
    pub output: Output,
}

/// The stage over the whole plan, for what lies here or for what the jobs below `from` brought. Without
/// `execute`, nothing is sent to an index that is not on loopback; with it, only past an open gate.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let destination = &Destination::from(args);
    let execute = args.execute;
    address::check("--repository-url", &destination.repository)?;
    address::check("--index-url", &destination.simple)?;
    if let Some(from) = &args.from {
        from_jobs::take_in(source, kept, report, from)?;
    }
    if !is_loopback(&destination.repository) {
        let mut judgement = gate::decide(source, kept)?;
        let shelf = index::files(&destination.simple, &source.plan.project);
        judge_age(&source.plan, kept, shelf.as_deref().unwrap_or_default(), &mut judgement)?;
        for warning in &judgement.warnings {
            report.warn(warning);
        }
        if !execute {
            return dry_run(&source.plan, kept, report, destination, &judgement, shelf);
        }
        let closed = judgement.closed();
        if !closed.is_empty() {
            let reasons = closed.join("\n  ");
            return Err(Failure::refused(format!(
                "the gate is closed, nothing was sent:\n  {reasons}"
            ))
            .into());
        }
        for waived in &judgement.waived {
            report.say(Mood::Doubtful, "waived", waived);
        }
    }
    let receipt = send(&source.project, machine, kept, report, &source.plan, destination)?;
    let rows: Vec<Vec<String>> = receipt
        .files
        .iter()
        .map(|file| {
            let url = file.url.clone().unwrap_or_default();
            vec![file.file.clone(), file.sha256.to_string(), url]
        })
        .collect();
    let text = table::plain(&["file", "sha256", "url"], &rows);
    report.result(&format!("{text}attestations: {}\n", receipt.attestations), &receipt)?;
    Ok(Verdict::Yes)
}

fn judge_age(
    plan: &Plan,
    kept: &EvidenceFolder,
    shelf: &[OfferedFile],
    judgement: &mut GateDecision,
) -> Result<()> {
    let build = kept.built();
    let planned = plan.files().filter_map(|file| build.file(file).cloned());
    match age(&planned.collect::<Vec<_>>(), shelf, Timestamp::now()) {
        Age::Young => {}
        Age::Near(why) => judgement.warnings.push(why),
        Age::Over(why) => judgement.reasons.push(why),
    }
    Ok(())
}

/// Everything but the upload: what would be sent, what is there already, and why it would be refused.
fn dry_run(
    plan: &Plan,
    kept: &EvidenceFolder,
    report: &Report,
    destination: &Destination,
    judgement: &GateDecision,
    shelf: Result<Vec<OfferedFile>, Trouble>,
) -> Result<Verdict> {
    let build = kept.built();
    let mut text = format!("to send to {}, in this order:\n", destination.repository);
    let mut verdict = Verdict::Yes;
    for file in plan.files() {
        let there = shelf.iter().flatten().find(|offered| offered.name == file);
        let state = match (there, build.file(file)) {
            (None, _) => "",
            (Some(there), Some(built)) if there.sum == built.sha256 => ", which is there already",
            (Some(_), _) => {
                verdict = Verdict::No;
                ", which the index holds with other bytes: it would be refused"
            }
        };
        text += &format!("  {file}{state}\n");
    }
    if let Err(trouble) = &shelf {
        report.warn(&format!("what the index holds is not known: {trouble}"));
        verdict = verdict.and(Verdict::Unknown);
    }
    text += "nothing was sent: this was a dry run, `--execute` sends\n";
    for reason in judgement.closed() {
        text += &format!("`--execute` would be refused: {reason}\n");
    }
    if !judgement.reasons.is_empty() {
        verdict = Verdict::No;
    }
    text += &format!("{} waived\n", judgement.waived.len());
    report.result(&text, judgement)?;
    Ok(verdict)
}
