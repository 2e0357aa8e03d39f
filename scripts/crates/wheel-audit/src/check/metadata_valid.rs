//! `metadata-valid`: each file's metadata has the fields that an index demands, with the project and version of the file
//! name.

use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::names::normalize;
use crate::wheel::flaw::Part;
use crate::wheel::metadata::{Headers, VALUE_LIMIT};
use crate::wheel::quoted;
use crate::wheel::sdist::SdistName;

pub(super) const CHECK: Check = Check {
    name: "metadata-valid",
    about: "the metadata has what an index demands, for the project and version of the file name",
    documentation: include_str!("metadata_valid.md"),
    owns: &[Part::Metadata],
    run,
};

const REMEDY: &str = "correct `[project]` in `pyproject.toml` and build again";

/// Metadata versions that PyPI accepts
/// ([core metadata](https://packaging.python.org/en/latest/specifications/core-metadata/)).
const METADATA_VERSIONS: &[&str] = &["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"];

fn run(input: CheckInput) -> CheckResult {
    let (wheels, sdists) = (&input.release.wheels, &input.release.sdists);
    let read = wheels.iter().map(|wheel| &wheel.metadata);
    let mut read = read.chain(sdists.iter().map(|sdist| &sdist.metadata));
    if read.all(Option::is_none) {
        return Err(NotJudged::NoSubject("no metadata that can be read".to_owned()));
    }
    let mut findings = Findings::default();
    for wheel in &input.release.wheels {
        let name = &wheel.name;
        if let Some(metadata) = &wheel.metadata {
            judge(&wheel.file, &name.distribution, &name.version, metadata, &mut findings);
        }
    }
    for sdist in &input.release.sdists {
        match &sdist.name {
            Some(SdistName { project, version }) => {
                if let Some(metadata) = &sdist.metadata {
                    judge(&sdist.file, project, version, metadata, &mut findings);
                }
            }
            None => findings.push(CHECK.finding(
                &sdist.file,
                "the file name has no version".into(),
                "`NAME-VERSION.tar.gz`",
                REMEDY,
            )),
        }
    }
    Ok(findings.done())
}

fn judge(file: &str, name: &str, version: &str, metadata: &Headers, findings: &mut Findings) {
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.finding(file, message, expected, REMEDY));
    };
    for key in ["Name", "Version", "Requires-Python"] {
        if metadata.first(key).is_some() && metadata.short(key).is_none() {
            say(format!("`{key}` is longer than {VALUE_LIMIT} bytes"), "a short value");
        }
    }
    match metadata.first("Metadata-Version") {
        Some(stated) if METADATA_VERSIONS.contains(&stated) => {}
        stated => say(
            format!("`Metadata-Version` is {}", or_missing(stated)),
            &format!("one of {}", METADATA_VERSIONS.join(", ")),
        ),
    }
    match metadata.short("Name") {
        Some(stated) if normalize(stated) == normalize(name) => {}
        stated => say(
            format!("`Name` is {}", or_missing(stated)),
            &format!("`{}`, as in the file name", quoted(&normalize(name))),
        ),
    }
    let stated = metadata.short("Version");
    let parsed = |text: &str| Version::from_str(text).ok();
    match (stated.and_then(parsed), parsed(version)) {
        (Some(inside), Some(outside)) if inside == outside => {}
        _ => say(
            format!("`Version` is {}", or_missing(stated)),
            &format!("`{}`, as in the file name", quoted(version)),
        ),
    }
    if metadata.first("Requires-Python").is_none_or(str::is_empty) {
        let message = "`Requires-Python` is missing".to_owned();
        findings.push(CHECK.finding(file, message, "a value", REMEDY).warning());
    }
}

fn or_missing(value: Option<&str>) -> String {
    value.map_or("missing".to_owned(), |value| format!("`{}`", quoted(value)))
}
