//! The dry run of `publish`.

use anyhow::Result;
use wheel_audit::plan::Plan;

use super::destination::Destination;
use crate::evidence::EvidenceFolder;
use crate::evidence::gate::GateDecision;
use crate::exit::Verdict;
use crate::index::{IndexError, ListedFile};
use crate::report::Report;
use crate::stage::recorded;

/// Shows the files to send, those that the index has already, and the reasons against an upload.
pub fn run(
    plan: &Plan,
    kept: &EvidenceFolder,
    report: &Report,
    destination: &Destination,
    judgement: &GateDecision,
    listing: Result<Vec<ListedFile>, IndexError>,
) -> Result<Verdict> {
    let build = kept.built();
    let mut text = format!("to send to {}, in this order:\n", destination.repository);
    let mut verdict = Verdict::Yes;
    let (part, missing) = recorded::part(plan, build);
    for file in part.files() {
        let listed = listing.iter().flatten().find(|listed| listed.name == file);
        let state = match (listed, build.file(file)) {
            (None, _) => "",
            (Some(listed), Some(built)) if listed.sum == built.sha256 => {
                ", which the index has already"
            }
            (Some(_), _) => {
                verdict = Verdict::No;
                ", which the index has with another hash: it would be refused"
            }
        };
        text += &format!("  {file}{state}\n");
    }
    if missing > 0 {
        text += &format!("{missing} of {} planned wheels are not built\n", plan.wheels.len());
    }
    if let Err(error) = &listing {
        report.warn(&format!("the files on the index are not known: {error}"));
        verdict = verdict.and(Verdict::Unknown);
    }
    text += "nothing was sent: this was a dry run, `--execute` sends\n";
    for reason in judgement.closed() {
        text += &format!("`--execute` would be refused: {reason}\n");
    }
    if !judgement.reasons.is_empty() {
        verdict = Verdict::No;
    }
    for accepted in &judgement.accepted {
        text += &format!("accepted: {accepted}\n");
    }
    text += &format!("{} waived, {} accepted\n", judgement.waived.len(), judgement.accepted.len());
    report.result(&text, judgement)?;
    Ok(verdict)
}
