//! `dist-as-built`: each file has the SHA-256 that `build` recorded when it made it.
//!
//! Between build and upload, files pass through artifact stores, archives and people's hands. This check refuses a file
//! that `build` did not make, or that changed since.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, NotJudged};

pub(super) const CHECK: Check = Check {
    name: "dist-as-built",
    about: "each file is, byte for byte, the one that `build` made",
    documentation: include_str!("dist_as_built.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let built =
        input.built.ok_or_else(|| NotJudged::NotApplicable("no record of a build".to_owned()))?;
    let is_foreign = |file: &str| input.plan.is_some_and(|plan| plan.is_foreign(file));
    if input.plan.is_some_and(|plan| plan.files().all(|file| plan.is_foreign(file))) {
        return Err(NotJudged::NoSubject("every file was built elsewhere".to_owned()));
    }
    let judge = |file: &crate::wheel::release::DistFile| {
        let built = built.iter().find(|(name, _)| *name == file.name);
        // Nothing but its own bytes is known of a file that another builder made.
        if built.is_none() && is_foreign(&file.name) {
            return None;
        }
        let message = match built {
            Some((_, sum)) if *sum == file.sum => return None,
            Some((_, sum)) => {
                format!("the file has SHA-256 {}, but `build` recorded {sum}", file.sum)
            }
            None => "the file is not among those that `build` recorded".into(),
        };
        Some(CHECK.finding(
            &file.name,
            message,
            "the file that `build` made",
            "run the stage `build` again",
        ))
    };
    Ok(input.release.files.iter().filter_map(judge).collect())
}
