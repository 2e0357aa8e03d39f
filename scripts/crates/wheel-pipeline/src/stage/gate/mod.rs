//! `gate`: decides from all evidence if `dist/` may be uploaded.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::list;

use crate::evidence::gate::{GateDecision, GateInput, judge};
use crate::evidence::{EvidenceFolder, file};
use crate::exit::Verdict;
use crate::project::source::Source;
use crate::report::{Output, Report};
use crate::stage::from_jobs::FromJobs;

/// The arguments of `gate`.
#[derive(Debug, clap::Args)]
pub struct Args {
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
    args.jobs.take_in(source, kept, report)?;
    let judgement = decide(source, kept)?;
    let mut text = summary(&judgement);
    text += &format!(
        "{} of {} wheels agree with a second builder's\n",
        judgement.seconded.len(),
        source.plan.wheels.len()
    );
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

/// Judges the evidence of this checkout, and writes `gate.json`.
pub fn decide(source: &Source, kept: &EvidenceFolder) -> Result<GateDecision> {
    let judgement = judge(&GateInput {
        plan: &source.plan,
        commit: source.revision.as_ref().map(|revision| revision.commit.as_str()),
        dirty: source.revision.as_ref().is_some_and(|revision| revision.dirty),
        waivers: &source.project.table.waivers,
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        dist: &sums(source)?,
        evidence: kept,
    });
    file::write(&source.project.work().join("gate.json"), &judgement)?;
    Ok(judgement)
}

/// The decision as text, with a line for each reason, waiver and warning.
pub fn summary(judgement: &GateDecision) -> String {
    let lines = |word: &str, lines: &[String]| -> String {
        lines.iter().map(|line| format!("{word}: {line}\n")).collect()
    };
    let mut text = lines("closed", &judgement.reasons);
    text += &lines("waived", &judgement.waived);
    text += &lines("warning", &judgement.warnings);
    text += &format!("{} waived\n", judgement.waived.len());
    text
}

fn sums(source: &Source) -> Result<BTreeMap<String, Sha256Sum>> {
    let planned: Vec<&str> = source.plan.files().collect();
    let mut sums = BTreeMap::new();
    for path in list(&source.project.dist())? {
        let name = path.file_name().context("a listed file has a name")?.to_string_lossy();
        if planned.contains(&name.as_ref()) {
            let bytes =
                std::fs::read(&path).with_context(|| format!("cannot read `dist/{name}`"))?;
            sums.insert(name.into_owned(), Sha256Sum::digest(&bytes));
        }
    }
    Ok(sums)
}
