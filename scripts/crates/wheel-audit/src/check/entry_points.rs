//! `entry-points`: commands and plugins refer to modules that the wheel holds.

use std::collections::BTreeMap;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged};
use crate::names::normalize;
use crate::wheel::entry_points::EntryPoint;
use crate::wheel::flaw::Part;
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "entry-points",
    about: "the commands and plugins that a wheel offers can be installed, and refer to modules that it holds",
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
        let mut commands = BTreeMap::new();
        for point in &wheel.entry_points {
            looked = true;
            judge(wheel, &names, point, &mut findings);
            // Windows tells no case apart.
            let name = (point.group.as_str(), point.name.to_lowercase());
            let first = *commands.entry(name).or_insert(point);
            if is_command(point) && first != point {
                findings.push(twice(wheel, first, point));
            }
        }
    }
    if looked {
        Ok(findings.done())
    } else {
        Err(NotJudged::NoSubject("no entry point".to_owned()))
    }
}

/// Returns whether an installer makes a program of the entry point.
fn is_command(point: &EntryPoint) -> bool {
    matches!(point.group.as_str(), "console_scripts" | "gui_scripts")
}

fn finding(wheel: &WheelFacts, message: String, expected: &str) -> Finding {
    let member = format!("{}/entry_points.txt", wheel.dist_info);
    CHECK.inside(&wheel.file, &member, message, expected, REMEDY)
}

fn twice(wheel: &WheelFacts, first: &EntryPoint, second: &EntryPoint) -> Finding {
    let (first, second) = (quoted(&first.line), quoted(&second.line));
    let message = format!("`{second}` and `{first}` are one command");
    finding(wheel, message, "one entry point of each name, in any case").warning()
}

fn judge(wheel: &WheelFacts, names: &[&str], point: &EntryPoint, findings: &mut Findings) {
    let mut say = |message: String, expected: &str| {
        findings.push(finding(wheel, message, expected));
    };
    let line = quoted(&point.line);
    let Some(module) = &point.module else {
        say(format!("`{line}` refers to nothing"), "`name = module` or `name = module:attribute`");
        return;
    };
    if point.group.is_empty() {
        say(format!("`{line}` is in no group"), "`[console_scripts]` before it");
    }
    if is_command(point) {
        if !point.has_attribute {
            say(
                format!("`{line}` names no function, and pip refuses it"),
                "`name = module:function`",
            );
        }
        if point.name.contains(['/', '\\']) {
            say(
                format!("`{line}` has a path for its name"),
                "a name of letters, digits, `_`, `.` and `-`",
            );
        }
    }
    let package = module.split('.').next().unwrap_or_default();
    let (has_package, shown) = (holds(names, package), quoted(package).to_string());
    if has_package && !holds(names, module) {
        say(
            format!(
                "`{line}` refers to the module `{}`, which is not in the wheel",
                quoted(module)
            ),
            "a module of the wheel",
        );
    } else if !has_package && is_own(wheel, package) {
        say(
            format!("`{line}` refers to the package `{shown}`, which is not in the wheel"),
            "the package of the project's name in its wheel",
        );
    } else if !has_package && wheel.metadata.is_some() && wheel.requirements().is_empty() {
        // It may be one of Python itself.
        let message = format!(
            "`{line}` refers to `{shown}`, which is not in the wheel, and nothing is required that could bring it"
        );
        let expected = "a module of the wheel, of a requirement or of Python";
        findings.push(finding(wheel, message, expected).warning());
    }
}

/// Returns whether a package has the name of the project, and no requirement may bring it: `spam-core` may bring `spam`.
fn is_own(wheel: &WheelFacts, package: &str) -> bool {
    let (package, project) = (normalize(package), normalize(&wheel.name.distribution));
    package == project
        && wheel.metadata.is_some()
        && !wheel
            .requirements()
            .iter()
            .any(|requirement| normalize(requirement).starts_with(&project))
}

/// The names of the members as they are installed, sorted.
fn installed(wheel: &WheelFacts) -> Vec<&str> {
    let members = wheel.members.iter().map(|member| member.name.as_str());
    let members = members.chain(wheel.opaque.iter().map(String::as_str));
    let mut names: Vec<&str> = members.filter_map(|member| wheel.installed(member)).collect();
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
