//! `publish`: every file of the plan on an index, wheels first, with a receipt.
//!
//! The index is asked before each upload: what it holds already in identical bytes is done, other
//! bytes under the same name stop the run. `--skip-existing` is never used, because it hides just
//! that difference.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Session, held};
use crate::evidence::{self, BuiltFile, Receipt, SentFile};
use crate::exit::{Stop, Verdict};
use crate::gate;
use crate::index::{self, OfferedFile, is_loopback};
use crate::plan::Plan;
use crate::report::{Mood, table};
use crate::tool::twine::{self, Credentials};

/// Where files go, and where they are seen.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Where twine sends files.
    pub repository: String,
    /// The simple API, where the index shows what it holds.
    pub simple: String,
    /// For an index of the pipeline's own; elsewhere twine finds them.
    pub credentials: Option<Credentials>,
}

/// The stage over the whole plan. Without `execute`, nothing is sent to an index that is not on
/// loopback; with it, only past an open gate.
///
/// # Errors
///
/// When the gate is closed, the index holds other bytes, or an upload fails.
pub fn run(session: &Session, destination: &Destination, execute: bool) -> Result<Verdict> {
    let plan = &session.plan;
    if !is_loopback(&destination.repository) {
        let reasons = gate::closed(
            plan,
            session.revision.as_ref().map(|revision| revision.commit.as_str()),
            evidence::read(&session.evidence("build"))?.as_ref(),
            evidence::read(&session.evidence("audit"))?.as_ref(),
            evidence::read(&session.evidence("smoke"))?.as_ref(),
        );
        if !execute {
            let nothing = Receipt { repository: destination.repository.clone(), files: Vec::new() };
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
        .map(|file| vec![file.file.clone(), file.sha256.to_string(), file.url.clone()])
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

/// Sends what the index does not hold yet, and writes `receipt.json`.
///
/// # Errors
///
/// As [`run`].
pub fn send(session: &Session, plan: &Plan, destination: &Destination) -> Result<Receipt> {
    session.exclusive()?;
    let files = held(session, plan)?;
    let mut receipt = Receipt { repository: destination.repository.clone(), files: Vec::new() };
    for (path, built) in &files {
        let offered = match offer(destination, plan, built)? {
            Some(offered) => {
                session.report.say(Mood::Good, "already there", &built.file);
                offered
            }
            None => upload(session, destination, plan, path, built)?,
        };
        receipt.files.push(SentFile {
            file: built.file.clone(),
            sha256: built.sha256,
            url: offered.url,
        });
        evidence::write(&session.evidence("receipt"), &receipt)?;
    }
    Ok(receipt)
}

fn upload(
    session: &Session,
    destination: &Destination,
    plan: &Plan,
    path: &Path,
    built: &BuiltFile,
) -> Result<OfferedFile> {
    let action = session.report.start(format!("uploading {}", built.file));
    let tools = session.tools()?;
    let sent =
        twine::upload(tools, &destination.repository, destination.credentials.as_ref(), path)
            .run()?;
    if !sent.succeeded() {
        return Err(Stop::No(format!(
            "the index did not take `{}`\n{}\nhint: what was sent before is in the receipt; run the stage again to go on",
            built.file,
            sent.tail()
        ))
        .into());
    }
    let offered = offer(destination, plan, built)?
        .with_context(|| format!("twine sent `{}`, but the index does not show it", built.file))?;
    action.done(Mood::Good, "uploaded", &built.file);
    Ok(offered)
}

/// The file as the index offers it, if it does; with other bytes it is a refusal.
fn offer(destination: &Destination, plan: &Plan, built: &BuiltFile) -> Result<Option<OfferedFile>> {
    let offered = index::files(&destination.simple, &plan.project)?;
    let Some(offered) = offered.into_iter().find(|file| file.name == built.file) else {
        return Ok(None);
    };
    if offered.sum == built.sha256 {
        return Ok(Some(offered));
    }
    Err(Stop::No(format!(
        "the index holds other bytes under the name `{}`\n  there: {}\n  here:  {}\n\
         hint: a used name is taken for good: raise the version",
        built.file, offered.sum, built.sha256
    ))
    .into())
}
