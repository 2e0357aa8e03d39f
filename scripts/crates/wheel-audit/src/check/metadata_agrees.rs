//! `metadata-agrees`: every file of the release says the same about the project.
//!
//! An index shows the metadata of the file that was uploaded first, and resolvers read any file. If files differ, people
//! get different answers. Fields are compared by their meaning, and the file to blame is the odd one.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use super::meaning::{Said, shown};
use crate::names::normalize;
use crate::wheel::metadata::Headers;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "metadata-agrees",
    about: "every file of the release carries the same metadata",
    documentation: include_str!("metadata_agrees.md"),
    owns: &[],
    run,
};

/// The fields by which a resolver decides. In all others a difference is a warning.
const RESOLVED: &[&str] =
    &["name", "version", "requires-dist", "requires-python", "provides-extra"];

/// A file of a release, and what its metadata says.
struct One<'a> {
    file: &'a str,
    is_sdist: bool,
    said: Said,
}

fn run(input: CheckInput) -> CheckResult {
    let mut releases: BTreeMap<_, Vec<One>> = BTreeMap::new();
    let mut add = |file, name: &str, version: &str, metadata: &Option<Headers>, is_sdist| {
        let Some(metadata) = metadata else { return };
        let version = version
            .parse()
            .map_or(version.to_owned(), |known: pep440_rs::Version| known.to_string());
        let said = Said::new(metadata, is_sdist);
        releases.entry((normalize(name), version)).or_default().push(One { file, is_sdist, said });
    };
    for sdist in &input.release.sdists {
        if let Some(name) = &sdist.name {
            add(&sdist.file, &name.project, &name.version, &sdist.metadata, true);
        }
    }
    for wheel in &input.release.wheels {
        let name = &wheel.name;
        add(&wheel.file, &name.distribution, &name.version, &wheel.metadata, false);
    }
    if releases.values().all(|files| files.len() < 2) {
        return Err(NotJudged::NoSubject("no two files of one release".to_owned()));
    }
    let mut findings = Findings::default();
    for files in releases.values().filter(|files| files.len() > 1) {
        judge(files, &mut findings);
    }
    Ok(findings.done())
}

fn judge(files: &[One], findings: &mut Findings) {
    let keys: BTreeSet<&str> = files.iter().flat_map(|one| one.said.keys()).collect();
    for key in keys {
        let comparable: Vec<&One> = files.iter().filter(|one| one.said.is_stated(key)).collect();
        let Some(measure) = most(key, &comparable) else { continue };
        let usual = measure.said.values(key);
        for one in &comparable {
            let odd = one.said.values(key);
            if odd == usual {
                continue;
            }
            let finding = CHECK.finding(
                one.file,
                difference(key, odd, usual),
                &format!("the metadata of `{}`", quoted(measure.file)),
                "build all files of a release from one sdist",
            );
            let decides = RESOLVED.contains(&key);
            findings.push(if decides { finding } else { finding.warning() });
        }
    }
}

/// The first file with the values of the most files. Of two that are as frequent, those of the sdist, and then those of
/// the first file.
fn most<'a, 'b>(key: &str, files: &[&'a One<'b>]) -> Option<&'a One<'b>> {
    let mut counts: BTreeMap<&BTreeSet<String>, usize> = BTreeMap::new();
    for one in files {
        *counts.entry(one.said.values(key)).or_default() += 1;
    }
    let rank = |(number, one): &(usize, &&One)| {
        (counts[one.said.values(key)], one.is_sdist, std::cmp::Reverse(*number))
    };
    files.iter().enumerate().max_by_key(rank).map(|(_, one)| *one)
}

fn difference(key: &str, odd: &BTreeSet<String>, usual: &BTreeSet<String>) -> String {
    let shown_key = shown(key);
    let key = quoted(&shown_key);
    match (odd.difference(usual).next(), usual.difference(odd).next()) {
        _ if key.to_string() == "Description" => "its description differs".to_owned(),
        (Some(more), Some(less)) => format!(
            "its metadata has `{key}: {}` instead of `{key}: {}`",
            quoted(more),
            quoted(less)
        ),
        (Some(more), None) => {
            format!("its metadata has `{key}: {}`, which most others lack", quoted(more))
        }
        (None, Some(less)) => format!("its metadata lacks `{key}: {}`", quoted(less)),
        (None, None) => format!("its metadata has another `{key}`"),
    }
}
