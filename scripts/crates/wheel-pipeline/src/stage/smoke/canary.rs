//! `smoke --canary`: the very wheel, compiled for a newer processor than the promise allows, must die where
//! the oldest promised one is emulated.
//!
//! It proves that the smoke test there would catch such a wheel. The emulator alone is proven each time by
//! a small program, which costs a second where this costs a build.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use wheel_audit::plan::{Plan, PlannedWheel};
use wheel_audit::target::{System, Target};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::Project;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::stage::build::directory::BuildDirectory;
use crate::stage::build::toolchains;
use crate::stage::smoke::attempt_on;
use crate::tool::python::Interpreter;
use crate::tool::python::environment::Environment;
use crate::tool::pythons::debian::{self, ROOTS};

/// What a program says that dies of an instruction that its processor does not have.
const DEATH: &str = "Illegal instruction";

/// Builds such a wheel and tries it on each Python with an emulated processor that takes it.
pub fn run(source: &Source, machine: &Machine, report: &Report) -> Result<Verdict> {
    let roots = debian::folder(&source.project.work());
    let (mut emulated, mut processor) = (Vec::new(), "");
    for (root, newer) in ROOTS.iter().filter_map(|root| Some((root, root.newer_processor()?))) {
        emulated.extend(root.interpreters(&roots)?.interpreters);
        processor = newer;
    }
    let Some((wheel, part)) = wheel_for(&source.plan, &emulated) else {
        return Err(Failure::unknown(
            "no Python with an emulated processor takes a wheel of the plan",
        )
        .hint("`cargo pipeline pythons amd64` makes some")
        .into());
    };
    let workshop = BuildDirectory::new(
        source,
        machine,
        report,
        &source.project.root,
        source.project.work().join("canary"),
    );
    workshop.clear()?;
    let (toolchains, not_here) = toolchains(&source.project, machine, report, &part)?;
    if !not_here.is_empty() {
        return Err(Failure::unknown(format!("not built here: {}", not_here.join("\n"))).into());
    }
    let newer = toolchains.into_iter().map(|(target, mut toolchain)| {
        toolchain.flags.push(format!("-Ctarget-cpu={processor}"));
        (target, toolchain)
    });
    workshop.sdist()?;
    workshop.wheels(&part, &newer.collect::<BTreeMap<_, _>>())?;
    let file = workshop.staging().join(&wheel.file);
    let mut verdict = Verdict::Yes;
    for interpreter in emulated.iter().filter(|python| takes(&source.plan, wheel, python)) {
        let name = format!("{} for {processor} on CPython {}", wheel.target, interpreter.release);
        match survives(&source.project, machine, &file, interpreter)? {
            None => report.say(Mood::Good, "died", &format!("{name}, as it must: {DEATH}")),
            Some(what) => {
                report.say(Mood::Bad, "survived", &format!("{name}: {what}"));
                verdict = Verdict::No;
            }
        }
    }
    workshop.clear()?;
    Ok(verdict)
}

/// What became of the wheel instead of the death that it must die.
fn survives(
    project: &Project,
    machine: &Machine,
    file: &Path,
    interpreter: &Interpreter,
) -> Result<Option<String>> {
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
    let environment = Environment::create(interpreter, &folder.path().join("environment"))?;
    Ok(match attempt_on(project, machine, &environment, file, folder.path())? {
        None => Some("it passed the smoke test, which proves nothing then".to_owned()),
        Some(failed) if failed.output().contains(DEATH) => None,
        Some(failed) => Some(format!("it failed in another way\n{}", failed.tail())),
    })
}

/// The wheel of the plan that the emulated Pythons get, and the part of the plan that makes it.
fn wheel_for<'a>(plan: &'a Plan, emulated: &[Interpreter]) -> Option<(&'a PlannedWheel, Plan)> {
    let wheel = plan.wheels.iter().find(|wheel| {
        let glibc = matches!(wheel.target.system(), System::Manylinux { .. });
        glibc && emulated.iter().any(|python| takes(plan, wheel, python))
    })?;
    let target: Target = wheel.target;
    let mut part = plan.only(&[target]);
    part.wheels.retain(|one| one.file == wheel.file);
    Some((wheel, part))
}

/// Whether a Python gets that wheel by the plan.
fn takes(plan: &Plan, wheel: &PlannedWheel, python: &Interpreter) -> bool {
    plan.environments.iter().any(|promise| {
        promise.file == wheel.file
            && promise.python == python.version
            && python.serves(promise.target)
    })
}
