//! `fuzz`: runs every target of `scripts/fuzz` for its share of the time, and says what was found.
//!
//! cargo-fuzz needs compiler options that only a nightly compiler takes. `RUSTC_BOOTSTRAP` makes the stable compiler take
//! them too, in this command's processes alone.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use wheel_fixtures::fuzz::{FuzzTarget, TARGETS};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::tool::cargo::cargo;

/// The version of cargo-fuzz.
const VERSION: &str = "0.13.1";
/// The most seconds for one input. The slowest good input needs some milliseconds.
const INPUT_SECONDS: u32 = 10;
/// The most memory for one input, in megabytes.
const INPUT_MEGABYTES: u32 = 1_000;
/// The longest input, in bytes. What needs a longer one is made by `wheel_fixtures::hostile`.
const INPUT_BYTES: u32 = 64 << 10;

/// The outcome of one target.
struct Found {
    executions: u64,
    per_second: u64,
    /// The inputs that failed, and why; nothing if none did.
    failed: Vec<String>,
}

/// Runs all targets, one after another, for so many seconds together.
pub fn run(project: &Project, report: &Report, seconds: u32) -> Result<Verdict> {
    let scripts = project.root.join("scripts");
    let program = install(&scripts, report)?;
    let seeds = ["run", "--quiet", "--locked", "--package", "wheel-pipeline-fuzz"];
    cargo(&scripts).args(seeds).args(["--no-default-features", "--bin", "seeds"]).check()?;
    let share = (seconds / TARGETS.len() as u32).max(1);
    let mut rows = Vec::new();
    let mut verdict = Verdict::Yes;
    for target in TARGETS {
        let action = report.start(format!("compiling the target {}", target.name));
        fuzz(&program, &scripts, "build", target).check()?;
        drop(action);
        let action = report.start(format!("fuzzing {} for {share} s", target.name));
        let found = search(&program, &scripts, target, share)?;
        let mood = if found.failed.is_empty() { Mood::Good } else { Mood::Bad };
        action.done(mood, "fuzzed", &format!("{}, {} executions", target.name, found.executions));
        if !found.failed.is_empty() {
            verdict = Verdict::No;
        }
        rows.push(vec![
            target.name.to_owned(),
            found.executions.to_string(),
            found.per_second.to_string(),
            if found.failed.is_empty() { "nothing".to_owned() } else { found.failed.join(", ") },
        ]);
    }
    let header = ["target", "executions", "executions per second", "found"];
    report.data(&table::markdown(&header, &rows))?;
    Ok(verdict)
}

/// Installs cargo-fuzz below the folder of compiled code, unless it is there.
fn install(scripts: &Path, report: &Report) -> Result<PathBuf> {
    let root = scripts.join("target").join("tools").join(format!("cargo-fuzz-{VERSION}"));
    let program = root.join("bin").join(format!("cargo-fuzz{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        let action = report.start(format!("installing cargo-fuzz {VERSION}"));
        let install = ["install", "cargo-fuzz", "--locked", "--version", VERSION, "--root"];
        cargo(scripts).args(install).arg(&root).check()?;
        action.done(Mood::Good, "installed", &format!("cargo-fuzz {VERSION}"));
    }
    Ok(program)
}

/// A command of cargo-fuzz about a target. There is no unsafe code here, so that no sanitizer is needed.
fn fuzz(program: &Path, scripts: &Path, verb: &str, target: &FuzzTarget) -> Invocation {
    Invocation::new(program)
        .args([verb, "--fuzz-dir", "fuzz", "--sanitizer", "none", target.name])
        .env("RUSTC_BOOTSTRAP", "1")
        .folder(scripts)
}

/// Runs a target. libFuzzer ends at the first input that fails, and keeps it in a file.
fn search(program: &Path, scripts: &Path, target: &FuzzTarget, share: u32) -> Result<Found> {
    let artifacts = scripts.join("fuzz").join("artifacts").join(target.name);
    let before = listed(&artifacts)?;
    let finished = fuzz(program, scripts, "run", target)
        .args([
            "--".to_owned(),
            format!("-max_total_time={share}"),
            format!("-timeout={INPUT_SECONDS}"),
            format!("-rss_limit_mb={INPUT_MEGABYTES}"),
            format!("-max_len={INPUT_BYTES}"),
            format!("-dict=fuzz/dictionaries/{}.dict", target.dictionary),
            "-print_final_stats=1".to_owned(),
        ])
        .run()?;
    let output = finished.output();
    let statistic = |name: &str| statistic(&output, name);
    let failed: Vec<String> =
        listed(&artifacts)?.into_iter().filter(|name| !before.contains(name)).collect();
    if failed.is_empty() && !finished.succeeded() {
        // It may have been interrupted, and it may not have started.
        finished.check()?;
    }
    let executions = statistic("number_of_executed_units")
        .with_context(|| format!("the fuzzer does not say how often it ran {}", target.name))?;
    Ok(Found { executions, per_second: statistic("average_exec_per_sec").unwrap_or(0), failed })
}

/// The value of one of the fuzzer's statistics: `stat::NAME: VALUE`.
fn statistic(output: &str, name: &str) -> Option<u64> {
    let line = output.lines().find(|line| line.starts_with(&format!("stat::{name}:")))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn listed(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_from_what_the_fuzzer_prints() {
        let output = "#9 DONE\nstat::number_of_executed_units: 123456\nstat::average_exec_per_sec:     789\n";
        assert_eq!(statistic(output, "number_of_executed_units"), Some(123_456));
        assert_eq!(statistic(output, "average_exec_per_sec"), Some(789));
        assert_eq!(statistic(output, "peak_rss_mb"), None);
    }

    #[test]
    fn each_target_has_a_program_and_a_dictionary() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("a manifest");
        let programs = manifest.matches("[[bin]]").count();
        assert_eq!(programs, TARGETS.len() + 1, "the targets, and the seeds");
        for target in TARGETS {
            assert!(manifest.contains(&format!("path = \"targets/{}.rs\"", target.name)));
            let path = fuzz.join("dictionaries").join(format!("{}.dict", target.dictionary));
            let text = fs::read_to_string(path).expect("a dictionary");
            assert!(text.lines().filter(|line| line.starts_with('"')).count() > 10);
        }
    }
}
