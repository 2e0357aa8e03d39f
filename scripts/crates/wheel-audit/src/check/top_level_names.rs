//! `top-level-names`: a wheel puts nothing but its own names at the top of `site-packages`, which all packages share.

use std::collections::BTreeMap;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use crate::names::normalize;
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "top-level-names",
    about: "a wheel puts no folder or file at the top of `site-packages` that many projects have",
    documentation: include_str!("top_level_names.md"),
    owns: &[],
    run,
};

/// Folders of a repository that are no package of the project.
const FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "benchmark",
    "benchmarks",
    "bench",
    "doc",
    "docs",
    "example",
    "examples",
    "bin",
    "lib",
    "scripts",
    "script",
    "tools",
    "src",
    "build",
    "dist",
    "target",
    "include",
    "share",
    "etc",
    "ci",
];
/// Files of a repository, by the beginning of their name in lower case, up to a dot.
const FILES: &[&str] = &[
    "readme",
    "license",
    "licence",
    "copying",
    "changelog",
    "changes",
    "contributing",
    "conftest",
    "setup",
    "pyproject",
    "makefile",
    "cargo",
    "tox",
    "noxfile",
    "requirements",
];

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    for wheel in input.unpacked()? {
        judge(wheel, &mut findings);
    }
    Ok(findings.done())
}

fn judge(wheel: &WheelFacts, findings: &mut Findings) {
    let project = normalize(&wheel.name.distribution);
    // Each name with the number of its files.
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for path in wheel.members.iter().filter_map(|member| wheel.installed(&member.name)) {
        let (top, is_shared) = match path.split_once('/') {
            Some((folder, _)) => (folder, FOLDERS.contains(&folder)),
            None => {
                let stem = path.split('.').next().unwrap_or_default().to_ascii_lowercase();
                (path, FILES.contains(&stem.as_str()))
            }
        };
        let stem = top.split('.').next().unwrap_or_default();
        if is_shared && normalize(stem) != project {
            *shared.entry(top).or_default() += 1;
        }
    }
    for (name, count) in shared {
        let what =
            if count == 1 { "it has one file".to_owned() } else { format!("it has {count} files") };
        let finding = CHECK.inside(
            &wheel.file,
            name,
            format!("{what} at the top of `site-packages` under the name `{}`", quoted(name)),
            "names of the project alone",
            "name the packages for the build backend, or exclude the others",
        );
        findings.push(finding.warning());
    }
}
