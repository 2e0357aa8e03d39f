//! `rehearse`: the whole road on this machine, against an index server of its own on loopback.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::publish::{self, Destination};
use super::verify::{self, VerifyEvidence};
use super::{Session, audit, build, plan, smoke};
use crate::evidence::{AuditEvidence, BuildEvidence, Receipt, SmokeEvidence};
use crate::exit::{Stop, Verdict};
use crate::plan::Plan;
use crate::report::table;
use crate::tool::server::IndexServer;

/// Everything that a rehearsal found out: what `--format json` prints.
#[derive(Debug, Serialize)]
struct Rehearsal<'a> {
    plan: &'a Plan,
    build: BuildEvidence,
    audit: AuditEvidence,
    smoke: SmokeEvidence,
    receipt: Receipt,
    verify: VerifyEvidence,
    /// Promised environments in which every stage passed, and all of them.
    reached: usize,
    promised: usize,
}

/// The stage. What this machine cannot reach is said and counted; with `complete`, it is not enough.
///
/// # Errors
///
/// When a stage refuses or cannot do its work; the stages after it do not run then.
pub fn run(session: &Session, port: u16, complete: bool) -> Result<Verdict> {
    session.exclusive()?;
    plan::write(session)?;
    let targets = session.host_targets();
    if targets.is_empty() {
        return Err(
            Stop::Unknown("no target of the plan can be built on this machine".into()).into()
        );
    }
    let part = session.plan.only(&targets);
    // It takes some seconds to start, which the build hides.
    let mut server = IndexServer::start(session.tools()?, port)?;
    let build = build::make(session, &targets)?;
    let audit = audit::judge(session, &part)?;
    if audit::verdict(&audit) != Verdict::Yes {
        session.report.result(&audit::shown(&audit), &audit)?;
        return Ok(audit::verdict(&audit));
    }
    let smoke = smoke::prove(session, &part)?;
    if smoke::verdict(&smoke, 0, false) != Verdict::Yes {
        session.report.result(&rows(session, &smoke, None), &smoke)?;
        return Ok(Verdict::No);
    }
    let address = server.ready()?;
    let destination = Destination {
        repository: address.repository,
        simple: address.simple,
        credentials: Some(server.uploader.clone()),
    };
    let receipt = publish::send(session, &part, &destination)?;
    let verify = verify::prove(session, &part, &destination.simple)?;

    let promised = session.plan.environments.len();
    let text = format!(
        "{}\n{}\n",
        rows(session, &smoke, Some(&verify)),
        smoke::reach(&verify.trials, promised)
    );
    let reached = smoke::reached(&verify.trials);
    let verdict = verify::verdict(&verify).and(smoke::verdict(&verify.trials, promised, complete));
    let rehearsal =
        Rehearsal { plan: &session.plan, build, audit, smoke, receipt, verify, reached, promised };
    session.report.result(&text, &rehearsal)?;
    Ok(verdict)
}

/// The table of every promised environment and how far it came.
fn rows(session: &Session, smoke: &SmokeEvidence, verify: Option<&VerifyEvidence>) -> String {
    let mut rows = Vec::new();
    for promise in &session.plan.environments {
        let here = smoke
            .outcomes
            .iter()
            .filter(|outcome| outcome.target == promise.target && outcome.python == promise.python);
        let before = rows.len();
        for outcome in here {
            let verified = verify.and_then(|verify| {
                verify.trials.outcomes.iter().find(|verified| {
                    verified.target == outcome.target && verified.executable == outcome.executable
                })
            });
            let cell = |result| -> String { smoke::word(result).to_owned() };
            rows.push(vec![
                outcome.target.to_string(),
                outcome.release.clone(),
                "built".to_owned(),
                "clean".to_owned(),
                cell(&outcome.result),
                verified.map_or("not run".to_owned(), |verified| cell(&verified.result)),
            ]);
        }
        if rows.len() == before {
            let built = if promise.target.is_host() { ["built", "clean"] } else { ["not here"; 2] };
            let mut row = vec![promise.target.to_string(), promise.python.to_string()];
            row.extend(built.map(str::to_owned));
            row.extend(["not here"; 2].map(str::to_owned));
            rows.push(row);
        }
    }
    let mut text =
        table::plain(&["platform", "CPython", "build", "audit", "smoke", "publish, verify"], &rows);
    if verify.is_none() {
        writeln!(text, "\nstopped after the smoke test: nothing was published")
            .expect("writing to a string does not fail");
    }
    text
}
