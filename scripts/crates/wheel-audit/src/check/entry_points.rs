//! `entry-points`: commands and plugins refer to modules that the wheel holds.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::entry_points::EntryPoint;
use crate::wheel::flaw::Part;
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "entry-points",
    about: "the commands and plugins that a wheel offers refer to modules that it holds",
    documentation: include_str!("entry_points.md"),
    owns: &[Part::EntryPoints],
    run,
};

const REMEDY: &str =
    "correct `[project.scripts]` or `[project.entry-points]` in `pyproject.toml`, and build again";

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    let mut looked = false;
    for wheel in &input.release.wheels {
        let names = if wheel.entry_points.is_empty() { Vec::new() } else { installed(wheel) };
        for point in &wheel.entry_points {
            looked = true;
            judge(wheel, &names, point, &mut findings);
        }
    }
    if looked {
        Ok(findings.done())
    } else {
        Err(NotJudged::NoSubject("no entry point".to_owned()))
    }
}

fn judge(wheel: &WheelFacts, names: &[&str], point: &EntryPoint, findings: &mut Findings) {
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.inside(
            &wheel.file,
            &format!("{}/entry_points.txt", wheel.dist_info),
            message,
            expected,
            REMEDY,
        ));
    };
    let line = quoted(&point.line);
    let Some(module) = &point.module else {
        say(format!("`{line}` refers to nothing"), "`name = module` or `name = module:attribute`");
        return;
    };
    if point.group.is_empty() {
        say(format!("`{line}` is in no group"), "`[console_scripts]` before it");
    }
    // A dependency may bring modules of another package.
    let package = module.split('.').next().unwrap_or_default();
    if holds(names, package) && !holds(names, module) {
        say(
            format!(
                "`{line}` refers to the module `{}`, which is not in the wheel",
                quoted(module)
            ),
            "a module of the wheel",
        );
    }
}

/// The names of the members as they are installed, sorted.
fn installed(wheel: &WheelFacts) -> Vec<&str> {
    // `.data/purelib` and `.data/platlib` are installed beside the other members.
    let names = wheel.members.iter().map(|member| match member.name.split_once(".data/") {
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, rest)| rest),
        None => member.name.as_str(),
    });
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
}

/// Returns whether the wheel has the module: a package, or a file with a suffix that Python imports.
fn holds(names: &[&str], module: &str) -> bool {
    let path = module.replace('.', "/");
    ["/", "."].iter().any(|next| {
        let begin = format!("{path}{next}");
        // In sorted names, the first that is not before the text begins with it, if any does.
        let at = names.partition_point(|name| *name < begin.as_str());
        names.get(at).is_some_and(|name| name.starts_with(&begin))
    })
}
