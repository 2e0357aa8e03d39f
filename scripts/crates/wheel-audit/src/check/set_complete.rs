//! `set-complete`: each platform of a release has wheels for the Pythons that its other platforms have, and there is an sdist.
//!
//! It needs no plan. A release shows by its other files what one of its platforms lacks.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged};
use super::projects::projects;
use crate::family::{Family, PythonVersion};
use crate::names::normalize;
use crate::platform::{Architecture, PlatformTag, System};
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "set-complete",
    about: "each platform has wheels for the Pythons that the others have, and there is a source distribution",
    documentation: include_str!("set_complete.md"),
    owns: &[],
    run,
};

/// The fewest platforms of a set of which one can be odd. With two, nobody can say which of them is.
const PLATFORM_LIMIT: usize = 3;
/// The fewest platforms of a whole release. Fewer may be those of one job.
const WHOLE_LIMIT: usize = 6;

/// A kind of system and a machine, whatever the version of the system.
type Platform = (&'static str, Architecture);

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    let mut looked = false;
    for ((project, version), files) in projects(input.release) {
        let served = served(&files.wheels);
        if served.len() < PLATFORM_LIMIT {
            continue;
        }
        looked = true;
        findings.extend(gaps(&served));
        let has_source = input.release.sdists.iter().any(|sdist| {
            sdist.name.as_ref().is_some_and(|name| normalize(&name.project) == project)
        });
        if served.len() >= WHOLE_LIMIT && !has_source {
            let message = format!("`{project} {version}` has no source distribution");
            let expected = "an sdist, for platforms and Pythons without a wheel";
            let remedy = "build it (`maturin sdist`, `python -m build --sdist`), and upload it after the wheels";
            findings.push(CHECK.finding("", message, expected, remedy).warning());
        }
    }
    match looked {
        true => Ok(findings.done()),
        false => {
            let why = format!("no project with wheels for {PLATFORM_LIMIT} platforms");
            Err(NotJudged::NoSubject(why))
        }
    }
}

/// The CPythons that each platform has wheels for, of those that some wheel names.
fn served(wheels: &[&WheelFacts]) -> BTreeMap<Platform, BTreeSet<PythonVersion>> {
    let named: Vec<(&WheelFacts, Family)> = wheels
        .iter()
        .filter_map(|wheel| Some((*wheel, wheel.name.family()?)))
        .filter(|(_, family)| !matches!(family, Family::Exact(python) if python.is_pypy()))
        .collect();
    let known: BTreeSet<PythonVersion> = named
        .iter()
        .filter_map(|(_, family)| match family {
            Family::Exact(python) => Some(*python),
            Family::Abi3 { floor } | Family::Abi3t { floor } => Some(*floor),
            Family::AnyPython => None,
        })
        .collect();
    let mut served: BTreeMap<Platform, BTreeSet<PythonVersion>> = BTreeMap::new();
    for (wheel, family) in named {
        let pythons: Vec<PythonVersion> =
            known.iter().copied().filter(|python| family.serves(*python)).collect();
        for platform in wheel.name.platforms.iter().flat_map(|tag| platforms(tag)) {
            served.entry(platform).or_default().extend(&pythons);
        }
    }
    served
}

/// The kind of system of a platform tag, with each of its machines.
fn platforms(tag: &str) -> Vec<Platform> {
    let Some(PlatformTag::System { system, architectures }) = PlatformTag::read(tag) else {
        return Vec::new();
    };
    let kind = match system {
        System::Manylinux { .. } => "glibc",
        System::Musllinux { .. } => "musl",
        System::Macos { .. } => "macOS",
        System::Windows => "Windows",
    };
    architectures.into_iter().map(|architecture| (kind, architecture)).collect()
}

/// The Pythons that a platform lacks and more than half of the others have.
fn gaps(served: &BTreeMap<Platform, BTreeSet<PythonVersion>>) -> impl Iterator<Item = Finding> {
    let known: BTreeSet<PythonVersion> = served.values().flatten().copied().collect();
    let counts: BTreeMap<PythonVersion, usize> = known
        .into_iter()
        .map(|python| (python, served.values().filter(|has| has.contains(&python)).count()))
        .collect();
    served.iter().filter_map(move |((kind, architecture), has)| {
        let others = served.len() - 1;
        let lacking =
            counts.iter().filter(|(python, count)| !has.contains(python) && **count * 2 > others);
        let lacking: Vec<String> = lacking.map(|(python, _)| python.to_string()).collect();
        let pythons = lacking.join(", ");
        let message = format!("no wheel for CPython {pythons} on {kind} {}", architecture.name());
        let expected = "the Pythons that most other platforms of the release have";
        let remedy =
            "build the missing wheels, or leave them out on purpose and accept the finding";
        (!lacking.is_empty()).then(|| CHECK.finding("", message, expected, remedy).warning())
    })
}
