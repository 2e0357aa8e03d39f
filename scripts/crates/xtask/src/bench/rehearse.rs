//! `bench rehearse`: measures each stage of the rehearsal in a new clone, cold and warm.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::rehearse::{STAGES, StageTime};
use wheel_pipeline::tool::git;

use super::median;
use crate::{cargo, machine};

/// The used part of a rehearsal's JSON.
#[derive(Deserialize)]
struct MeasuredRehearsal {
    times: Vec<StageTime>,
    reached: usize,
}

/// A whole run of `cargo pipeline rehearse`.
struct MeasuredRun {
    /// The duration of the command, including cargo's work.
    whole: Duration,
    rehearsal: MeasuredRehearsal,
}

/// Runs `bench rehearse`: one cold run, and a number of warm ones.
pub fn run(source: &Source, report: &Report, runs: u8) -> Result<Verdict> {
    let Some(revision) = &source.revision else {
        return Err(Failure::unknown(
            "only a commit can be measured, but the project is not in a git checkout with a commit",
        )
        .into());
    };
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let clone = folder.path().join("clone");
    git::clone(&revision.checkout, &clone).check()?;
    let measured = |name: &str| -> Result<MeasuredRun> {
        let action = report.start(name);
        let run = measure(&clone, &folder.path().join("caches"))?;
        action.done(Mood::Good, "measured", name);
        Ok(run)
    };
    let cold = measured("cold run")?;
    let warm = (1..=runs)
        .map(|run| measured(&format!("warm run {run} of {runs}")))
        .collect::<Result<Vec<_>>>()?;

    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, of: &dyn Fn(&MeasuredRun) -> f64, shown: fn(f64) -> String| {
        rows.push(vec![
            name.to_owned(),
            shown(of(&cold)),
            shown(median(warm.iter().map(of).collect())),
        ]);
    };
    for stage in STAGES {
        row(stage, &|run| run.stage(stage).whole().as_secs_f64(), seconds);
    }
    row(
        "cargo: compile and start the pipeline",
        &|run| run.outside_stages().as_secs_f64(),
        seconds,
    );
    row("**whole command**", &|run| run.whole.as_secs_f64(), seconds);
    row("share of the stages outside all tools", &MeasuredRun::own_share, percent);
    let header = ["stage", "cold, s", &format!("warm, s (median of {runs})")];
    report.data(&format!(
        "{}; {} promised environments reached\n\n{}",
        machine::describe()?,
        cold.rehearsal.reached,
        table::markdown(&header, &rows)
    ))?;
    Ok(Verdict::Yes)
}

fn measure(clone: &Path, caches: &Path) -> Result<MeasuredRun> {
    let started = Instant::now();
    let finished = cargo::rehearse(clone, caches).check()?;
    let whole = started.elapsed();
    let rehearsal = serde_json::from_str(&finished.stdout)
        .context("`cargo pipeline rehearse` printed no valid JSON")?;
    Ok(MeasuredRun { whole, rehearsal })
}

impl MeasuredRun {
    fn stage(&self, stage: &str) -> StageTime {
        self.rehearsal.times.iter().find(|time| time.stage == stage).cloned().unwrap_or_default()
    }

    fn in_stages(&self) -> Duration {
        self.rehearsal.times.iter().map(StageTime::whole).sum()
    }

    fn outside_stages(&self) -> Duration {
        self.whole.saturating_sub(self.in_stages())
    }

    /// The share of the stages' time during which no tool was running. This is the cost of the pipeline itself.
    fn own_share(&self) -> f64 {
        let tools: Duration = self.rehearsal.times.iter().map(StageTime::in_tools).sum();
        1.0 - tools.as_secs_f64() / self.in_stages().as_secs_f64()
    }
}

fn seconds(time: f64) -> String {
    format!("{time:.2}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
