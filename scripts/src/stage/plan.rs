//! `plan`: derives from the project's files what the release must hold, and writes it down.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Session;
use crate::evidence;
use crate::exit::Verdict;
use crate::plan::Plan;
use crate::report::{Mood, table};

/// The form in which the plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanFormat {
    /// A table of files and Pythons.
    #[default]
    Human,
    /// The plan, as written to `target/pipeline/plan.json`.
    Json,
    /// `build=…` and `smoke=…`, matrices for GitHub Actions; also appended to `$GITHUB_OUTPUT`.
    GithubMatrix,
}

/// Writes `plan.json`.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(session: &Session) -> Result<()> {
    evidence::write(&session.evidence("plan"), &session.plan)?;
    let plan = &session.plan;
    let what = format!(
        "{} {}: {} files for {} environments",
        plan.project,
        plan.version,
        plan.files().count(),
        plan.environments.len()
    );
    session.report.say(Mood::Good, "planned", &what);
    Ok(())
}

/// The stage: writes the plan and prints it.
///
/// # Errors
///
/// When it cannot be written.
pub fn run(session: &Session, format: PlanFormat) -> Result<Verdict> {
    write(session)?;
    match format {
        PlanFormat::Human => session.report.data(&human(&session.plan)),
        PlanFormat::Json => {
            session.report.data(&(serde_json::to_string_pretty(&session.plan)? + "\n"));
        }
        PlanFormat::GithubMatrix => {
            let lines = github_matrix(&session.plan);
            session.report.data(&lines);
            if let Some(path) = std::env::var_os("GITHUB_OUTPUT") {
                let mut output = OpenOptions::new()
                    .append(true)
                    .create(true)
                    .open(&path)
                    .context("cannot open the file named by `GITHUB_OUTPUT`")?;
                output
                    .write_all(lines.as_bytes())
                    .context("cannot write to the file named by `GITHUB_OUTPUT`")?;
            }
        }
    }
    Ok(Verdict::Yes)
}

/// The wheels with the platforms and Pythons that get them, as people read it here and in the README.
pub fn rows(plan: &Plan) -> Vec<Vec<String>> {
    let row = |wheel: &crate::plan::PlannedWheel| {
        let pythons: Vec<String> = plan
            .environments
            .iter()
            .filter(|environment| environment.file == wheel.file)
            .map(|environment| environment.python.to_string())
            .collect();
        vec![wheel.target.title(), pythons.join(", "), format!("{}-{}", wheel.family, wheel.target)]
    };
    plan.wheels.iter().map(row).collect()
}

/// The header of [`rows`].
pub const HEADER: &[&str] = &["Platform", "CPython", "Wheel"];

fn human(plan: &Plan) -> String {
    let mut text = table::plain(HEADER, &rows(plan));
    text.push('\n');
    for file in plan.files() {
        writeln!(text, "{file}").expect("writing to a string does not fail");
    }
    text
}

fn github_matrix(plan: &Plan) -> String {
    let build: Vec<Value> = plan
        .targets()
        .iter()
        .map(|target| json!({"target": target, "runner": target.runner()}))
        .collect();
    let smoke: Vec<Value> = plan
        .environments
        .iter()
        .map(|environment| {
            json!({
                "target": environment.target,
                "runner": environment.target.runner(),
                "python": environment.python,
            })
        })
        .collect();
    format!("build={}\nsmoke={}\n", json!({"include": build}), json!({"include": smoke}))
}
