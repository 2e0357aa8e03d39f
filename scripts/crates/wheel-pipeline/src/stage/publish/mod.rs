//! `publish`: every file of the plan on an index, wheels first, with a receipt.
//!
//! The index is asked before each upload. A file that it has with the same hash is finished, and a file of
//! the same name with another hash stops the run. `--skip-existing` is never used, because it hides that
//! difference. [`state`] decides, [`upload`] runs the decisions, and [`mod@send`] does so on an index.

mod age;
mod attest;
mod attestations;
mod destination;
mod dry_run;
mod explain;
pub mod send;
pub mod state;
pub mod upload;
mod upload_set;

use std::time::Duration;

use age::{Age, age};
use anyhow::Result;
use jiff::Timestamp;
use wheel_audit::plan::Plan;

use crate::address::{self, is_loopback};
use crate::evidence::EvidenceFolder;
use crate::evidence::gate::GateDecision;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index::{self, ListedFile};
use crate::process::interrupt::check_interrupt;
use crate::project::source::Source;
use crate::report::{Mood, Output, Report, table};
use crate::stage::foreign::FromFolder;
use crate::stage::from_jobs::FromJobs;
use crate::stage::{Machine, gate, recorded};

pub use attestations::Attestations;
pub use destination::{Destination, PATIENCE};
pub use send::{send, send_set};
pub use upload_set::UploadSet;

/// The arguments of `publish`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder: FromFolder,
    /// The address for uploads, to which twine sends files
    #[arg(long, value_name = "URL", default_value = "https://upload.pypi.org/legacy/")]
    pub repository_url: String,
    /// The simple API of the same index
    #[arg(long, value_name = "URL", default_value = "https://pypi.org/simple/")]
    pub index_url: String,
    /// Really upload; refused unless all evidence is there and clean
    #[arg(long)]
    pub execute: bool,
    /// Refuse for warnings and needless rows of `accept` too
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub jobs: FromJobs,
    /// The longest wait for a fault of the network or the index to pass, in seconds for each file
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,
    /// The indexes that get attestations of the publisher
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub attestations: Attestations,
    #[command(flatten)]
    pub output: Output,
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

/// Publishes the plan: the files in `dist/`, or those of the jobs below `--from`.
///
/// An index on loopback gets the part that is built, at once. Any other index gets them only with `--execute` and an open
/// gate.
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
    let source = &args.jobs.take_in(source, kept, report)?;
    if !is_loopback(&destination.repository) {
        let mut judgement =
            gate::decide(source, kept, report, args.strict, args.folder.allow_untested)?;
        let listing = index::listing(&destination.simple, &source.plan.project);
        check_interrupt()?;
        judge_age(&source.plan, kept, listing.as_deref().unwrap_or_default(), &mut judgement);
        for warning in &judgement.warnings {
            report.warn(warning);
        }
        if !execute {
            return dry_run::run(&source.plan, kept, report, destination, &judgement, listing);
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
        for accepted in &judgement.accepted {
            report.say(Mood::Doubtful, "accepted", accepted);
        }
    }
    let (part, missing) = match is_loopback(&destination.repository) {
        true => recorded::part(&source.plan, kept.built()),
        false => (source.plan.clone(), 0),
    };
    if missing > 0 {
        let what =
            format!("{missing} of {} planned wheels, which are not sent", source.plan.wheels.len());
        report.say(Mood::Doubtful, "not built", &what);
    }
    let receipt = send(&source.project, machine, kept, report, &part, destination)?;
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

/// Adds the age of the release to the reasons for and against it.
fn judge_age(
    plan: &Plan,
    kept: &EvidenceFolder,
    listing: &[ListedFile],
    judgement: &mut GateDecision,
) {
    let build = kept.built();
    let planned = plan.files().filter_map(|file| build.file(file).cloned());
    match age(&planned.collect::<Vec<_>>(), listing, Timestamp::now()) {
        Age::Young => {}
        Age::Near(why) => judgement.warnings.push(why),
        Age::Over(why) => judgement.reasons.push(why),
    }
}
