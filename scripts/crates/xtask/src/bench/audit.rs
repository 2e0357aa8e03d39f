//! `bench audit`: measures the audit of real wheels. In the same run, it measures the floor, which any audit needs,
//! and other tools, which do a part of the audit.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::parallel;
use wheel_audit::wheel::release::list;
use wheel_audit::wheel::zip;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::pip;
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::tools::Tool;

use super::{growth, median};
use crate::measured::{self, Usage};
use crate::{cargo, machine};

const AUDITORS: &str = include_str!("../../data/auditors.lock");
/// Good wheels of the index, a line each: a requirement, and the platform tags for pip.
const CORPUS: &str = include_str!("../../data/corpus.txt");

/// The number of wheels of each system from which mutants are made.
const MUTATED: usize = 4;

/// Another tool: its command line, the wheels that it reads, and if it accepts many wheels at once.
struct Peer {
    name: &'static str,
    arguments: &'static [&'static str],
    reads: fn(&str) -> bool,
    many: bool,
}

const PEERS: &[Peer] = &[
    Peer { name: "abi3audit", arguments: &[], reads: |file| file.contains("-abi3-"), many: true },
    Peer {
        name: "auditwheel",
        arguments: &["show"],
        reads: |file| file.contains("linux_"),
        many: false,
    },
    Peer {
        name: "delocate-listdeps",
        arguments: &[],
        reads: |file| file.contains("-macosx_"),
        many: true,
    },
    Peer {
        name: "delvewheel",
        arguments: &["show"],
        reads: |file| file.contains("-win"),
        many: true,
    },
    Peer { name: "twine", arguments: &["check"], reads: |_| true, many: true },
    Peer { name: "check-wheel-contents", arguments: &[], reads: |_| true, many: true },
    Peer { name: "pydistcheck", arguments: &["--inspect"], reads: |_| true, many: true },
];

/// Runs `bench audit` on the wheels in `wheels`, or on the corpus.
pub fn run(
    project: &Project,
    machine: &Machine,
    report: &Report,
    wheels: Option<&Path>,
    rounds: u8,
) -> Result<Verdict> {
    let tools = machine.tools()?;
    let folder = match wheels {
        Some(folder) => std::path::absolute(folder)?,
        None => corpus(project, machine, report)?,
    };
    let files = wheels_in(&folder)?;
    if files.is_empty() {
        return Err(
            Failure::unknown(format!("there are no wheels in `{}`", folder.display())).into()
        );
    }
    judged(project, report, &folder, wheels.is_none())?;
    let bytes: u64 = files
        .iter()
        .map(|file| fs::metadata(file).map(|about| about.len()))
        .sum::<Result<_, _>>()?;
    let (program, xtask) = {
        let _action = report.start("compiling the pipeline for release");
        let scripts = project.root.join("scripts");
        (cargo::release(&scripts, "wheel-pipeline")?, cargo::release(&scripts, "xtask")?)
    };
    let place = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let auditors = auditors(machine, place.path())?;
    let path = folder.to_string_lossy().into_owned();
    let own = |program: &Path, arguments: &[&str]| -> Result<Vec<Usage>> {
        let mut arguments: Vec<String> =
            arguments.iter().map(|&argument| argument.to_owned()).collect();
        arguments.push(path.clone());
        (0..rounds).map(|_| measured::run(tools, program, &arguments)).collect()
    };
    let audit = own(&program, &["audit", "--format", "json"])?;
    let floor = own(&xtask, &["bench", "floor"])?;
    // Exit code 1 means findings, which is a valid run. The floor must read every wheel.
    if audit.iter().any(|usage| usage.code > 1) || floor.iter().any(|usage| usage.code != 0) {
        return Err(Failure::unknown(format!("not every wheel in `{path}` can be read"))
            .hint(format!("`cargo pipeline audit {path}` says which"))
            .into());
    }
    let cpu = |usages: &[Usage]| median(usages.iter().map(|usage| usage.cpu).collect());
    let base = cpu(&audit);
    let mut rows = Vec::new();
    let mut row = |name: &str, files: usize, usages: &[Usage]| {
        let wall = median(usages.iter().map(|usage| usage.wall).collect());
        let peak = usages.iter().map(|usage| usage.peak).max().unwrap_or_default();
        rows.push(vec![
            name.to_owned(),
            files.to_string(),
            format!("{wall:.2}"),
            format!("{:.2}", cpu(usages)),
            format!("{:.2}", cpu(usages) / base),
            format!("{:.0}", peak as f64 / 1e6),
            usages.iter().map(|usage| usage.code).max().unwrap_or_default().to_string(),
        ]);
    };
    row("`cargo pipeline audit`", files.len(), &audit);
    row("floor: read, inflate, CRC, SHA-256", files.len(), &floor);
    let mut sum = Usage::default();
    for peer in PEERS {
        let action = report.start(format!("running {}", peer.name));
        let (count, usage) = measure(machine, peer, &auditors, &files)?;
        action.done(Mood::Good, "measured", peer.name);
        row(peer.name, count, &[usage]);
        sum = sum.then(usage);
    }
    row("all seven in sequence", files.len(), &[sum]);
    let growth = growth::measure(machine, report, &program, &files)?;
    let header = [
        "",
        "wheels",
        "wall, s",
        "CPU, s",
        "CPU, ratio to the audit",
        "peak memory, MB",
        "exit code",
    ];
    report.data(&format!(
        "{}; {} wheels, {:.0} MB; medians of {rounds} runs of our own, one run of the others\n\n{}\n{growth}",
        machine::describe()?,
        files.len(),
        bytes as f64 / 1e6,
        table::markdown(&header, &rows)
    ))?;
    Ok(Verdict::Yes)
}

/// Checks the audit before it is measured. In the corpus it must find only the known true findings. It must refuse
/// mutants of some wheels, each for its own reason.
fn judged(project: &Project, report: &Report, folder: &Path, is_corpus: bool) -> Result<()> {
    let scripts = project.root.join("scripts");
    if is_corpus {
        let action = report.start("comparing the findings with the known ones");
        cargo::online(&scripts, folder).check()?;
        action.done(Mood::Good, "found", "the known true findings, and no others");
    }
    // The smallest wheels of each system, so that hundreds of mutants are made in seconds.
    let some = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    for system in ["manylinux", "musllinux", "macosx", "win"] {
        let mut files = Vec::new();
        for file in wheels_in(folder)? {
            if file.to_string_lossy().contains(system) {
                files.push((fs::metadata(&file)?.len(), file));
            }
        }
        files.sort();
        for (_, file) in files.into_iter().take(MUTATED) {
            let name = file.file_name().context("a listed file has a name")?;
            fs::copy(&file, some.path().join(name))?;
        }
    }
    let action = report.start("making mutants");
    let finished = cargo::mutants(&scripts, some.path()).args(["--", "--nocapture"]).check()?;
    let count = finished.stdout.lines().find(|line| line.ends_with(" mutants in all"));
    let count = count.context("the test prints the number of mutants")?.trim();
    action.done(Mood::Good, "refused", &format!("{count}, each for its own reason"));
    Ok(())
}

/// Reads, inflates and hashes the wheels of a folder. Every audit must do at least this.
pub fn floor(folder: &Path) -> Result<Verdict> {
    let files = wheels_in(folder)?;
    parallel::map(&files, |file| -> Result<()> {
        let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        std::hint::black_box(wheel_audit::wheel::Sha256Sum::digest(&bytes));
        std::hint::black_box(zip::read(&bytes, |_| false)?);
        Ok(())
    })
    .into_iter()
    .collect::<Result<()>>()?;
    Ok(Verdict::Yes)
}

fn wheels_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = list(folder)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "whl"));
    Ok(files)
}

fn measure(
    machine: &Machine,
    peer: &Peer,
    auditors: &Environment,
    files: &[PathBuf],
) -> Result<(usize, Usage)> {
    let tools = machine.tools()?;
    let names: Vec<String> = files
        .iter()
        .filter(|file| file.file_name().and_then(|name| name.to_str()).is_some_and(peer.reads))
        .map(|file| file.to_string_lossy().into_owned())
        .collect();
    let calls: Vec<&[String]> =
        if peer.many { vec![&names[..]] } else { names.chunks(1).collect() };
    let mut sum = Usage::default();
    for call in calls.into_iter().filter(|call| !call.is_empty()) {
        let mut arguments: Vec<String> =
            peer.arguments.iter().map(|&argument| argument.to_owned()).collect();
        arguments.extend_from_slice(call);
        let usage = measured::run(tools, &auditors.program(peer.name), &arguments)?;
        sum = sum.then(usage);
    }
    Ok((names.len(), sum))
}

/// Makes an environment with the other tools in `place`.
pub fn auditors(machine: &Machine, place: &Path) -> Result<Environment> {
    let interpreter = machine.tool_python()?;
    Environment::locked(
        interpreter,
        &place.join("auditors"),
        &machine.tools()?.program(Tool::Uv)?,
        AUDITORS,
    )
}

/// The folder of the corpus, downloaded if it is missing.
fn corpus(project: &Project, machine: &Machine, report: &Report) -> Result<PathBuf> {
    let folder = project.work().join("corpus");
    fs::create_dir_all(&folder)?;
    let complete = folder.join(".complete");
    if fs::read_to_string(&complete).is_ok_and(|of| of == CORPUS) {
        return Ok(folder);
    }
    let _action = report.start("downloading the corpus");
    for line in CORPUS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut words = line.split_whitespace();
        let requirement = words.next().context("a line of the corpus names a requirement")?;
        let platforms: Vec<&str> = words.collect();
        pip::download(machine.tools()?, requirement, &platforms, &folder)?.check()?;
    }
    fs::write(&complete, CORPUS)?;
    Ok(folder)
}
