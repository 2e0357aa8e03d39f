//! `bench build`: measures the build of each target: from nothing, after a change to the project's code, and without
//! a change. It lists the sizes of the wheels too.
//!
//! Targets are built one after the other in a new folder, so that each time is of one target. The last row is a
//! parallel build of all targets, as `build --all` does it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;
use wheel_pipeline::evidence::BuiltFile;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, human, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::stage::build::directory::BuildDirectory;
use wheel_pipeline::stage::build::{self, toolchains};
use wheel_pipeline::tool::toolchain::Toolchain;

use crate::machine;

type Toolchains = BTreeMap<Target, Toolchain>;

/// Runs `bench build` for the given targets, or for all.
pub fn run(
    source: &Source,
    machine: &Machine,
    report: &Report,
    targets: &[Target],
) -> Result<Verdict> {
    let part = match targets {
        [] => source.plan.clone(),
        targets => build::part(&source.plan, targets)?,
    };
    let (toolchains, not_here) = toolchains(&source.project, machine, report, &part)?;
    for reason in &not_here {
        report.say(Mood::Doubtful, "not here", reason);
    }
    if toolchains.is_empty() {
        return Err(Failure::unknown("no target can be built on this machine").into());
    }
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let directory = BuildDirectory::new(
        source,
        machine,
        report,
        &source.project.root,
        folder.path().to_owned(),
    );
    directory.sdist()?;
    let timed = |part: &Plan, toolchains: &Toolchains| -> Result<(Duration, Vec<BuiltFile>)> {
        let started = Instant::now();
        let built = directory.wheels(part, toolchains)?;
        Ok((started.elapsed(), built))
    };
    let (mut rows, mut sums) = (Vec::new(), [Duration::ZERO; 3]);
    for (target, toolchain) in &toolchains {
        let one = part.only(&[*target]);
        let own = [(*target, toolchain.clone())].into();
        let (cold, _) = timed(&one, &own)?;
        directory.age()?;
        let (changed, _) = timed(&one, &own)?;
        let (again, built) = timed(&one, &own)?;
        let times = [cold, changed, again];
        for (sum, time) in sums.iter_mut().zip(times) {
            *sum += time;
        }
        let sizes: Vec<String> = built.iter().map(|file| human::size(file.size)).collect();
        let cross_built = if toolchain.is_cross_built() { "cross-built" } else { "" };
        rows.push(row(&format!("`{target}`"), times.map(Some), &sizes.join(", "), cross_built));
    }
    rows.push(row(&format!("**{} targets**", toolchains.len()), sums.map(Some), "", ""));
    directory.age()?;
    let (changed, _) = timed(&part, &toolchains)?;
    let (again, _) = timed(&part, &toolchains)?;
    rows.push(row("**all at once**", [None, Some(changed), Some(again)], "", ""));
    let families: Vec<String> = part
        .wheels
        .iter()
        .filter(|wheel| wheel.target == part.wheels[0].target)
        .map(|wheel| wheel.family.to_string())
        .collect();
    let header = [
        "target",
        "cold, s",
        "after a change, s",
        "again, s",
        &format!("wheels: {}", families.join(", ")),
        "",
    ];
    let machine = machine::describe()?;
    report.data(&format!("{machine}\n\n{}", table::markdown(&header, &rows)))?;
    Ok(if not_here.is_empty() { Verdict::Yes } else { Verdict::Unknown })
}

fn row(what: &str, times: [Option<Duration>; 3], sizes: &str, note: &str) -> Vec<String> {
    let seconds = |time: Option<Duration>| {
        time.map_or_else(String::new, |time| format!("{:.1}", time.as_secs_f64()))
    };
    let times = times.map(seconds);
    std::iter::once(what.to_owned())
        .chain(times)
        .chain([sizes.to_owned(), note.to_owned()])
        .collect()
}
