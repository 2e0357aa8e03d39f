//! `metadata-valid`: each file's metadata has the fields that an index demands, with the project and version of the file
//! name, and each value has the form of its field.
//!
//! The rules are those of the specification, as
//! [`packaging.metadata`](https://packaging.pypa.io/en/stable/metadata.html) has them. PyPI, pip and twine use it.

use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::fields;
use super::finding::{CheckResult, Findings, NotJudged};
use super::free_threading::claimed_alone;
use super::served::none_admitted;
use super::specifiers;
use crate::names::normalize;
use crate::wheel::flaw::Part;
use crate::wheel::metadata::{Headers, VALUE_LIMIT};
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;
use crate::wheel::sdist::SdistName;

pub(super) const CHECK: Check = Check {
    name: "metadata-valid",
    about: "the metadata has what an index demands, for the project and version of the file name, each value in its form",
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
            judge_tags(wheel, metadata, &mut findings);
        }
    }
    for wheel in claimed_alone(input.release) {
        let finding = CHECK.finding(
            &wheel.file,
            "a classifier says that free-threaded Python is supported, and no wheel is for it"
                .into(),
            "a wheel such as `cp314-cp314t`, or no such classifier",
            "build wheels for free-threaded Pythons too",
        );
        findings.push(finding.warning());
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
    let stated = metadata.first("Metadata-Version");
    let known = stated.and_then(|stated| METADATA_VERSIONS.iter().find(|known| **known == stated));
    match stated {
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
    judge_fields(file, known.copied(), metadata, findings);
    judge_extras(file, metadata, findings);
    judge_licenses(file, metadata, findings);
}

/// Judges the names of the fields, how often each is there, and the form of its values.
fn judge_fields(file: &str, version: Option<&str>, metadata: &Headers, findings: &mut Findings) {
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.finding(file, message, expected, REMEDY));
    };
    let mut seen: Vec<&str> = Vec::new();
    for (key, value) in metadata.fields() {
        let Some(field) = fields::find(key) else {
            say(
                format!("`{}` is no field of core metadata, and twine refuses it", quoted(key)),
                "fields of the specification",
            );
            continue;
        };
        let name = field.name;
        if seen.contains(&name) && !field.repeats {
            say(format!("`{name}` is there twice"), "the field once");
        }
        if !seen.contains(&name) {
            seen.push(name);
        }
        if fields::is_empty(value) {
            continue;
        }
        // setuptools and others wrote `License-File` before there was the field, and uploaders drop it.
        if version.is_some_and(|version| version < field.added) && name != "License-File" {
            let version = version.unwrap_or_default();
            say(
                format!("`{name}` is no field of metadata {version}"),
                &format!("`Metadata-Version: {}` or later", field.added),
            );
        }
        // The file name says what they must be.
        if matches!(name, "Name" | "Version") {
            continue;
        }
        if let Err(malformed) = fields::judge(name, value) {
            let value = quoted(value);
            say(format!("`{name}: {value}`: {}", malformed.why), malformed.expected);
        }
    }
    let described = metadata.first("Description").is_some_and(|text| !fields::is_empty(text));
    if described && !metadata.body.trim().is_empty() {
        say("it has a `Description` and a text after its fields".to_owned(), "one description");
    }
}

/// Finds requirements of extras that nobody can ask for.
fn judge_extras(file: &str, metadata: &Headers, findings: &mut Findings) {
    for (extra, requirement) in fields::undeclared(metadata) {
        let requirement = quoted(requirement);
        let message =
            format!("`Requires-Dist: {requirement}` is for an extra that is not declared");
        let expected = format!("`Provides-Extra: {extra}`");
        findings.push(CHECK.finding(file, message, &expected, REMEDY).warning());
    }
}

/// Finds classifiers that a license expression stands for
/// ([PEP 639](https://peps.python.org/pep-0639/#deprecate-license-classifiers)).
fn judge_licenses(file: &str, metadata: &Headers, findings: &mut Findings) {
    if metadata.first("License-Expression").is_none_or(fields::is_empty) {
        return;
    }
    for classifier in metadata.all("Classifier").filter(|text| text.starts_with("License ::")) {
        let message = format!("`{}` stands beside a `License-Expression`", quoted(classifier));
        let expected = "the license once, as `License-Expression`";
        findings.push(CHECK.finding(file, message, expected, REMEDY).warning());
    }
}

/// Judges the tags by `Requires-Python`.
fn judge_tags(wheel: &WheelFacts, metadata: &Headers, findings: &mut Findings) {
    let Some(stated) = metadata.short("Requires-Python") else { return };
    let Ok(required) = specifiers::read(stated) else { return };
    if none_admitted(&wheel.name, &required) {
        let tags = wheel.name.pythons.join(".");
        findings.push(CHECK.finding(
            &wheel.file,
            format!(
                "`Requires-Python: {}` lets no Python in that installs `{}`",
                quoted(stated),
                quoted(&tags)
            ),
            "a wheel for a Python that the project supports",
            "do not build it, or correct `requires-python`",
        ));
    }
}

fn or_missing(value: Option<&str>) -> String {
    value.map_or("missing".to_owned(), |value| format!("`{}`", quoted(value)))
}
