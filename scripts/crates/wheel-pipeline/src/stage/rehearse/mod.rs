//! `rehearse`: a whole release on this machine, against an index server on loopback.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;

use crate::evidence::{
    AuditEvidence, BuildEvidence, EvidenceFolder, Receipt, SmokeEvidence, VerifyEvidence,
};
use crate::exit::Verdict;
use crate::process::clock::time_in_tools;
use crate::project::source::Source;
use crate::report::{Output, Report, human, table};
use crate::stage::publish::{self, Attestations, Destination};
use crate::stage::{Machine, audit, build, plan, smoke, verify};
use crate::tool::devpi::{IndexServer, check_port};
use crate::tool::python::tools::Tool;

/// The evidence of a rehearsal, as `--format json` prints it.
#[derive(Debug, Serialize)]
struct Rehearsal<'a> {
    plan: &'a Plan,
    build: BuildEvidence,
    audit: AuditEvidence,
    smoke: SmokeEvidence,
    receipt: Receipt,
    verify: VerifyEvidence,
    times: Vec<StageTime>,
    /// The number of promised environments in which every stage passed.
    reached: usize,
    promised: usize,
}

/// The names of the stages in the list of times.
pub const STAGES: &[&str] = &["plan", "tools", "build", "audit", "smoke", "publish", "verify"];

/// The duration of a stage.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StageTime {
    pub stage: String,
    pub milliseconds: u64,
    /// The part of the time during which at least one tool was running.
    pub in_tools_milliseconds: u64,
}

impl StageTime {
    /// The duration of the whole stage.
    pub fn whole(&self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }

    /// The part of the time during which at least one tool was running.
    pub fn in_tools(&self) -> Duration {
        Duration::from_millis(self.in_tools_milliseconds)
    }
}

/// A clock for consecutive stages.
#[derive(Default)]
struct StageClock(Vec<StageTime>);

impl StageClock {
    fn time<T>(&mut self, stage: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let (started, tools) = (Instant::now(), time_in_tools());
        let result = work()?;
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.0.push(StageTime {
            stage: stage.to_owned(),
            milliseconds: milliseconds(started.elapsed()),
            in_tools_milliseconds: milliseconds(time_in_tools() - tools),
        });
        Ok(result)
    }
}

/// The arguments of `rehearse`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Rehearse this target of the table; may be repeated; by default this machine's targets
    #[arg(long = "target", value_name = "TARGET")]
    pub targets: Vec<Target>,
    /// Stop for warnings of the audit and needless rows of `accept` too
    #[arg(long)]
    pub strict: bool,
    /// Exit 3 unless every promised environment was tested
    #[arg(long)]
    pub complete: bool,
    /// The port of the index on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `rehearse`, for the given targets or for this machine's. Untested promised environments are listed and
/// counted. With `complete`, they make the verdict unknown.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let Args { targets, port, complete, .. } = args;
    let (port, complete) = (*port, *complete);
    check_port(port)?;
    let mut clock = StageClock::default();
    clock.time("plan", || plan::write(source, report))?;
    let part = match &targets[..] {
        [] => machine.provable(&source.plan)?,
        targets => build::part(&source.plan, targets)?,
    }
    .built_here();
    // A missing network is noticed before anything is built.
    let tools = clock.time("tools", || {
        let tools = machine.tools()?;
        [Tool::Pip, Tool::Maturin, Tool::Twine, Tool::Devpi]
            .into_iter()
            .try_for_each(|tool| tools.ready(tool))?;
        Ok(tools)
    })?;
    // The server takes some seconds to start, so it starts before the build.
    let mut server = IndexServer::start(tools, port)?;
    let build = clock.time("build", || build::make(source, machine, kept, report, &part, false))?;
    let audit = clock.time("audit", || audit::judge(source, kept, report, &part))?;
    let audited = audit::verdict(&audit, args.strict);
    if audited != Verdict::Yes {
        report.result(&human::problems(&audit), &audit)?;
        return Ok(audited);
    }
    let smoke = clock.time("smoke", || smoke::prove(source, machine, kept, report, &part))?;
    // An environment that could not be tested says nothing against the wheels.
    if smoke::verdict(&smoke, &source.project.table, 0, false) == Verdict::No {
        report.result(&rows(&source.plan, &part, &smoke, None), &smoke)?;
        return Ok(Verdict::No);
    }
    let (receipt, simple) = clock.time("publish", || {
        let address = server.ready()?;
        let destination = Destination {
            repository: address.repository,
            simple: address.simple,
            credentials: Some(server.uploader.clone()),
            patience: publish::PATIENCE,
            attestations: Attestations::Never,
        };
        Ok((
            publish::send(&source.project, machine, kept, report, &part, &destination)?,
            destination.simple,
        ))
    })?;
    let verify = clock.time("verify", || {
        verify::prove(source, machine, kept, report, &part, &simple, publish::PATIENCE)
    })?;

    let promised = source.plan.environments.len();
    let text = format!(
        "{}{}\n{}\n",
        human::problems(&audit),
        rows(&source.plan, &part, &smoke, Some(&verify)),
        smoke::reach(&verify.runs, promised)
    );
    let reached = smoke::reached(&verify.runs);
    let table = &source.project.table;
    let verdict = verify::verdict(&verify, table).and(smoke::verdict(
        &verify.runs,
        table,
        promised,
        complete,
    ));
    let rehearsal = Rehearsal {
        plan: &source.plan,
        build,
        audit,
        smoke,
        receipt,
        verify,
        times: clock.0,
        reached,
        promised,
    };
    report.result(&text, &rehearsal)?;
    Ok(verdict)
}

/// A table of every promised environment, with the result of each stage.
fn rows(
    plan: &Plan,
    part: &Plan,
    smoke: &SmokeEvidence,
    verify: Option<&VerifyEvidence>,
) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for promise in &plan.environments {
        let here = smoke
            .outcomes
            .iter()
            .filter(|outcome| outcome.target == promise.target && outcome.python == promise.python);
        let before = rows.len();
        for outcome in here {
            let verified = verify.and_then(|verify| {
                verify.runs.outcomes.iter().find(|verified| {
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
            let built = part.wheels.iter().any(|wheel| wheel.file == promise.file);
            let built = if built { ["built", "clean"] } else { ["not here"; 2] };
            let cells = [built[0], built[1], "not here", "not here"];
            let target = promise.target.to_string();
            match rows.last_mut() {
                // All missing Pythons of a platform share a row.
                Some(last) if last[0] == target && last[2..] == cells => {
                    last[1] += &format!(", {}", promise.python);
                }
                _ => {
                    let mut row = vec![target, promise.python.to_string()];
                    row.extend(cells.map(str::to_owned));
                    rows.push(row);
                }
            }
        }
    }
    let mut text =
        table::plain(&["platform", "Python", "build", "audit", "smoke", "publish, verify"], &rows);
    if verify.is_none() {
        writeln!(text, "\nstopped after the smoke test: nothing was published")
            .expect("writing to a string does not fail");
    }
    text
}
