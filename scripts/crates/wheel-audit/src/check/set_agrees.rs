//! `set-agrees`: the files of a release are of one version, and no two wheels compete for one environment.
//!
//! It needs no plan. What a set promises is read from the names of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::names::{file_name, normalize};
use crate::wheel::release::WheelFacts;
use crate::wheel::sdist::SdistName;
use crate::wheel::{Sha256Sum, quoted};

pub(super) const CHECK: Check = Check {
    name: "set-agrees",
    about: "the files of a project are of one version, and no two wheels compete for one environment",
    documentation: include_str!("set_agrees.md"),
    owns: &[],
    run,
};

/// The files of each project by their version.
type Projects<'a> = BTreeMap<String, BTreeMap<Version, Vec<&'a str>>>;

fn run(input: CheckInput) -> CheckResult {
    let projects = projects(input);
    let files = |versions: &BTreeMap<Version, Vec<&str>>| versions.values().map(Vec::len).sum();
    if projects.values().map(files).all(|files: usize| files < 2) {
        return Err(NotJudged::NoSubject("no two files of one project".to_owned()));
    }
    let mut findings = Findings::default();
    // The check `dist-matches-plan` reports a file of another version.
    if input.plan.is_none() {
        versions(&projects, &mut findings);
    }
    candidates(&input.release.wheels, &mut findings);
    Ok(findings.done())
}

fn projects(input: CheckInput) -> Projects {
    let wheels = input.release.wheels.iter();
    let wheels = wheels.map(|wheel| (&wheel.file, &wheel.name.distribution, &wheel.name.version));
    let sdists = input.release.sdists.iter().filter_map(|sdist| {
        let SdistName { project, version } = sdist.name.as_ref()?;
        Some((&sdist.file, project, version))
    });
    let mut projects = Projects::new();
    for (file, project, version) in wheels.chain(sdists) {
        // The check `file-name` reports a version that is none.
        let Ok(version) = Version::from_str(version) else { continue };
        projects.entry(normalize(project)).or_default().entry(version).or_default().push(file);
    }
    projects
}

/// Finds the files of another version than most files of their project.
fn versions(projects: &Projects, findings: &mut Findings) {
    let is_wheelhouse = projects.len() > 1;
    for versions in projects.values() {
        // Of two that are as frequent, the newer one is the release.
        let usual = versions.iter().max_by_key(|(version, files)| (files.len(), *version));
        let Some((usual, _)) = usual else { continue };
        for (version, files) in versions.iter().filter(|(version, _)| *version != usual) {
            for file in files {
                let finding = CHECK.finding(
                    file,
                    format!(
                        "it is of version {}, and other files of its project are of {}",
                        quoted(&version.to_string()),
                        quoted(&usual.to_string())
                    ),
                    "files of one version",
                    "take away what an earlier build left behind, and build into an empty folder",
                );
                findings.push(if is_wheelhouse { finding.warning() } else { finding });
            }
        }
    }
}

/// Finds wheels of one version with a tag and a build number in common that install different files. Each is compared with
/// the first one of its tag, so that the work is linear.
fn candidates(wheels: &[WheelFacts], findings: &mut Findings) {
    let mut first: BTreeMap<(String, &str, &str, &str), &WheelFacts> = BTreeMap::new();
    // Many wheels may share a tag with one large wheel.
    let mut contents: BTreeMap<&str, BTreeSet<(&str, Sha256Sum)>> = BTreeMap::new();
    for wheel in wheels {
        let name = &wheel.name;
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for tag in &name.tags {
            let build = name.build.as_deref().unwrap_or_default();
            let key = (normalize(&name.distribution), name.version.as_str(), build, tag.as_str());
            let other = *first.entry(key).or_insert(wheel);
            // The check `index-accepts` reports two files of one name.
            if file_name(&other.file) == file_name(&wheel.file) || !told.insert(&other.file) {
                continue;
            }
            for one in [other, wheel] {
                contents.entry(&one.file).or_insert_with(|| content(one));
            }
            if contents[&*other.file] == contents[&*wheel.file] {
                continue;
            }
            findings.push(CHECK.finding(
                &wheel.file,
                format!(
                    "it has the tag `{}`, as `{}` has, and holds other files",
                    quoted(tag),
                    quoted(&other.file)
                ),
                "one wheel for each tag, as installers take whichever the index lists first",
                "remove one of the two from the release",
            ));
        }
    }
}

/// The files that a wheel installs, by path and hash, but those that name its tags.
fn content(wheel: &WheelFacts) -> BTreeSet<(&str, Sha256Sum)> {
    let named = ["RECORD", "WHEEL"].map(|file| format!("{}/{file}", wheel.dist_info));
    let members = wheel.members.iter().filter(|member| !named.contains(&member.name));
    members.map(|member| (member.name.as_str(), member.sum)).collect()
}
