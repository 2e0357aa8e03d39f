//! `install-table`: on every promised platform and Python, pip picks the planned wheel from this release.
//!
//! The order of tags is that of [`packaging.tags`](https://packaging.pypa.io/en/stable/tags.html), on the oldest system of
//! the target. A newer system accepts the same tags, and newer ones before them.

use std::collections::BTreeMap;

use pep440_rs::VersionSpecifiers;

use super::definition::{Check, CheckInput};
use super::finding::CheckResult;
use crate::family::PythonVersion;
use crate::plan::{Plan, PromisedEnvironment};
use crate::platform::{Architecture, System, legacy_name};
use crate::target::Target;
use crate::wheel::filename::WheelName;
use crate::wheel::release::{ReleaseFacts, WheelFacts};

pub(super) const CHECK: Check = Check {
    name: "install-table",
    about: "pip picks the planned wheel on every promised platform and Python",
    documentation: include_str!("install_table.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let plan = input.plan()?;
    let table = table(input.release, plan);
    let wrong = table.into_iter().filter_map(|(environment, picked)| {
        // The check `dist-matches-plan` reports a missing wheel.
        let present = input.release.wheels.iter().any(|wheel| wheel.file == environment.file);
        if !present || picked.as_deref() == Some(&environment.file) {
            return None;
        }
        let place = format!("{} on {}", environment.target, environment.python.title());
        Some(match picked {
            Some(picked) => CHECK.finding(
                &picked,
                format!("pip picks it for {place}"),
                &format!("`{}`", environment.file),
                "remove one of the two from the release",
            ),
            None => CHECK.finding(
                &environment.file,
                format!("pip finds no wheel for {place}, and compiles the sdist or fails"),
                "a wheel whose tags and `Requires-Python` fit there",
                "correct the tags by building again, or `requires-python`",
            ),
        })
    });
    Ok(wrong.collect())
}

/// Every promised environment with the wheel that pip picks there, if there is one.
pub fn table<'a>(
    release: &ReleaseFacts,
    plan: &'a Plan,
) -> Vec<(&'a PromisedEnvironment, Option<String>)> {
    let picked = |environment: &PromisedEnvironment| {
        let fitting = release.wheels.iter().filter(|wheel| admits(wheel, environment.python));
        let names = fitting.map(|wheel| (wheel.file.as_str(), &wheel.name));
        pick(names, environment.target, environment.python).map(str::to_owned)
    };
    plan.environments.iter().map(|environment| (environment, picked(environment))).collect()
}

/// The file that pip picks among wheels of one release, by their names.
pub(crate) fn pick<'a>(
    wheels: impl Iterator<Item = (&'a str, &'a WheelName)>,
    target: Target,
    python: PythonVersion,
) -> Option<&'a str> {
    let order = tags(target, python);
    let rank: BTreeMap<&str, usize> =
        order.iter().enumerate().rev().map(|(rank, tag)| (tag.as_str(), rank)).collect();
    let ranked = wheels.filter_map(|(file, name)| {
        let best = name.tags.iter().filter_map(|tag| rank.get(tag.as_str())).min()?;
        // Between two wheels of equal rank, the higher build number wins.
        Some(((*best, std::cmp::Reverse(build(name))), file))
    });
    ranked.min_by(|one, other| one.0.cmp(&other.0)).map(|(_, file)| file)
}

fn build(name: &WheelName) -> (u64, String) {
    let build = name.build.clone().unwrap_or_default();
    let end = build.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(build.len());
    (build[..end].parse().unwrap_or(0), build[end..].to_owned())
}

/// Returns whether `Requires-Python` admits the series. pip ignores the file otherwise.
pub(crate) fn admits(wheel: &WheelFacts, python: PythonVersion) -> bool {
    let Some(metadata) = &wheel.metadata else { return true };
    let Some(requires) = metadata.first("Requires-Python") else { return true };
    // The check `metadata-valid` reports a longer one.
    if metadata.short("Requires-Python").is_none() {
        return false;
    }
    // pip ignores a requirement that it cannot parse.
    let Ok(requires) = requires.parse::<VersionSpecifiers>() else { return true };
    python.is_admitted_by(&requires)
}

/// Every tag that a Python accepts on the oldest system of a target, the best first.
fn tags(target: Target, python: PythonVersion) -> Vec<String> {
    let platforms = platforms(target);
    let (tag, minor) = (python.tag(), python.minor());
    let mut tags = Vec::new();
    let mut put = |python: &str, abi: &str| {
        tags.extend(platforms.iter().map(|platform| format!("{python}-{abi}-{platform}")));
    };
    let stable = match python.is_free_threaded() {
        true => Some("abi3t"),
        false => python.is_usual().then_some("abi3"),
    };
    put(&tag, &python.abi_tag());
    if let Some(stable) = stable {
        put(&tag, stable);
    }
    put(&tag, "none");
    if let Some(stable) = stable {
        for minor in (2..minor).rev() {
            put(&format!("cp3{minor}"), stable);
        }
    }
    put(&format!("py3{minor}"), "none");
    put("py3", "none");
    for minor in (0..minor).rev() {
        put(&format!("py3{minor}"), "none");
    }
    tags.push(if python.is_pypy() { "pp3-none-any".to_owned() } else { format!("{tag}-none-any") });
    tags.push(format!("py3{minor}-none-any"));
    tags.push("py3-none-any".to_owned());
    tags.extend((0..minor).rev().map(|minor| format!("py3{minor}-none-any")));
    tags
}

fn platforms(target: Target) -> Vec<String> {
    let text = target.to_string();
    match target.system() {
        System::Windows => vec![text],
        System::Manylinux { major, minor } => {
            let machine = target.machine();
            let mut platforms = Vec::new();
            for minor in (5..=minor).rev() {
                platforms.push(format!("manylinux_{major}_{minor}_{machine}"));
                if let Some(alias) = legacy_name(major, minor) {
                    platforms.push(format!("{alias}_{machine}"));
                }
            }
            platforms.push(format!("linux_{machine}"));
            platforms
        }
        System::Musllinux { major, minor } => {
            let machine = target.machine();
            let mut platforms: Vec<String> = (0..=minor)
                .rev()
                .map(|minor| format!("musllinux_{major}_{minor}_{machine}"))
                .collect();
            platforms.push(format!("linux_{machine}"));
            platforms
        }
        System::Macos { major, minor } => {
            let arm64 = target.architecture() == Architecture::Aarch64;
            let mut versions: Vec<(u16, u16)> = Vec::new();
            if major >= 11 {
                // Tags of macOS 11 and later have the minor version 0.
                versions.extend((11..=major).rev().map(|major| (major, 0)));
                versions.extend((4..=16).rev().map(|minor| (10, minor)));
            } else {
                versions.extend((4..=minor).rev().map(|minor| (10, minor)));
            }
            let mut platforms = Vec::new();
            for (major, minor) in versions {
                let kinds: &[&str] = match (arm64, major) {
                    (true, 10) => &["universal2"],
                    (true, _) => &["arm64", "universal2"],
                    (false, 10) => {
                        &["x86_64", "intel", "fat64", "fat32", "universal2", "universal"]
                    }
                    (false, _) => &["x86_64", "universal2"],
                };
                platforms.extend(kinds.iter().map(|kind| format!("macosx_{major}_{minor}_{kind}")));
            }
            platforms
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_tag_comes_first_and_the_stable_abi_of_older_pythons_after_the_own_one() {
        let target = "manylinux_2_17_x86_64".parse().expect("a target");
        let tags = tags(target, PythonVersion::new(3, 12));
        let at = |tag: &str| tags.iter().position(|known| known == tag).expect(tag);
        assert_eq!(tags[0], "cp312-cp312-manylinux_2_17_x86_64");
        assert!(at("cp312-cp312-linux_x86_64") < at("cp312-abi3-manylinux_2_17_x86_64"));
        assert!(at("cp312-none-linux_x86_64") < at("cp310-abi3-manylinux2014_x86_64"));
        assert!(at("cp32-abi3-linux_x86_64") < at("py3-none-manylinux1_x86_64"));
        assert!(!tags.contains(&"cp312-cp312-manylinux_2_28_x86_64".to_owned()));
        assert!(!tags.contains(&"cp313-abi3-manylinux_2_17_x86_64".to_owned()));
    }

    #[test]
    fn a_free_threaded_python_takes_its_own_stable_abi_and_not_the_other() {
        let target = "win_amd64".parse().expect("a target");
        let free = tags(target, PythonVersion::new(3, 15).free_threaded());
        assert_eq!(
            free[..3],
            ["cp315-cp315t-win_amd64", "cp315-abi3t-win_amd64", "cp315-none-win_amd64"]
        );
        assert!(!free.iter().any(|tag| tag.contains("-abi3-")));
        let plain = tags(target, PythonVersion::new(3, 15));
        assert!(!plain.iter().any(|tag| tag.contains("-abi3t-")));
    }

    #[test]
    fn a_pypy_takes_wheels_of_its_own_abi_and_without_one() {
        let target = "win_amd64".parse().expect("a target");
        let tags = tags(target, PythonVersion::new(3, 11).pypy(7, 3));
        // As pip 25.1 lists them on PyPy 7.3.19 for Python 3.11.
        assert_eq!(
            tags[..5],
            [
                "pp311-pypy311_pp73-win_amd64",
                "pp311-none-win_amd64",
                "py311-none-win_amd64",
                "py3-none-win_amd64",
                "py310-none-win_amd64",
            ]
        );
        let any: Vec<&String> = tags.iter().filter(|tag| tag.ends_with("-any")).take(4).collect();
        assert_eq!(any, ["pp3-none-any", "py311-none-any", "py3-none-any", "py310-none-any"]);
        assert!(!tags.iter().any(|tag| tag.contains("abi3") || tag.starts_with("cp")));
    }
}
