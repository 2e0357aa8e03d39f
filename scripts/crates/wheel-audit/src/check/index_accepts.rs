//! `index-accepts`: PyPI will accept every file.
//!
//! A refused file ends an upload in the middle, and the names of files sent before it cannot be used again. The rules are
//! those of the index's own code
//! ([`forklift/legacy.py`](https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py)
//! and [`forklift/metadata.py`](https://github.com/pypi/warehouse/blob/main/warehouse/forklift/metadata.py)).

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;

use super::classifiers::{Classified, classify, date};
use super::definition::{Check, CheckInput};
use super::fields;
use super::finding::{CheckResult, Findings, NotJudged};
use super::requirement::Requirement;
use crate::names::file_name;
use crate::names::normalize;
use crate::platform::{PlatformTag, System};
use crate::wheel::metadata::Headers;
use crate::wheel::quoted;
use crate::wheel::release::DistFile;

pub(super) const CHECK: Check = Check {
    name: "index-accepts",
    about: "PyPI's rules for names, tags and metadata let every file in",
    documentation: include_str!("index_accepts.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let release = input.release;
    if release.wheels.is_empty() && release.sdists.is_empty() {
        return Err(NotJudged::NoSubject("no wheel and no sdist".to_owned()));
    }
    let mut findings = Findings::default();
    for wheel in &release.wheels {
        for tag in wheel.name.platforms.iter().filter(|tag| !accepts_platform(tag)) {
            findings.push(CHECK.finding(
                &wheel.file,
                format!("the platform tag `{}` is not accepted by PyPI", quoted(tag)),
                "tags such as `manylinux_2_17_x86_64`, `musllinux_1_2_x86_64`, `macosx_11_0_arm64`, `win_amd64`, `any`",
                "build with `--compatibility` (maturin), auditwheel or delocate, which give the tag",
            ));
        }
        if let Some(fields) = &wheel.metadata {
            metadata(&wheel.file, fields, &mut findings);
        }
    }
    let mut sdists: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for sdist in &release.sdists {
        let Some(fields) = &sdist.metadata else { continue };
        metadata(&sdist.file, fields, &mut findings);
        let normal = |field| fields.first(field).map(normalize).unwrap_or_default();
        sdists
            .entry(format!("{} {}", normal("Name"), normal("Version")))
            .or_default()
            .push(&sdist.file);
    }
    // The same file from two folders is one.
    let names = |files: &[&str]| {
        files.iter().map(|file| file_name(file).to_owned()).collect::<BTreeSet<_>>()
    };
    for files in sdists.values().filter(|files| names(files).len() > 1) {
        findings.push(CHECK.finding(
            files[1],
            format!("`{}` is an sdist of the same release", quoted(files[0])),
            "one sdist for each release",
            "remove one of them",
        ));
    }
    one_name(input, &mut findings);
    Ok(findings.done())
}

/// Finds different files of one name, from several folders. The index takes one of them.
fn one_name(input: CheckInput, findings: &mut Findings) {
    let mut names: BTreeMap<&str, &DistFile> = BTreeMap::new();
    for file in &input.release.files {
        let first = *names.entry(file_name(&file.name)).or_insert(file);
        if first.sum != file.sum {
            findings.push(CHECK.finding(
                &file.name,
                format!("`{}` has the same file name and other bytes", quoted(&first.name)),
                "one file of each name",
                "find out which of them is to be released",
            ));
        }
    }
}

fn metadata(file: &str, metadata: &Headers, findings: &mut Findings) {
    let remedy = "correct `[project]` in `pyproject.toml` and build again";
    let mut say = |message: String, expected: &str| {
        findings.push(CHECK.finding(file, message, expected, remedy));
    };
    let version = metadata.short("Version").and_then(|text| Version::from_str(text).ok());
    if let Some(version) = version
        && version.is_local()
    {
        say(
            format!("the version `{}` is a local version", quoted(&version.to_string())),
            "a version without `+`",
        );
    }
    for key in ["Requires-Dist", "Provides-Dist", "Obsoletes-Dist"] {
        for text in metadata.all(key) {
            if Requirement::read(text).is_ok_and(|requirement| requirement.url.is_some()) {
                say(format!("`{key}: {}` names a URL", quoted(text)), "a project on the index");
            }
        }
    }
    if metadata
        .first("Summary")
        .is_some_and(|summary| summary.len() > 512 || summary.contains('\n'))
    {
        say("`Summary` is longer than one line of 512 bytes".to_owned(), "one short line");
    }
    let is_stated = |key| metadata.first(key).is_some_and(|value| !fields::is_empty(value));
    if is_stated("License") && is_stated("License-Expression") {
        say(
            "it has `License` beside `License-Expression`".to_owned(),
            "`License-Expression` alone",
        );
    }
    for key in ["Home-page", "Download-URL"] {
        if let Some(url) = metadata.first(key).filter(|url| !fields::is_empty(url) && !is_url(url))
        {
            say(format!("`{key}: {}` is no URL", quoted(url)), "an address of http or https");
        }
    }
    project_urls(metadata, &mut say);
    classifiers(file, metadata, remedy, findings);
}

/// Judges the addresses that PyPI shows beside a project, each with its label.
fn project_urls(metadata: &Headers, say: &mut impl FnMut(String, &str)) {
    const EXPECTED: &str = "`Project-URL: Label, https://…`, with a label of at most 32 characters";
    let mut labels = BTreeSet::new();
    for text in metadata.all("Project-URL") {
        let (label, url) = text.split_once(',').unwrap_or((text, ""));
        let (label, url) = (label.trim(), url.trim());
        let wrong = if label.is_empty() {
            "has no label"
        } else if label.chars().count() > LABEL_LIMIT {
            "has a longer label than PyPI takes"
        } else if !is_url(url) {
            "has no address of http or https"
        } else if !labels.insert(label) {
            "has the label of another"
        } else {
            continue;
        };
        say(format!("`Project-URL: {}` {wrong}", quoted(text)), EXPECTED);
    }
}

/// The longest label of an address, in characters.
const LABEL_LIMIT: usize = 32;

/// Returns whether PyPI takes a text for an address. Rarer faults in addresses are not looked for.
fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let scheme = ["http:", "https:"].iter().any(|scheme| lower.starts_with(scheme));
    scheme && !text.contains(char::is_whitespace)
}

fn classifiers(file: &str, metadata: &Headers, remedy: &str, findings: &mut Findings) {
    for classifier in metadata.all("Classifier").filter(|text| !fields::is_empty(text)) {
        let shown = quoted(classifier);
        let (message, expected) = match classify(classifier) {
            Classified::Known => continue,
            Classified::Deprecated("") => {
                (format!("PyPI no longer takes the classifier `{shown}`"), "no such classifier")
            }
            Classified::Deprecated(instead) => {
                (format!("PyPI no longer takes the classifier `{shown}`"), instead)
            }
            Classified::Private => {
                let message = format!("`{shown}` keeps the file from PyPI");
                let finding = CHECK.finding(file, message, "a classifier of PyPI", remedy);
                findings.push(finding.warning());
                continue;
            }
            Classified::Unknown => (
                format!("`{shown}` is not among the classifiers of PyPI (as of {})", date()),
                "a classifier of https://pypi.org/classifiers/, in the same spelling",
            ),
        };
        findings.push(CHECK.finding(file, message, expected, remedy));
    }
}

/// Returns whether PyPI accepts a platform tag. Tags of systems that this crate does not know pass.
fn accepts_platform(tag: &str) -> bool {
    // PyPI checks these tags itself.
    if tag.starts_with("ios_")
        || tag.starts_with("android_")
        || tag.starts_with("pyodide_")
        || tag.starts_with("pyemscripten_")
    {
        return true;
    }
    if matches!(tag, "win_ia64" | "win_arm32") {
        return true;
    }
    match PlatformTag::read(tag) {
        None | Some(PlatformTag::Linux(_)) => matches!(tag, "linux_armv6l" | "linux_armv7l"),
        Some(PlatformTag::System { system: System::Macos { major, minor }, .. }) => {
            major == 10 || minor == 0 && matches!(major, 11..=15 | 26)
        }
        Some(_) => true,
    }
}
