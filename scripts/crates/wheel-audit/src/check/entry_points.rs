//! `entry-points`: commands and plugins refer to modules that are there.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, NotJudged};
use crate::wheel::entry_points::EntryPoint;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "entry-points",
    about: "the commands and plugins that a wheel offers refer to modules that it holds",
    documentation: include_str!("entry_points.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Vec::new();
    let mut looked = false;
    for wheel in &input.release.wheels {
        for point in &wheel.entry_points {
            looked = true;
            judge(wheel, point, &mut findings);
        }
    }
    if looked { Ok(findings) } else { Err(NotJudged::NoSubject("no entry point".to_owned())) }
}

fn judge(wheel: &WheelFacts, point: &EntryPoint, findings: &mut Vec<Finding>) {
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.inside(
            &wheel.file,
            &format!("{}/entry_points.txt", wheel.dist_info),
            message,
            expected,
            "correct `[project.scripts]` or `[project.entry-points]` in `pyproject.toml`, and build again",
        ));
    };
    let Some(module) = &point.module else {
        say(
            format!("`{}` refers to nothing", point.line),
            "`name = module` or `name = module:attribute`",
        );
        return;
    };
    if point.group.is_empty() {
        say(format!("`{}` stands in no group", point.line), "`[console_scripts]` before it");
    }
    // Modules of another package may come with a dependency.
    let package = module.split('.').next().unwrap_or_default();
    if holds(wheel, package) && !holds(wheel, module) {
        say(
            format!("`{}` refers to the module `{module}`, which is not in the wheel", point.line),
            "a module of the wheel",
        );
    }
}

/// Whether the wheel has the module: a file with any suffix that Python imports, or a package.
fn holds(wheel: &WheelFacts, module: &str) -> bool {
    let path = module.replace('.', "/");
    wheel.members.iter().any(|member| {
        // What lies in `.data/purelib` and `.data/platlib` is installed beside the rest.
        let name = match member.name.split_once(".data/") {
            Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, rest)| rest),
            None => &member.name,
        };
        name.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['/', '.']))
    })
}
