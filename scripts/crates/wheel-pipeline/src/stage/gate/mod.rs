//! `gate`: whether what lies in `dist/` may be uploaded, by all the evidence there is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::evidence::gate::{GateDecision, GateInput, judge};
use crate::evidence::{file, gather};
use crate::exit::Verdict;
use crate::stage::Session;
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::list;

/// The stage, for what lies here or for what the jobs below `from` brought.
///
/// # Errors
///
/// When evidence cannot be read, or that of several jobs cannot be put together.
pub fn run(session: &Session, from: Option<&Path>) -> Result<Verdict> {
    if let Some(from) = from {
        from_jobs::take_in(session, from)?;
    }
    let judgement = decide(session)?;
    let mut text = shown(&judgement);
    text += &format!(
        "{} of {} wheels agree with a second builder's\n",
        judgement.seconded.len(),
        session.plan.wheels.len()
    );
    if judgement.reasons.is_empty() {
        text += if judgement.untagged {
            "the gate is open, once the commit carries a version tag\n"
        } else {
            "the gate is open\n"
        };
    }
    session.report.result(&text, &judgement)?;
    Ok(if judgement.reasons.is_empty() { Verdict::Yes } else { Verdict::No })
}

/// Judges the evidence of this checkout, and writes `gate.json`.
///
/// # Errors
///
/// When evidence cannot be read.
pub fn decide(session: &Session) -> Result<GateDecision> {
    session.exclusive()?;
    let judgement = judge(&GateInput {
        plan: &session.plan,
        commit: session.revision.as_ref().map(|revision| revision.commit.as_str()),
        dirty: session.revision.as_ref().is_some_and(|revision| revision.dirty),
        waivers: &session.project.table.waivers,
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        dist: &sums(session)?,
        evidence: &kept,
    });
    file::write(&session.project.work().join("gate.json"), &judgement)?;
    Ok(judgement)
}

/// What the gate says, a line each.
pub fn shown(judgement: &GateDecision) -> String {
    let lines = |word: &str, lines: &[String]| -> String {
        lines.iter().map(|line| format!("{word}: {line}\n")).collect()
    };
    let mut text = lines("closed", &judgement.reasons);
    text += &lines("waived", &judgement.waived);
    text += &lines("warning", &judgement.warnings);
    text += &format!("{} waived\n", judgement.waived.len());
    text
}

fn sums(session: &Session) -> Result<BTreeMap<String, Sha256Sum>> {
    let planned: Vec<&str> = session.plan.files().collect();
    let mut sums = BTreeMap::new();
    for path in list(&session.project.dist())? {
        let name = path.file_name().context("a listed file has a name")?.to_string_lossy();
        if planned.contains(&name.as_ref()) {
            let bytes =
                std::fs::read(&path).with_context(|| format!("cannot read `dist/{name}`"))?;
            sums.insert(name.into_owned(), Sha256Sum::of(&bytes));
        }
    }
    Ok(sums)
}
