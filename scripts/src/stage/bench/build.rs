//! `bench build`: what each target costs to build, from nothing, after a change to the project's own
//! code and without one, and how large its wheels are.
//!
//! One target after the other in a folder of its own, so that a time is that target's alone. `build
//! --all` builds several at once where there are processors.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::evidence::BuiltFile;
use crate::exit::{Stop, Verdict};
use crate::report::{Mood, human, table};
use crate::stage::Session;
use crate::stage::build::{self, toolchains};
use crate::stage::workshop::Workshop;
use crate::target::Target;
use crate::tool::machine;

/// Measures some targets of the plan, or all.
///
/// # Errors
///
/// When nothing can be built, or a build fails.
pub fn run(session: &Session, targets: &[Target]) -> Result<Verdict> {
    session.exclusive()?;
    let part = match targets {
        [] => session.plan.clone(),
        targets => build::part(session, targets)?,
    };
    let (toolchains, not_here) = toolchains(session, &part)?;
    for reason in &not_here {
        session.report.say(Mood::Doubtful, "not here", reason);
    }
    if toolchains.is_empty() {
        return Err(Stop::Unknown("no target can be built here".into()).into());
    }
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let workshop = Workshop::new(session, &session.project.root, folder.path().to_owned());
    workshop.sdist()?;
    let (mut rows, mut sums) = (Vec::new(), [Duration::ZERO; 3]);
    for (target, toolchain) in &toolchains {
        let one = part.only(&[*target]);
        let own = [(*target, toolchain.clone())].into();
        let mut times = [Duration::ZERO; 3];
        let mut built: Vec<BuiltFile> = Vec::new();
        for (round, (time, sum)) in times.iter_mut().zip(&mut sums).enumerate() {
            if round == 1 {
                workshop.age()?;
            }
            let started = Instant::now();
            built = workshop.wheels(&one, &own)?;
            *time = started.elapsed();
            *sum += *time;
        }
        let sizes: Vec<String> = built.iter().map(|file| human::size(file.size)).collect();
        rows.push(vec![
            format!("`{target}`"),
            seconds(times[0]),
            seconds(times[1]),
            seconds(times[2]),
            sizes.join(", "),
            if toolchain.builder.stands_in() { "stand-in".into() } else { String::new() },
        ]);
    }
    rows.push(vec![
        format!("**{} targets**", toolchains.len()),
        seconds(sums[0]),
        seconds(sums[1]),
        seconds(sums[2]),
        String::new(),
        String::new(),
    ]);
    let families: Vec<&str> = part
        .wheels
        .iter()
        .filter(|wheel| wheel.target == part.wheels[0].target)
        .map(|wheel| wheel.family.as_str())
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
    session.report.data(&format!("{machine}\n\n{}", table::markdown(&header, &rows)));
    Ok(if not_here.is_empty() { Verdict::Yes } else { Verdict::Unknown })
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}
