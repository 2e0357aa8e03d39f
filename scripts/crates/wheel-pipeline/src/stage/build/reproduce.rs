//! `build --check-reproducible`: a build of the same commit in another folder must give the same bytes.
//!
//! A second build is the only way to check that a file on the index comes from its source.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::compare::first_difference;
use wheel_audit::plan::Plan;

use super::directory::BuildDirectory;
use crate::evidence::BuildEvidence;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::Temporary;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::stage::build::toolchains;
use crate::tool::git;

/// Builds a part of the plan again and compares each file with the one in `dist/`.
pub fn prove(
    source: &Source,
    machine: &Machine,
    report: &Report,
    part: &Plan,
    first: &BuildEvidence,
) -> Result<Verdict> {
    let committed = source.revision.as_ref().filter(|revision| !revision.dirty);
    let Some(revision) = committed else {
        return Err(Failure::unknown(
            "only a commit can be built a second time, but this tree differs from its commit, or \
            has none",
        )
        .hint("commit, and run again")
        .into());
    };
    let folder = Temporary::for_programs()?;
    let clone = folder.path().join("a clone elsewhere");
    git::clone(&revision.checkout, &clone).check()?;
    let root = revision.checkout.project_in(&clone);
    report.say(Mood::Good, "cloned", "the commit, to build it a second time");
    let directory = BuildDirectory::new(source, machine, report, &root, folder.path().join("work"));
    let (toolchains, not_here) = toolchains(&source.project, machine, report, part)?;
    if !not_here.is_empty() {
        return Err(Failure::unknown(format!("not built again: {}", not_here.join("\n"))).into());
    }
    let mut again = vec![directory.sdist()?];
    again.extend(directory.wheels(part, &toolchains)?);
    let mut verdict = Verdict::Yes;
    for built in &again {
        let file = &built.file;
        let one =
            first.file(file).with_context(|| format!("`build.json` does not list `{file}`"))?;
        if one.sha256 == built.sha256 {
            report.say(Mood::Good, "same", file);
            continue;
        }
        let ours = read(&source.project.dist().join(file))?;
        let theirs = read(&directory.staging().join(file))?;
        let what = first_difference(file, &ours, &theirs);
        report.say(Mood::Bad, "differs", &format!("{file}: {what}"));
        verdict = Verdict::No;
    }
    Ok(verdict)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
