//! `publish`: every file of the plan on an index, wheels first, with a receipt.
//!
//! The index is asked before each upload: what it holds already in identical bytes is done, other
//! bytes under the same name stop the run. `--skip-existing` is never used, because it hides just
//! that difference. [`step`] decides, [`drive`] makes the moves, [`send`] makes them in the world.

pub mod drive;
pub mod send;
pub mod step;

use std::time::Duration;

use anyhow::Result;

use super::Session;
use crate::evidence::{self, Receipt};
use crate::exit::{Stop, Verdict};
use crate::gate;
use crate::index::address::{self, is_loopback};
use crate::plan::Plan;
use crate::report::table;
use crate::tool::twine::Credentials;

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
}

/// How long faults of one file are waited out, unless said otherwise.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The stage over the whole plan. Without `execute`, nothing is sent to an index that is not on
/// loopback; with it, only past an open gate.
///
/// # Errors
///
/// When the gate is closed, the index holds other bytes, or an upload fails.
pub fn run(session: &Session, destination: &Destination, execute: bool) -> Result<Verdict> {
    let plan = &session.plan;
    address::check("--repository-url", &destination.repository)?;
    address::check("--index-url", &destination.simple)?;
    if !is_loopback(&destination.repository) {
        let reasons = gate::closed(
            plan,
            session.revision.as_ref().map(|revision| revision.commit.as_str()),
            evidence::read(&session.evidence("build"))?.as_ref(),
            evidence::read(&session.evidence("audit"))?.as_ref(),
            evidence::read(&session.evidence("smoke"))?.as_ref(),
        );
        if !execute {
            let nothing =
                Receipt { repository: destination.repository.clone(), ..Receipt::default() };
            session.report.result(&dry_run(plan, destination, &reasons), &nothing)?;
            return Ok(if reasons.is_empty() { Verdict::Yes } else { Verdict::No });
        }
        if !reasons.is_empty() {
            let reasons = reasons.join("\n  ");
            return Err(
                Stop::No(format!("the gate is closed, nothing was sent:\n  {reasons}")).into()
            );
        }
    }
    let receipt = send(session, plan, destination)?;
    let rows: Vec<Vec<String>> = receipt
        .files
        .iter()
        .map(|file| {
            let url = file.url.clone().unwrap_or_default();
            vec![file.file.clone(), file.sha256.to_string(), url]
        })
        .collect();
    session.report.result(&table::plain(&["file", "sha256", "url"], &rows), &receipt)?;
    Ok(Verdict::Yes)
}

fn dry_run(plan: &Plan, destination: &Destination, reasons: &[String]) -> String {
    let mut text = format!("to send to {}, in this order:\n", destination.repository);
    for file in plan.files() {
        text += &format!("  {file}\n");
    }
    text += "nothing was sent: this was a dry run, `--execute` sends\n";
    for reason in reasons {
        text += &format!("`--execute` would be refused: {reason}\n");
    }
    text
}
