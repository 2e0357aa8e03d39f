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
            let bytes = read_released(&path).map_err(|error| {
                Failure::unknown(format!("`dist/{file}`: {error}"))
                    .hint(format!("run `{}` first", command("build")))
            })?;
            check_interrupt()?;
            let sum = Sha256Sum::digest(&bytes);
            let record =
                built.file(file).filter(|record| record.sha256 == sum).ok_or_else(|| {
                    Failure::refused(format!("`dist/{file}` is not the file that `build` recorded"))
                        .hint(format!("run `{}` again", command("build")))
                })?;
            Ok((path, record.clone()))
        })
        .collect()
}
