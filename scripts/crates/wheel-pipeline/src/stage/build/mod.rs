//! `build`: the sdist first, then every wheel from the sdist, into `dist/`, with evidence of each file.
//!
//! Files are built in the build directory, compared with the plan, and then moved into `dist/`. The evidence is
//! written last, so that no later stage accepts files of an interrupted build.

pub mod directory;
pub mod reproduce;
pub mod unpacked;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;
use wheel_audit::wheel::release::list;

use self::directory::BuildDirectory;
use crate::available::Available;
use crate::evidence::{BuildEvidence, BuiltFile, EvidenceFolder};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::make_output;
use crate::project::Project;
use crate::project::source::Source;
use crate::report::{Mood, Output, Report};
use crate::stage::Machine;
use crate::stage::machine::host_targets;
use crate::tool::toolchain::Toolchain;

/// The arguments of `build`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Build for this target of the table; may be repeated; by default this machine's targets
    #[arg(long = "target", env = "PIPELINE_TARGET", value_name = "TARGET")]
    pub targets: Vec<Target>,
    /// Build for every target of the table; exit 3 if one cannot be built on this machine
    #[arg(long, conflicts_with = "targets")]
    pub all: bool,
    /// Build everything again from a clone in another folder, and compare the bytes
    #[arg(long)]
    pub check_reproducible: bool,
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `sdist`.
#[derive(Debug, clap::Args)]
pub struct SdistArgs {
    #[command(flatten)]
    pub output: Output,
}

/// Runs `build`.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let part = if args.all { source.plan.clone() } else { part(&source.plan, &args.targets)? };
    let mut evidence = make(source, machine, kept, report, &part, args.all)?;
    let mut verdict = match evidence.not_here.is_empty() {
        true => Verdict::Yes,
        false => Verdict::Unknown,
    };
    if args.check_reproducible {
        let built = part.targets();
        let missing = |target: &Target| {
            let file =
                |wheel: &wheel_audit::plan::PlannedWheel| evidence.file(&wheel.file).is_none();
            part.wheels.iter().any(|wheel| wheel.target == *target && file(wheel))
        };
        let built: Vec<Target> = built.into_iter().filter(|target| !missing(target)).collect();
        let part = part.only(&built);
        let same = reproduce::prove(source, machine, report, &part, &evidence)?;
        if same == Verdict::Yes {
            evidence.rebuilt.extend(part.files().map(str::to_owned));
            kept.keep(evidence.clone())?;
        }
        verdict = verdict.and(same);
    }
    evidence.files.retain(|file| part.files().any(|planned| planned == file.file));
    report.result("", &evidence)?;
    Ok(verdict)
}

/// Runs `sdist`.
pub fn sdist(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let evidence = make(source, machine, kept, report, &source.plan.only(&[]), false)?;
    report.result("", &evidence)?;
    Ok(Verdict::Yes)
}

/// Builds the sdist and the wheels of a part of the plan. A target that cannot be built on this machine is an
/// error, or with `all` an entry in the evidence.
pub fn make(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    part: &Plan,
    all: bool,
) -> Result<BuildEvidence> {
    for file in part.wheels.iter().map(|wheel| &wheel.file) {
        if part.is_foreign(file) {
            report.say(Mood::Doubtful, "elsewhere", &format!("{file}: another job builds it"));
        }
    }
    let part = &part.built_here();
    let mut record = kept.built().clone();
    refuse_unexpected(source, &record)?;
    let (toolchains, not_here) = toolchains(&source.project, machine, report, part)?;
    if !all && !not_here.is_empty() {
        return Err(Failure::unknown(format!("not built here: {}", not_here.join("\n"))).into());
    }
    for reason in &not_here {
        report.say(Mood::Doubtful, "not here", reason);
    }
    record.not_here = not_here;
    let directory =
        BuildDirectory::new(source, machine, report, &source.project.root, source.project.work());
    directory.clear()?;
    put(&mut record, directory.sdist()?);
    for built in directory.wheels(part, &toolchains)? {
        put(&mut record, built);
    }

    let planned: BTreeSet<&str> = source.plan.files().collect();
    let is_old = |file: &&BuiltFile| !file.elsewhere && !planned.contains(file.file.as_str());
    for old in record.files.iter().filter(is_old) {
        let old = source.project.dist().join(&old.file);
        if old.exists() {
            fs::remove_file(&old).with_context(|| format!("cannot remove `{}`", old.display()))?;
        }
    }
    record.files.retain(|file| planned.contains(file.file.as_str()));
    make_output(&source.project.dist())?;
    for made in list(&directory.staging())? {
        let name = made.file_name().context("a listed file has a name")?;
        fs::rename(&made, source.project.dist().join(name))
            .with_context(|| format!("cannot move `{}` into `dist/`", made.display()))?;
    }
    kept.keep(record.clone())?;
    Ok(record)
}

/// The toolchain for each target of a part of the plan, and the targets that cannot be built here, each with the
/// reason.
pub fn toolchains(
    project: &Project,
    machine: &Machine,
    report: &Report,
    part: &Plan,
) -> Result<(BTreeMap<Target, Toolchain>, Vec<String>)> {
    let tools = machine.tools()?;
    let folder = project.work().join("toolchain");
    let (mut toolchains, mut not_here) = (BTreeMap::new(), Vec::new());
    for target in part.targets() {
        let _action = report.start(format!("preparing {target}"));
        match Toolchain::prepare(tools, &folder, &project.root, target)? {
            Available::Here(toolchain) => drop(toolchains.insert(target, toolchain)),
            Available::Not { why } => not_here.push(format!("{target}: {why}")),
        }
    }
    Ok((toolchains, not_here))
}

/// The part of the plan for the given targets, or for this machine's targets.
pub fn part(plan: &Plan, targets: &[Target]) -> Result<Plan> {
    let mut planned = plan.targets();
    for platform in plan.platforms() {
        if !planned.contains(&platform) {
            planned.push(platform);
        }
    }
    if let Some(unknown) = targets.iter().find(|target| !planned.contains(target)) {
        let known: Vec<String> = planned.iter().map(|target| format!("`{target}`")).collect();
        return Err(Failure::usage(format!("target `{unknown}` is not promised"))
            .hint(format!("these are promised: {}", known.join(", ")))
            .into());
    }
    let targets = if targets.is_empty() { host_targets(plan) } else { targets.to_vec() };
    if targets.is_empty() {
        return Err(Failure::unknown("no target of `[tool.wheel-pipeline]` is for this machine")
            .hint("name one with `--target`, or use `--all`")
            .into());
    }
    Ok(plan.only(&targets))
}

fn refuse_unexpected(source: &Source, record: &BuildEvidence) -> Result<()> {
    let planned: BTreeSet<&str> = source.plan.files().collect();
    let names = list(&source.project.dist())?.into_iter().map(|path| {
        path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    });
    let unexpected: Vec<String> = names
        .filter(|name| !planned.contains(name.as_str()) && record.file(name).is_none())
        .map(|name| format!("`{name}`"))
        .collect();
    if unexpected.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "`dist/` contains files that are neither in the plan nor from an earlier build: {}",
        unexpected.join(", ")
    ))
    .hint("move them to another folder; nothing was changed")
    .into())
}

fn put(record: &mut BuildEvidence, built: BuiltFile) {
    record.files.retain(|file| file.file != built.file);
    record.rebuilt.remove(&built.file);
    record.files.push(built);
    record.files.sort_by(|one, other| one.file.cmp(&other.file));
}
