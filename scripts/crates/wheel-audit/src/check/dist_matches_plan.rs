//! `dist-matches-plan`: `dist/` holds every file that the plan promises, and nothing else.
//!
//! A release without one of its wheels looks complete to the maintainer, but users of that platform must compile.

use super::definition::{Check, CheckInput};
use super::finding::CheckResult;

pub(super) const CHECK: Check = Check {
    name: "dist-matches-plan",
    about: "`dist/` holds every promised file and no other",
    documentation: include_str!("dist_matches_plan.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let present: Vec<&str> = input.release.files.iter().map(|file| file.name.as_str()).collect();
    let planned: Vec<&str> = input.plan()?.files().collect();
    let missing = planned.iter().filter(|file| !present.contains(file)).map(|file| {
        CHECK.finding(
            file,
            "the file is promised but not in `dist/`".into(),
            "every file of the plan",
            "build its target, or take the target out of `[tool.wheel-pipeline]`",
        )
    });
    let foreign = present.iter().filter(|file| !planned.contains(file)).map(|file| {
        CHECK.finding(
            file,
            "the file is in `dist/` but not in the plan".into(),
            "the files of the plan and no other",
            "move it out of `dist/`",
        )
    });
    Ok(missing.chain(foreign).collect())
}
