//! `verify`: installs the release and its downstream package from the index on each Python, with `pip install`, and
//! runs the tests of both.
//!
//! An index may list an uploaded file late, so `verify` waits for missing files, with a limit.

pub mod any;
mod downstream;
pub mod installation;
pub mod listing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result};
use pep440_rs::Version;
use wheel_audit::plan::Plan;
use wheel_audit::wheel::Sha256Sum;

use self::installation::{Installation, Installed};
use crate::address;
use crate::evidence::{Attested, BuiltFile, EvidenceFolder, Receipt, SentStep, VerifyEvidence};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::index::ListedFile;
use crate::program::command;
use crate::project::PromiseTable;
use crate::project::source::Source;
use crate::report::{Mood, Output, Report, table};
use crate::stage::foreign::Folder;
use crate::stage::from_jobs::FromJobs;
use crate::stage::smoke::attempt::{Attempt, Beside, TestedWheel, provide, test};
use crate::stage::smoke::environment_run::{self, EnvironmentRun};
use crate::stage::{Machine, recorded, second_build, smoke};
use crate::tool::python::environment::Environment;

/// The arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder: Folder,
    /// The simple API of the index
    #[arg(
        long,
        visible_alias = "index",
        value_name = "URL",
        default_value = "https://pypi.org/simple/"
    )]
    pub index_url: String,
    /// Verify this version, without a receipt: it must install with the hashes of the index
    #[arg(long, value_name = "VERSION", conflicts_with = "folder")]
    pub version: Option<Version>,
    /// Verify this package in place of the project
    #[arg(long, value_name = "NAME", requires = "version")]
    pub package: Option<String>,
    /// Time to wait for files that the index does not list yet, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,
    /// Compare the wheels in DIR, which another builder made from the same sdist, with those in dist/
    #[arg(long, value_name = "DIR", conflicts_with_all = ["index_url", "version", "folder"])]
    pub second_build: Option<PathBuf>,
    #[command(flatten)]
    pub jobs: FromJobs,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `verify`.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let source = &args.jobs.take_in(source, kept, report)?;
    if let Some(folder) = &args.second_build {
        return second_build::compare_folder(source, kept, report, folder);
    }
    let (simple, patience) = (&args.index_url, Duration::from_secs(args.patience.into()));
    if let Some(version) = &args.version {
        let package = args.package.as_deref().unwrap_or(&source.project.name);
        return any::run(&source.project, machine, report, simple, package, version, patience);
    }
    address::check("--index-url", simple)?;
    // Only an index on loopback gets a part of a plan.
    let part = match (&kept.receipt, address::is_loopback(simple)) {
        (Some(receipt), true) => {
            source.plan.part(|name| receipt.files.iter().any(|sent| sent.file == name))
        }
        _ => source.plan.clone(),
    };
    let evidence = prove(source, machine, kept, report, &part, simple, patience)?;
    let mut text: String = evidence.differences.iter().map(|line| format!("{line}\n")).collect();
    let rows: Vec<Vec<String>> = evidence
        .runs
        .outcomes
        .iter()
        .map(|outcome| {
            vec![
                outcome.target.to_string(),
                outcome.release.clone(),
                smoke::word(&outcome.result).to_owned(),
            ]
        })
        .collect();
    text += &table::plain(&["platform", "Python", "result"], &rows);
    text += &evidence.provenance.iter().map(|line| format!("{line}\n")).collect::<String>();
    report.result(&text, &evidence)?;
    Ok(verdict(&evidence, &source.project.table))
}

/// The verdict of a verification.
pub fn verdict(evidence: &VerifyEvidence, promise: &PromiseTable) -> Verdict {
    let hashes = if evidence.differences.is_empty() { Verdict::Yes } else { Verdict::No };
    hashes.and(smoke::verdict(&evidence.runs, promise, 0, false))
}

/// Compares hashes, installs and tests, and writes `verify.json`.
pub fn prove(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
    simple: &str,
    patience: Duration,
) -> Result<VerifyEvidence> {
    let project = &source.project;
    let receipt = kept.receipt.clone().ok_or_else(|| {
        Failure::unknown("there is no receipt to verify").hint(format!(
            "run `{}` first, or name a `--version` to verify without one",
            command("publish")
        ))
    })?;
    let files = recorded::files(project, plan, kept.built())?;
    let offered = listing::wait_for(report, simple, &plan.project, patience, |offered| {
        let there = |name: &str| offered.iter().any(|file| file.name == name);
        files.iter().filter(|(_, built)| !there(&built.file)).count()
    })?;
    let mut differences = differences(&files, &receipt, &offered);
    let sums: BTreeMap<String, Sha256Sum> =
        files.iter().map(|(_, built)| (built.file.clone(), built.sha256)).collect();
    let ours = offered.iter().filter(|file| sums.contains_key(&file.name));
    let needed = matches!(receipt.attestations, Attested::Yes { .. });
    let (provenance, wrong) = listing::provenance(machine, report, needed, ours, simple)?;
    differences.extend(wrong);
    let downstream = downstream::build(source, machine, report)?;
    let wheels = TestedWheel::all(&files)?;
    let tools = machine.tools()?;
    let release = format!("{}{}=={}", plan.project, project.table.extras(), plan.version);
    let installation =
        Installation { tools, simple, project: &plan.project, release: &sums, patience };
    let mismatches = Mutex::new(Vec::new());
    let attempt = |run: &EnvironmentRun, environment: &Environment, folder: &Path| {
        let wheel = wheels.get(&run.promise.file).context("every planned file is in `wheels`")?;
        let beside = downstream.as_ref().map_or(Beside::default(), |downstream| Beside {
            downstream: Some((&downstream.wheel, &downstream.name)),
            requirements: &downstream.requirements,
        });
        // The index of the release may have nothing else.
        if let Some(why) = provide(source, machine, environment, wheel, beside, folder)? {
            return Ok(Attempt::NotTested { why });
        }
        let mut requirements = vec![release.clone()];
        let package = downstream.as_ref().map(|downstream| &downstream.wheel);
        requirements.extend(package.map(|wheel| wheel.to_string_lossy().into_owned()));
        let requirements: Vec<&str> = requirements.iter().map(String::as_str).collect();
        match installation.install(environment, folder, &requirements)? {
            Installed::Failed(finished) => return Ok(Attempt::Failed(finished)),
            Installed::File(_, mismatch) => {
                mismatches.lock().expect("no holder panics").extend(mismatch);
            }
        }
        let tested = test(source, environment, wheel, folder)?;
        match &downstream {
            Some(downstream) if matches!(tested, Attempt::Passed) => {
                downstream.test(source, environment, folder)
            }
            _ => Ok(tested),
        }
    };
    let runs =
        environment_run::run(source, kept, report, plan, machine.found()?, "verified", attempt)?;
    if runs.outcomes.is_empty() {
        return Err(Failure::unknown(
            "no promised Python is on this machine, so nothing was verified",
        )
        .into());
    }
    differences.extend(mismatches.into_inner().expect("no holder panics"));
    for difference in &differences {
        report.say(Mood::Bad, "differs", difference);
    }
    let evidence = VerifyEvidence { differences, provenance, runs };
    kept.keep(evidence.clone())?;
    Ok(evidence)
}

/// Files whose hashes differ between index, receipt and build.
fn differences(
    files: &[(PathBuf, BuiltFile)],
    receipt: &Receipt,
    offered: &[ListedFile],
) -> Vec<String> {
    let mut differences = Vec::new();
    for (_, built) in files {
        let there = offered.iter().find(|file| file.name == built.file).map(|file| file.sum);
        let sent = receipt.files.iter().find(|file| file.file == built.file);
        let sent = sent.filter(|file| file.step == SentStep::Verified).map(|file| file.sha256);
        if there != Some(built.sha256) || sent != Some(built.sha256) {
            let shown = |sum: Option<Sha256Sum>| sum.map_or("nothing".to_owned(), String::from);
            differences.push(format!(
                "`{}`: built {}, sent {}, on the index {}",
                built.file,
                built.sha256,
                shown(sent),
                shown(there)
            ));
        }
    }
    differences
}
