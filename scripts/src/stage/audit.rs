//! `audit`: reads every file of `dist/`, and judges each and the set.

use std::fmt::Write as _;

use anyhow::Result;

use super::Session;
use crate::check::{CHECKS, Outcome, Subject};
use crate::evidence::{self, AuditEvidence, BuildEvidence};
use crate::exit::{Stop, Verdict};
use crate::plan::Plan;
use crate::report::{Mood, human, table};
use crate::wheel::release::{Release, list};

/// The stage over the whole plan.
///
/// # Errors
///
/// When there is nothing to audit.
pub fn run(session: &Session) -> Result<Verdict> {
    let evidence = judge(session, &session.plan)?;
    let mut text = shown(&evidence);
    let rows: Vec<Vec<String>> = CHECKS
        .iter()
        .zip(&evidence.checks)
        .map(|(check, (_, outcome))| human::outcome(check, outcome))
        .collect();
    text += &table::plain(&["check", "result", "what it holds the release to"], &rows);
    session.report.result(&text, &evidence)?;
    Ok(verdict(&evidence))
}

/// Judges `dist/` by a plan, and writes `audit.json`.
///
/// # Errors
///
/// When there is nothing to audit.
pub fn judge(session: &Session, plan: &Plan) -> Result<AuditEvidence> {
    session.exclusive()?;
    let dist = session.project.dist();
    let paths = list(&dist)?;
    if paths.is_empty() {
        return Err(Stop::Unknown(format!(
            "there is nothing to audit in `{}`\nhint: run `cargo pipeline build` first",
            dist.display()
        ))
        .into());
    }
    let action = session.report.start("auditing dist/");
    let mut release = Release::default();
    let mut unread = Vec::new();
    for path in &paths {
        if let Err(error) = release.add(path) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            unread.push(format!("`{name}`: {error}"));
        }
    }
    let built =
        evidence::read::<BuildEvidence>(&session.evidence("build"))?.unwrap_or_default().sums();
    let subject = Subject { release: &release, plan, built: &built };
    let mut checks = Vec::new();
    let mut findings = Vec::new();
    for check in CHECKS {
        let outcome = match check.judge(subject) {
            Ok(found) => {
                let outcome = Outcome::Ran { findings: found.len() };
                findings.extend(found);
                outcome
            }
            Err(why) => Outcome::Unknown(why.0),
        };
        checks.push((check.name.to_owned(), outcome));
    }
    let files = release.files.iter().map(|file| (file.name.clone(), file.sum)).collect();
    let evidence = AuditEvidence { files, checks, findings, unread };
    evidence::write(&session.evidence("audit"), &evidence)?;
    let what = format!(
        "{} files by {} checks: {} findings, {} not read",
        paths.len(),
        CHECKS.len(),
        evidence.findings.len(),
        evidence.unread.len()
    );
    let mood = if verdict(&evidence) == Verdict::Yes { Mood::Good } else { Mood::Bad };
    action.done(mood, "audited", &what);
    Ok(evidence)
}

/// What the evidence says as a whole.
pub fn verdict(evidence: &AuditEvidence) -> Verdict {
    let unknown = !evidence.unread.is_empty()
        || evidence.checks.iter().any(|(_, outcome)| matches!(outcome, Outcome::Unknown(_)));
    let bad = if evidence.findings.is_empty() { Verdict::Yes } else { Verdict::No };
    bad.and(if unknown { Verdict::Unknown } else { Verdict::Yes })
}

/// Everything that is wrong or could not be told, for people.
pub fn shown(evidence: &AuditEvidence) -> String {
    let mut text = String::new();
    for finding in &evidence.findings {
        text += &human::finding(finding);
        text.push('\n');
    }
    for unread in &evidence.unread {
        writeln!(text, "could not read {unread}\n").expect("writing to a string does not fail");
    }
    text
}
