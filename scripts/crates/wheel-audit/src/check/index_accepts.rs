//! `index-accepts`: PyPI will accept every file.
//!
//! A refused file ends an upload in the middle, and the names of files sent before it cannot be used again. The rules are
//! those of the index's own code
//! ([`forklift/legacy.py`](https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py)).

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
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
    for requirement in metadata.all("Requires-Dist") {
        // An environment marker follows the `;`, where an `@` has no meaning.
        let wanted = requirement.split(';').next().unwrap_or(requirement);
        if wanted.contains('@') {
            say(
                format!("`Requires-Dist: {}` names a URL", quoted(requirement)),
                "a project on the index",
            );
        }
    }
    if metadata
        .first("Summary")
        .is_some_and(|summary| summary.len() > 512 || summary.contains('\n'))
    {
        say("`Summary` is longer than one line of 512 bytes".to_owned(), "one short line");
    }
    let kind = metadata
        .first("Description-Content-Type")
        .map(|kind| kind.split(';').next().unwrap_or(kind).trim().to_lowercase());
    if let Some(kind) =
        kind.filter(|kind| !["text/plain", "text/x-rst", "text/markdown"].contains(&kind.as_str()))
    {
        say(
            format!("`Description-Content-Type` is `{}`", quoted(&kind)),
            "text/markdown, text/x-rst or text/plain",
        );
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
