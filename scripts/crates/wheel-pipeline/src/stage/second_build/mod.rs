//! `second-build`: compares the wheels with those of another builder, made from the same sdist.
//!
//! A mistake of one builder shows as a difference between the two. Bytes differ between linkers, so the
//! comparison uses the parts that Python and pip read.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::compare::{Comparisons, compare, is_comparable, same_purpose};
use wheel_audit::target::Target;
use wheel_audit::wheel::filename::WheelName;
use wheel_audit::wheel::release::{ReleaseFacts, list};

use crate::evidence::{EvidenceFolder, SecondBuildEvidence};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::{self, Temporary};
use crate::process::interrupt::unless_interrupted;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::{Machine, build, from_jobs, recorded};
use crate::tool::cibuildwheel;
use crate::tool::python::environment::Environment;
use crate::tool::python::tools::Tool;
use crate::tool::pythons::container::Engine;

/// The arguments of `second-build`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compare with the wheels of a matrix's jobs; DIR has a folder for each job
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

/// Compares the wheels in `folder` with those in `dist/`.
pub fn compare_folder(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    folder: &Path,
) -> Result<Verdict> {
    let read = |paths: Vec<PathBuf>| unless_interrupted(move || ReleaseFacts::read(&paths));
    let (theirs, unread) = read(list(folder)?)?;
    let faults = |facts: &ReleaseFacts, unread: Vec<String>| -> Result<(), Failure> {
        let all: Vec<String> = unread.into_iter().chain(facts.wrong()).collect();
        match all.is_empty() {
            true => Ok(()),
            false => Err(Failure::unknown(format!("cannot read {}", all.join("\n")))),
        }
    };
    faults(&theirs, unread)?;
    if !theirs.wheels.iter().any(|wheel| is_comparable(&wheel.name)) {
        return Err(Failure::unknown(format!(
            "there is no wheel in `{}` to compare",
            folder.display()
        ))
        .hint("name the output folder of the second builder")
        .into());
    }
    let mut plan = source.plan.clone();
    let fits = |file: &str| {
        let pairs =
            |name: &WheelName| theirs.wheels.iter().any(|wheel| same_purpose(name, &wheel.name));
        file.parse().is_ok_and(|name| pairs(&name))
    };
    plan.wheels.retain(|wheel| fits(&wheel.file));
    let paths: Vec<_> = recorded::files(&source.project, &plan, kept.built())?
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    let (ours, unread) = read(paths)?;
    faults(&ours, unread)?;
    let built = kept.built();
    let sdist = built.file(source.sdist()?).map(|sdist| sdist.sha256);
    let Comparisons { compared, unmatched } = compare(&ours.wheels, &theirs.wheels);
    let files = ours.files.into_iter().map(|file| (file.name, file.sum)).collect();
    let result = SecondBuildEvidence { sdist, files, compared, unmatched };
    for file in &result.unmatched {
        report.say(Mood::Bad, "unmatched", &format!("{file}: the plan has no such wheel"));
    }
    for one in &result.compared {
        let good = one.differences.is_empty();
        let mood = if good { Mood::Good } else { Mood::Bad };
        report.say(mood, if good { "agrees" } else { "differs" }, &one.theirs);
        for line in one.differences.iter().chain(&one.notes) {
            report.data(&format!("  {line}\n"))?;
        }
    }
    kept.keep(result.clone())?;
    Ok(verdict(&result))
}

/// Runs `second-build`. It builds the sdist and this machine's wheels, or joins the results of the jobs below
/// `from`. Then cibuildwheel builds and tests wheels from the same sdist, and they are compared.
pub fn run(
    args: &Args,
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    // An engine that the user configured is used without a check.
    let engine = if cfg!(target_os = "linux") && std::env::var_os(cibuildwheel::ENGINE).is_none() {
        Some(Engine::find()?)
    } else {
        None
    };
    match &args.from {
        Some(from) => drop(from_jobs::take_in(source, kept, report, from)?),
        None => {
            let targets = source.plan.targets().into_iter();
            let own: Vec<Target> = targets.filter(|target| target.is_host_kernel()).collect();
            let part = build::part(&source.plan, &own)?;
            build::make(source, machine, kept, report, &part, false)?;
        }
    }
    let found = machine.found()?;
    let newest = found
        .own()
        .rfind(|python| python.version >= cibuildwheel::OLDEST && python.version.is_usual());
    let interpreter = newest.ok_or_else(|| {
        Failure::unknown(format!("cibuildwheel needs a CPython {} or later", cibuildwheel::OLDEST))
    })?;
    let action = report.start("building and testing with cibuildwheel");
    let folder = Temporary::for_programs()?;
    let place = folder.path().join("environment");
    let lock = cibuildwheel::LOCK.text;
    let tools = machine.tools()?;
    let environment = Environment::locked(interpreter, &place, &tools.program(Tool::Uv)?, lock)?;
    let out = source.project.work().join("second");
    folder::clear(&out)?;
    let sdist = source.project.dist().join(source.sdist()?);
    let own = std::env::current_exe().context("cannot find the path of this program")?;
    cibuildwheel::build(&environment, &sdist, &out, &own, engine.as_ref())
        // cibuildwheel needs uv on `PATH`.
        .env("PATH", tools.path(Tool::Uv)?)
        .pass_to_build(&source.project.table.pass_env)
        .check()
        .context("cibuildwheel failed")?;
    action.done(Mood::Good, "built", "the same wheels with cibuildwheel");
    compare_folder(source, kept, report, &out)
}

/// The verdict of the comparison. It is unknown if nothing was compared.
pub fn verdict(result: &SecondBuildEvidence) -> Verdict {
    if !result.unmatched.is_empty() || result.compared.iter().any(|one| !one.differences.is_empty())
    {
        Verdict::No
    } else if result.compared.is_empty() {
        Verdict::Unknown
    } else {
        Verdict::Yes
    }
}
