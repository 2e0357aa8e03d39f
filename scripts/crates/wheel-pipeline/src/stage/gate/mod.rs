//! `gate`: decides from all evidence if `dist/` may be uploaded.

use crate::evidence::gate::judge::judge;
use crate::evidence::gate::{GateDecision, GateInput, PickedFile};
use crate::evidence::origin::FileOrigin;
use crate::evidence::{AuditEvidence, Evidence, EvidenceFolder, Judgement, file};
use crate::exit::Verdict;
use crate::project::source::Source;
use crate::report::{Output, Report, table};
use crate::stage::audit;
use crate::stage::foreign::FromFolder;
use crate::stage::from_jobs::FromJobs;
use anyhow::Result;
use wheel_audit::{Finding, PythonVersion};

/// The arguments of `gate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder: FromFolder,
    /// Close the gate for warnings and needless rows of `accept` too
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub jobs: FromJobs,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `gate`, after joining the results of jobs if `from` is given.
pub fn run(
    args: &Args,
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let source = &args.jobs.take_in(source, kept, report)?;
    let judgement = decide(source, kept, report, args.strict, args.folder.allow_untested)?;
    let mut text = origins(&judgement);
    if source.project.folder.is_some() {
        text += &picks(&judgement);
    }
    text += &summary(&judgement);
    // A second builder has nothing to compare with where there is no first one.
    if source.project.folder.is_none() {
        text += &format!(
            "{} of {} wheels agree with a second builder's\n",
            judgement.seconded.len(),
            source.plan.wheels.len()
        );
    }
    if judgement.reasons.is_empty() {
        text += if judgement.untagged {
            "the gate is open, once the commit carries a version tag\n"
        } else {
            "the gate is open\n"
        };
    }
    report.result(&text, &judgement)?;
    Ok(if judgement.reasons.is_empty() { Verdict::Yes } else { Verdict::No })
}

/// Audits `dist/`, judges it with the other evidence of this checkout, and writes `gate.json`.
///
/// An audit takes seconds, so that of a file is not believed: anybody can write one. Only the outcomes of tests are
/// taken from files, as other machines have made them.
pub fn decide(
    source: &Source,
    kept: &EvidenceFolder,
    report: &Report,
    strict: bool,
    allow_untested: bool,
) -> Result<GateDecision> {
    let (audit, picked) = audit::whole(source, kept, report)?;
    let earlier = kept.audit.as_ref().map(|earlier| disagreements(earlier, &audit));
    let dist = audit.files.clone();
    let evidence = Evidence { audit: Some(audit), ..Evidence::clone(kept) };
    let mut judgement = judge(&GateInput {
        plan: &source.plan,
        has_project: source.project.folder.is_none(),
        commit: source.commit(),
        dirty: source.is_dirty(),
        waivers: &source.project.table.waivers,
        allow_untested,
        foreign: &source.project.table.foreign,
        accept: &source.project.table.accept,
        strict,
        cross_built: source.project.table.cross_built,
        rebuild: source.project.table.rebuild,
        second_build: source.project.table.second_build,
        today: crate::stage::today(),
        dist: &dist,
        evidence: &evidence,
    });
    judgement.reasons.extend(earlier.unwrap_or_default());
    judgement.picked = picked;
    file::write(&source.project.work().join("gate.json"), &judgement)?;
    Ok(judgement)
}

/// A table of the files: how each was linked, and where it was tested. Empty if nothing was built.
fn origins(judgement: &GateDecision) -> String {
    if judgement.files.is_empty() {
        return String::new();
    }
    let pythons = |pythons: &[PythonVersion]| -> String {
        let names: Vec<String> = pythons.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let row = |one: &FileOrigin| {
        vec![one.file.clone(), one.made.clone(), pythons(&one.native), pythons(&one.emulated)]
    };
    let rows: Vec<Vec<String>> = judgement.files.iter().map(row).collect();
    table::plain(&["file", "made by", "tested on its platform", "under an emulator"], &rows) + "\n"
}

/// The install table.
fn picks(judgement: &GateDecision) -> String {
    let row = |one: &PickedFile| vec![one.target.to_string(), one.python.to_string(), one.shown()];
    let rows: Vec<Vec<String>> = judgement.picked.iter().map(row).collect();
    table::plain(&["platform", "Python", "what pip picks"], &rows) + "\n"
}

/// The decision as text, with a line for each reason, waiver, accepted finding and warning.
pub fn summary(judgement: &GateDecision) -> String {
    let lines = |word: &str, lines: &[String]| -> String {
        lines.iter().map(|line| format!("{word}: {line}\n")).collect()
    };
    let mut text = lines("closed", &judgement.reasons);
    text += &lines("waived", &judgement.waived);
    text += &lines("accepted", &judgement.accepted);
    text += &lines("audited alone", &judgement.unpromised);
    text += &lines("warning", &judgement.warnings);
    text += &format!("{} waived, {} accepted\n", judgement.waived.len(), judgement.accepted.len());
    text
}

/// Returns whether an audit has a finding, accepted or not.
fn is_known(finding: &Finding, audit: &AuditEvidence) -> bool {
    let accepted = audit.accepted.iter().any(|accepted| match &accepted.what {
        Judgement::Finding(known) => known == finding,
        Judgement::CouldNotTell(_) => false,
    });
    accepted || audit.findings.contains(finding)
}

/// The findings of an earlier audit of the same bytes that this audit does not have.
fn disagreements(earlier: &AuditEvidence, now: &AuditEvidence) -> Vec<String> {
    let same = |file: &str| match file {
        "" => earlier.files == now.files,
        file => earlier.files.get(file) == now.files.get(file),
    };
    let missing =
        earlier.findings.iter().filter(|finding| same(&finding.file) && !is_known(finding, now));
    missing
        .map(|finding| {
            let what = Judgement::Finding(finding.clone());
            format!("an earlier audit of the same bytes found: {what}")
        })
        .collect()
}
