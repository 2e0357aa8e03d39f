//! `bench`: measurements, as tables in Markdown for `docs/benchmarks.md`.
//!
//! Machines differ and are noisy: what is run is whole commands, several times, and medians are shown.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Session;
use super::rehearse::{STAGES, StageTime};
use crate::exit::{Stop, Verdict};
use crate::report::{Mood, table};
use crate::tool::{cargo, git, machine};

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// The rehearsal of the last commit, from a fresh clone with empty caches and then warm, by stage
    Rehearse {
        /// How many warm runs the medians are taken of
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
        runs: u8,
    },
}

/// The part of a rehearsal's JSON that is read here.
#[derive(Deserialize)]
struct Rehearsal {
    times: Vec<StageTime>,
    reached: usize,
}

/// A whole run of `cargo pipeline rehearse`.
struct Run {
    /// From the command's start to its end, with cargo's own work.
    whole: Duration,
    rehearsal: Rehearsal,
}

/// The stage.
///
/// # Errors
///
/// When a run that is measured does not succeed.
pub fn run(session: &Session, what: &Bench) -> Result<Verdict> {
    match what {
        Bench::Rehearse { runs } => rehearse(session, *runs),
    }
}

fn rehearse(session: &Session, runs: u8) -> Result<Verdict> {
    if session.revision.is_none() {
        return Err(Stop::Unknown(
            "only a commit can be measured, and this is no git checkout with one".into(),
        )
        .into());
    }
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let clone = folder.path().join("clone");
    git::clone(&session.project.root, &clone).check()?;
    let measured = |name: &str| -> Result<Run> {
        let action = session.report.start(name);
        let run = measure(&clone, &folder.path().join("caches"))?;
        action.done(Mood::Good, "measured", name);
        Ok(run)
    };
    let cold = measured("cold run")?;
    let warm = (1..=runs)
        .map(|run| measured(&format!("warm run {run} of {runs}")))
        .collect::<Result<Vec<_>>>()?;

    let mut rows: Vec<Vec<String>> = Vec::new();
    for stage in STAGES {
        let warm: Vec<Duration> = warm.iter().map(|run| run.of(stage).whole()).collect();
        rows.push(vec![
            (*stage).to_owned(),
            seconds(cold.of(stage).whole()),
            seconds(median(&warm)),
        ]);
    }
    let rest: Vec<Duration> = warm.iter().map(Run::outside_stages).collect();
    rows.push(vec![
        "cargo: compile and start the pipeline".into(),
        seconds(cold.outside_stages()),
        seconds(median(&rest)),
    ]);
    let whole: Vec<Duration> = warm.iter().map(|run| run.whole).collect();
    rows.push(vec!["**whole command**".into(), seconds(cold.whole), seconds(median(&whole))]);
    let mut shares: Vec<f64> = warm.iter().map(Run::own_share).collect();
    shares.sort_by(f64::total_cmp);
    rows.push(vec![
        "share of the stages outside all tools".into(),
        percent(cold.own_share()),
        percent(shares[shares.len() / 2]),
    ]);
    let header = ["stage", "cold, s", &format!("warm, s (median of {runs})")];
    session.report.data(&format!(
        "{}; {} promised environments reached\n\n{}",
        machine::describe()?,
        cold.rehearsal.reached,
        table::markdown(&header, &rows)
    ));
    Ok(Verdict::Yes)
}

fn measure(clone: &Path, caches: &Path) -> Result<Run> {
    let started = Instant::now();
    let finished = cargo::rehearse(clone, caches).check()?;
    let whole = started.elapsed();
    let rehearsal =
        serde_json::from_str(&finished.stdout).context("a rehearsal prints JSON when asked to")?;
    Ok(Run { whole, rehearsal })
}

impl Run {
    fn of(&self, stage: &str) -> StageTime {
        self.rehearsal.times.iter().find(|time| time.stage == stage).cloned().unwrap_or_default()
    }

    fn in_stages(&self) -> Duration {
        self.rehearsal.times.iter().map(StageTime::whole).sum()
    }

    fn outside_stages(&self) -> Duration {
        self.whole.saturating_sub(self.in_stages())
    }

    /// The share of the stages' time in which no tool was running: what the pipeline itself costs.
    fn own_share(&self) -> f64 {
        let tools: Duration = self.rehearsal.times.iter().map(StageTime::in_tools).sum();
        1.0 - tools.as_secs_f64() / self.in_stages().as_secs_f64()
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
