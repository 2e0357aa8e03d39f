//! `entry-points`: commands and plugins refer to modules that the wheel holds.

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
        say(format!("`{}` is in no group", point.line), "`[console_scripts]` before it");
    }
    // A dependency may bring modules of another package.
    let package = module.split('.').next().unwrap_or_default();
    if holds(wheel, package) && !holds(wheel, module) {
        say(
            format!("`{}` refers to the module `{module}`, which is not in the wheel", point.line),
            "a module of the wheel",
        );
    }
}

/// Returns whether the wheel has the module: a package, or a file with a suffix that Python imports.
fn holds(wheel: &WheelFacts, module: &str) -> bool {
    let path = module.replace('.', "/");
    wheel.members.iter().any(|member| {
        // `.data/purelib` and `.data/platlib` are installed beside the other members.
        let name = match member.name.split_once(".data/") {
            Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, rest)| rest),
            None => &member.name,
        };
        name.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['/', '.']))
    })
}
