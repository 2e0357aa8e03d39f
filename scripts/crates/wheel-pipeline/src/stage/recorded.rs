//! The files of `dist/`, compared with the hashes that `build` recorded.

use std::path::PathBuf;

use anyhow::Result;
use wheel_audit::plan::Plan;
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::file::read_released;

use crate::evidence::{BuildEvidence, BuiltFile};
use crate::failure::Failure;
use crate::process::interrupt::check_interrupt;
use crate::program::command;
use crate::project::Project;

/// The part of a plan that is built, and the number of planned wheels that are not.
pub fn part(plan: &Plan, built: &BuildEvidence) -> (Plan, usize) {
    let part = plan.part(|file| built.file(file).is_some());
    let missing = plan.wheels.len() - part.wheels.len();
    (part, missing)
}

/// The files of a plan, in the order of upload. A file with another hash than `build` recorded is refused.
pub fn files(
    project: &Project,
    plan: &Plan,
    built: &BuildEvidence,
) -> Result<Vec<(PathBuf, BuiltFile)>> {
    plan.files()
        .map(|file| {
            let path = project.dist().join(file);
            // The files of a folder were just recorded.
            let again = |when: &str| match project.folder {
                Some(_) => "find out what changes the folder while this run is going".to_owned(),
                None => format!("run `{}` {when}", command("build")),
            };
            let bytes = read_released(&path).map_err(|error| {
                Failure::unknown(format!("`{file}`: {error}")).hint(again("first"))
            })?;
            check_interrupt()?;
            let sum = Sha256Sum::digest(&bytes);
            let record =
                built.file(file).filter(|record| record.sha256 == sum).ok_or_else(|| {
                    let by = if project.folder.is_some() { "this run" } else { "`build`" };
                    Failure::refused(format!("`{file}` is not the file that {by} recorded"))
                        .hint(again("again"))
                })?;
            Ok((path, record.clone()))
        })
        .collect()
}
