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
            "the file is promised, but is not there".into(),
            "every file of the plan",
            "build its target, or take the target out of `[tool.wheel-pipeline]`",
        )
    });
    let foreign = present.iter().filter(|file| !planned.contains(file)).map(|file| {
        CHECK.finding(
            file,
            "the file is there, but not in the plan".into(),
            "the files of the plan and no other",
            "move it away, or name it in `foreign` of `[tool.wheel-pipeline]` if another job builds it",
        )
    });
    Ok(missing.chain(foreign).collect())
}
