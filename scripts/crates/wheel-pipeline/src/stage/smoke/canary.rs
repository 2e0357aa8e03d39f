//! `smoke --canary`: the wheel, compiled for a processor newer than the baseline, must crash on the emulated
//! baseline.
//!
//! This proves that the smoke test finds such a wheel. Every ordinary run proves only the emulator, with a small
//! program. That costs a second, and the canary costs a build.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use wheel_audit::plan::{Plan, PlannedWheel};
use wheel_audit::target::{System, Target};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::Temporary;
use crate::program::command;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::stage::build::directory::BuildDirectory;
use crate::stage::build::toolchains;
use crate::stage::smoke::attempt::{Attempt, TestedWheel, attempt};
use crate::tool::python::Interpreter;
use crate::tool::python::environment::Environment;
use crate::tool::pythons::{self, debian::ROOTS};

/// The output of a program that crashes because its processor lacks an instruction.
const CRASH: &str = "Illegal instruction";

/// Builds the canary and tests it on each Python with an emulated processor that can install it.
pub fn run(source: &Source, machine: &Machine, report: &Report) -> Result<Verdict> {
    let roots = pythons::folder()?;
    let (mut emulated, mut processor) = (Vec::new(), "");
    for (root, newer) in ROOTS.iter().filter_map(|root| Some((root, root.newer_processor()?))) {
        emulated.extend(root.interpreters(&roots)?.interpreters);
        processor = newer;
    }
    let Some((wheel, part)) = wheel_for(&source.plan, &emulated) else {
        return Err(Failure::unknown(
            "no Python with an emulated processor can install a wheel of the plan",
        )
        .hint(format!("run `{}` first", command("pythons amd64")))
        .into());
    };
    let directory = BuildDirectory::new(
        source,
        machine,
        report,
        &source.project.root,
        source.project.work().join("canary"),
    );
    directory.clear()?;
    let (toolchains, not_here) = toolchains(&source.project, machine, report, &part)?;
    if !not_here.is_empty() {
        return Err(Failure::unknown(format!("not built here: {}", not_here.join("\n"))).into());
    }
    let newer = toolchains.into_iter().map(|(target, mut toolchain)| {
        toolchain.flags.push(format!("-Ctarget-cpu={processor}"));
        (target, toolchain)
    });
    directory.sdist()?;
    directory.wheels(&part, &newer.collect::<BTreeMap<_, _>>())?;
    let file = directory.staging().join(&wheel.file);
    let mut verdict = Verdict::Yes;
    for interpreter in emulated.iter().filter(|python| takes(&source.plan, wheel, python)) {
        let name = format!("{} for {processor} on {}", wheel.target, interpreter.title());
        match survives(source, machine, &file, interpreter)? {
            None => report.say(Mood::Good, "crashed", &format!("{name}, as expected: {CRASH}")),
            Some(what) => {
                report.say(Mood::Bad, "survived", &format!("{name}: {what}"));
                verdict = Verdict::No;
            }
        }
    }
    directory.clear()?;
    Ok(verdict)
}

/// Tests the canary. Returns the other outcome if it did not crash, and none if it crashed.
fn survives(
    source: &Source,
    machine: &Machine,
    file: &Path,
    interpreter: &Interpreter,
) -> Result<Option<String>> {
    let folder = Temporary::for_programs()?;
    let environment = Environment::create(interpreter, &folder.path().join("environment"))?;
    let wheel = TestedWheel::read(file)?;
    Ok(match attempt(source, machine, &environment, &wheel, folder.path())? {
        Attempt::Passed => {
            Some("it passed the smoke test, so the smoke test does not find such wheels".to_owned())
        }
        Attempt::Failed(failed) if failed.output().contains(CRASH) => None,
        Attempt::Failed(failed) => Some(format!("it failed in another way\n{}", failed.tail())),
        Attempt::NotTested { why } => Some(format!("it was not tested: {why}")),
    })
}

/// A planned wheel for the emulated Pythons, and the part of the plan that builds it.
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

/// Returns true if the plan has `wheel` for this Python.
fn takes(plan: &Plan, wheel: &PlannedWheel, python: &Interpreter) -> bool {
    plan.environments.iter().any(|promise| {
        promise.file == wheel.file
            && promise.python == python.version
            && python.serves(promise.target)
    })
}
