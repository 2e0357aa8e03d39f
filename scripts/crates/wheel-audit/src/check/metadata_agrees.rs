//! `metadata-agrees`: every file of the release has the same metadata about the project.
//!
//! An index shows the metadata of the file that was uploaded first, and resolvers read any file. If files differ, people
//! get different answers.

use std::collections::BTreeMap;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::names::normalize;
use crate::wheel::metadata::Headers;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "metadata-agrees",
    about: "every file of the release carries the same metadata",
    documentation: include_str!("metadata_agrees.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let wheels = input.release.wheels.iter().map(|wheel| (&wheel.file, &wheel.metadata));
    let sdists = input.release.sdists.iter().map(|sdist| (&sdist.file, &sdist.metadata));
    let mut releases: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (file, metadata) in wheels.chain(sdists) {
        releases.entry(release(file)).or_default().push((file, metadata));
    }
    if releases.values().all(|files| files.len() < 2) {
        return Err(NotJudged::NoSubject("no two files of one release".to_owned()));
    }
    let mut findings = Findings::default();
    for files in releases.values() {
        let Some(((first_file, first), others)) = files.split_first() else { continue };
        let said_first = said(first);
        findings.extend(others.iter().filter_map(|(file, metadata)| {
            Some(CHECK.finding(
                file,
                difference((first, &said_first), metadata)?,
                &format!("the metadata of `{}`", quoted(first_file)),
                "build all files of a release from one sdist",
            ))
        }));
    }
    Ok(findings.done())
}

/// The project and version in a file name. A folder may hold several releases.
fn release(file: &str) -> (String, String) {
    let mut parts = file.strip_suffix(".tar.gz").unwrap_or(file).split('-');
    let name = normalize(parts.next().unwrap_or_default());
    (name, parts.next().unwrap_or_default().to_owned())
}

/// The fields that are about the project, sorted.
fn said(headers: &Headers) -> Vec<&(String, String)> {
    let about_metadata = |key: &str| key == "dynamic" || key == "metadata-version";
    headers.sorted().into_iter().filter(|(key, _)| !about_metadata(key)).collect()
}

/// The first difference in meaning. Order, line ends and space around the description have none.
fn difference((first, ours): (&Headers, &[&(String, String)]), other: &Headers) -> Option<String> {
    let theirs = said(other);
    let only = |these: &[&(String, String)], those: &[&(String, String)]| {
        these
            .iter()
            .find(|field| those.binary_search(field).is_err())
            .map(|(key, value)| format!("`{}: {}`", quoted(key), quoted(value)))
    };
    if let Some(field) = only(&theirs, ours) {
        Some(format!("its metadata has {field}, which the others lack"))
    } else if let Some(field) = only(ours, &theirs) {
        Some(format!("its metadata lacks {field}"))
    } else if first.body.trim() != other.body.trim() {
        Some("its description differs".to_owned())
    } else {
        None
    }
}
