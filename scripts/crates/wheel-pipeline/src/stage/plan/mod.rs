//! `plan`: derives the files that the release must hold from the project's files, and writes `plan.json`.

mod documents;
mod lock_file;
pub mod matrix;
mod signed;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context, Result};
use wheel_audit::family::Family;
use wheel_audit::plan::Plan;

use self::matrix::Matrices;
use crate::evidence::file;
use crate::exit::Verdict;
use crate::folder::make_output;
use crate::project::source::Source;
use crate::report::{Mood, Report, table};
use crate::stage::from_jobs::PLAN;

/// The output format of the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanFormat {
    /// A table of files and Pythons.
    #[default]
    Human,
    /// The plan, as written to `target/pipeline/plan.json`.
    Json,
    /// `build=…`, `smoke=…` and so on, matrices for GitHub Actions; also appended to `$GITHUB_OUTPUT`.
    GithubMatrix,
}

/// The arguments of `plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Format of the plan on stdout
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
}

/// Writes `plan.json`, and warns of what makes two builds of one plan differ.
pub fn write(source: &Source, report: &Report) -> Result<()> {
    let work = source.project.work();
    make_output(&work)?;
    file::write(&work.join(PLAN), &source.plan)?;
    let plan = &source.plan;
    let what = format!(
        "{} {}: {} files for {} environments",
        plan.project,
        plan.version,
        plan.files().count(),
        plan.environments.len()
    );
    report.say(Mood::Good, "planned", &what);
    lock_file::check(source, report)
}

/// Runs `plan`: checks the tag's signature if the project asks for it, writes the plan and prints it.
pub fn run(args: &Args, source: &Source, report: &Report) -> Result<Verdict> {
    signed::check(source, report)?;
    write(source, report)?;
    documents::check(source, report)?;
    match args.format {
        PlanFormat::Human => report.data(&human(&source.plan))?,
        PlanFormat::Json => report.json(&source.plan)?,
        PlanFormat::GithubMatrix => {
            let lines = Matrices::from_plan(&source.plan).lines();
            report.data(&lines)?;
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

/// The README's table. It has a row for each platform and a column for each family, with the Pythons that get the
/// wheel.
pub fn families(plan: &Plan) -> (Vec<String>, Vec<Vec<String>>) {
    let mut families: Vec<Family> = Vec::new();
    for wheel in &plan.wheels {
        if !families.contains(&wheel.family) {
            families.push(wheel.family);
        }
    }
    let row = |target: &wheel_audit::target::Target| {
        let pythons = families.iter().map(|family| {
            let wheel =
                plan.wheels.iter().find(|wheel| wheel.target == *target && wheel.family == *family);
            wheel.map_or_else(|| "—".to_owned(), |wheel| pythons(plan, &wheel.file))
        });
        [target.title(), format!("`{target}`")].into_iter().chain(pythons).collect()
    };
    let header = ["Platform".to_owned(), "Platform tag".to_owned()].into_iter();
    let header = header.chain(families.iter().map(|family| format!("`{family}`")));
    (header.collect(), plan.targets().iter().map(row).collect())
}

fn pythons(plan: &Plan, file: &str) -> String {
    let pythons = plan.part(|one| one == file).pythons();
    let pythons: Vec<String> = pythons.iter().map(ToString::to_string).collect();
    pythons.join(", ")
}

/// A row for each wheel, with its platform and its Pythons.
pub fn rows(plan: &Plan) -> Vec<Vec<String>> {
    let row = |wheel: &wheel_audit::plan::PlannedWheel| {
        vec![
            wheel.target.title(),
            pythons(plan, &wheel.file),
            format!("{}-{}", wheel.family, wheel.target),
        ]
    };
    plan.wheels.iter().map(row).collect()
}

/// The header of [`rows`].
pub const HEADER: &[&str] = &["Platform", "Python", "Wheel"];

fn human(plan: &Plan) -> String {
    let mut text = table::plain(HEADER, &rows(plan));
    text.push('\n');
    for file in plan.files() {
        writeln!(text, "{file}").expect("writing to a string does not fail");
    }
    text
}
