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

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;

use crate::evidence::gate::GateDecision;
use crate::evidence::gather;
use crate::evidence::{self, BuildEvidence};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index::address::{self, is_loopback};
use crate::index::{self, OfferedFile, Trouble};
use crate::report::{Mood, table};
use crate::stage::{Session, gate};
use crate::tool::twine::Credentials;
use age::{Age, age};

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

/// How long faults of one file are waited out, unless said otherwise.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The stage over the whole plan, for what lies here or for what the jobs below `from` brought. Without
/// `execute`, nothing is sent to an index that is not on loopback; with it, only past an open gate.
///
/// # Errors
///
/// When the gate is closed, the index holds other bytes, or an upload fails.
pub fn run(
    session: &Session,
    destination: &Destination,
    execute: bool,
    from: Option<&Path>,
) -> Result<Verdict> {
    address::check("--repository-url", &destination.repository)?;
    address::check("--index-url", &destination.simple)?;
    if let Some(from) = from {
        from_jobs::take_in(session, from)?;
    }
    if !is_loopback(&destination.repository) {
        let mut judgement = gate::decide(session)?;
        let shelf = index::files(&destination.simple, &session.plan.project);
        judge_age(session, shelf.as_deref().unwrap_or_default(), &mut judgement)?;
        for warning in &judgement.warnings {
            session.report.warn(warning);
        }
        if !execute {
            return dry_run(session, destination, &judgement, shelf);
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
            session.report.say(Mood::Doubtful, "waived", waived);
        }
    }
    let receipt = send(session, &session.plan, destination)?;
    let rows: Vec<Vec<String>> = receipt
        .files
        .iter()
        .map(|file| {
            let url = file.url.clone().unwrap_or_default();
            vec![file.file.clone(), file.sha256.to_string(), url]
        })
        .collect();
    let text = table::plain(&["file", "sha256", "url"], &rows);
    session.report.result(&format!("{text}attestations: {}\n", receipt.attestations), &receipt)?;
    Ok(Verdict::Yes)
}

fn judge_age(session: &Session, shelf: &[OfferedFile], judgement: &mut GateDecision) -> Result<()> {
    let build = kept.built();
    let planned = session.plan.files().filter_map(|file| build.file(file).cloned());
    match age(&planned.collect::<Vec<_>>(), shelf, Timestamp::now()) {
        Age::Young => {}
        Age::Near(why) => judgement.warnings.push(why),
        Age::Over(why) => judgement.reasons.push(why),
    }
    Ok(())
}

/// Everything but the upload: what would be sent, what is there already, and why it would be refused.
fn dry_run(
    session: &Session,
    destination: &Destination,
    judgement: &GateDecision,
    shelf: Result<Vec<OfferedFile>, Trouble>,
) -> Result<Verdict> {
    let build = kept.built();
    let mut text = format!("to send to {}, in this order:\n", destination.repository);
    let mut verdict = Verdict::Yes;
    for file in session.plan.files() {
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
        session.report.warn(&format!("what the index holds is not known: {trouble}"));
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
    session.report.result(&text, judgement)?;
    Ok(verdict)
}
