//! `bench versions`: measures the build of a project with a wheel for each Python, compared with one call of maturin
//! for the same Pythons, which has one target folder too.
//!
//! Both start from nothing, in turn. The ratio is of the two builds of one round. A last build makes one wheel alone,
//! whose bytes must be those of the whole build.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_pipeline::exit::Verdict;

use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::stage::build::directory::BuildDirectory;
use wheel_pipeline::stage::build::{self, toolchains};
use wheel_pipeline::tool::cargo::cargo;
use wheel_pipeline::tool::maturin::{self, Place};

use super::median;
use crate::machine;

const MANIFEST: &str = r#"[package]
name = "parse-of"
version = "1.0.0"
edition = "2024"

[lib]
name = "parse_of"
crate-type = ["cdylib"]

[dependencies]
pyo3 = "0.30"
regex = "1"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;

const LIBRARY: &str = r#"use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Item {
    name: String,
    size: u64,
}

#[pyfunction]
fn total(json: &str, pattern: &str) -> PyResult<u64> {
    let wrong = |error: String| PyValueError::new_err(error);
    let items: Vec<Item> = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
    let pattern = Regex::new(pattern).map_err(|error| wrong(error.to_string()))?;
    Ok(items.iter().filter(|item| pattern.is_match(&item.name)).map(|item| item.size).sum())
}

#[pymodule(gil_used = false)]
mod parse_of {
    #[pymodule_export]
    use super::total;
}
"#;

/// The Pythons of the project. None of them needs to be on the machine.
const PYTHONS: &str = r#"["3.10", "3.11", "3.12", "3.13", "3.14"]"#;

/// Runs `bench versions` with a number of pairs of builds.
pub fn run(source: &Source, machine: &Machine, report: &Report, rounds: u8) -> Result<Verdict> {
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let root = folder.path().join("project");
    let ours = project(source, &root)?;
    let wheels = &ours.plan.wheels;
    let (toolchains, _) = toolchains(&ours.project, machine, report, &ours.plan)?;
    let toolchain =
        toolchains.values().next().context("this machine's own target can be built here")?;
    let epoch = wheel_pipeline::project::source::epoch(ours.revision.as_ref())?;

    let by_us = |part: &Plan, place: &Path| -> Result<Duration> {
        let started = Instant::now();
        let directory = BuildDirectory::new(&ours, machine, report, &root, place.to_owned());
        directory.sdist()?;
        directory.wheels(part, &toolchains)?;
        Ok(started.elapsed())
    };
    let by_maturin = |place: &Path| -> Result<Duration> {
        let (out, cargo_target) = (place.join("out"), place.join("cargo"));
        let place = Place { source: &root, out: &out, cargo_target: &cargo_target, pyo3: None };
        let first = maturin::wheel(
            machine.tools()?,
            &place,
            &wheels[0],
            source.project.bindings,
            toolchain,
            epoch,
        )?;
        let others = wheels[1..].iter().map(|wheel| wheel.family.interpreter());
        let command =
            others.flatten().fold(first, |command, other| command.args(["--interpreter", &other]));
        let started = Instant::now();
        command.check()?;
        Ok(started.elapsed())
    };
    let mut times = Vec::new();
    for round in 1..=rounds {
        let at = |who: &str| folder.path().join(format!("{who}-{round}"));
        let action = report.start(format!("round {round} of {rounds}"));
        // Neither gains from always being the second.
        let pair = if round % 2 == 1 {
            let by_us = by_us(&ours.plan, &at("ours"))?;
            (by_us, by_maturin(&at("maturin"))?)
        } else {
            let by_maturin = by_maturin(&at("maturin"))?;
            (by_us(&ours.plan, &at("ours"))?, by_maturin)
        };
        action.done(Mood::Good, "measured", &format!("round {round} of {rounds}"));
        times.push((pair.0.as_secs_f64(), pair.1.as_secs_f64()));
    }
    let last = wheels.last().context("a plan has wheels")?;
    let mut alone = ours.plan.clone();
    alone.wheels.retain(|wheel| wheel.file == last.file);
    by_us(&alone, &folder.path().join("alone"))?;
    let bytes = |of: &str| fs::read(folder.path().join(of).join("staging").join(&last.file));
    let same = bytes("ours-1")? == bytes("alone")?;

    let row = |what: &str, of: fn(&(f64, f64)) -> f64, digits: usize| {
        vec![what.to_owned(), format!("{:.digits$}", median(times.iter().map(of).collect()))]
    };
    let rows = [
        row("`build`: the sdist, and the wheels from it, s", |pair| pair.0, 1),
        row("one call of maturin, s", |pair| pair.1, 1),
        row("the first to the second", |pair| pair.0 / pair.1, 2),
        vec![
            "a wheel that is built alone".to_owned(),
            if same { "the same bytes" } else { "OTHER BYTES" }.to_owned(),
        ],
    ];
    report.data(&format!(
        "{}; {} wheels from nothing\n\n{}",
        machine::describe()?,
        wheels.len(),
        table::markdown(&["what", &format!("median of {rounds}")], &rows)
    ))?;
    Ok(if same { Verdict::Yes } else { Verdict::No })
}

/// Makes the project in `root`, with the time stamp of this repository's commit. It promises this machine's first
/// target.
fn project(source: &Source, root: &Path) -> Result<Source> {
    let target = build::part(&source.plan, &[])?.wheels[0].target;
    let pyproject = format!(
        "[build-system]\nrequires = [\"maturin>=1.16,<2\"]\nbuild-backend = \"maturin\"\n\n\
         [project]\nname = \"parse-of\"\nrequires-python = \">=3.10\"\ndynamic = [\"version\"]\n\n\
         [tool.wheel-pipeline]\ntargets = [\"{target}\"]\npythons = {PYTHONS}\nsmoke = \"smoke.py\"\n"
    );
    fs::create_dir_all(root.join("src"))?;
    let files =
        [("pyproject.toml", &*pyproject), ("Cargo.toml", MANIFEST), ("src/lib.rs", LIBRARY)];
    for (name, text) in files {
        fs::write(root.join(name), text)?;
    }
    cargo(root).args(["generate-lockfile", "--quiet"]).check()?;
    Ok(Source { revision: source.revision.clone(), ..Source::open(root, None)? })
}
