//! `file-name`: every file is named as indexes and installers expect.
//!
//! Indexes refuse another spelling of an sdist, and tools that look for the normal form do not find it
//! ([source distribution format](https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name),
//! [binary distribution format](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention)).

use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged};
use crate::names::file_name;
use crate::names::normalize;
use crate::wheel::flaw::Part;
use crate::wheel::quoted;
use crate::wheel::release::{DistFile, SdistFacts, WheelFacts};

pub(super) const CHECK: Check = Check {
    name: "file-name",
    about: "every file is a wheel or an sdist by its name, in the normal form of project and version",
    documentation: include_str!("file_name.md"),
    owns: &[Part::Name, Part::Folder],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    if input.release.files.is_empty() {
        return Err(NotJudged::NoSubject("no file".to_owned()));
    }
    let mut findings = Findings::default();
    findings.extend(input.release.files.iter().filter_map(|file| stray(file, input)));
    findings.extend(input.release.wheels.iter().filter_map(of_wheel));
    findings.extend(input.release.sdists.iter().filter_map(of_sdist));
    Ok(findings.done())
}

/// A file that is neither a wheel nor an sdist. A plan knows the files that belong to a release.
fn stray(file: &DistFile, input: CheckInput) -> Option<Finding> {
    let name = file_name(&file.name);
    if name.ends_with(".whl") || name.ends_with(".tar.gz") || input.plan.is_some() {
        return None;
    }
    // Signatures and attestations are uploaded with the file whose name theirs begins with.
    let companion = [".asc", ".attestation"].iter().any(|end| name.ends_with(end));
    let begins =
        |known: &DistFile| known.name.len() < file.name.len() && file.name.starts_with(&known.name);
    if companion && input.release.files.iter().any(begins) {
        return None;
    }
    let message = match name.rsplit('.').next().unwrap_or_default() {
        "zip" => "it is a `.zip`: an index takes no such sdist, and it was not judged",
        "egg" => "it is an egg, which no index takes",
        _ => "it is neither a wheel nor an sdist",
    };
    Some(CHECK.finding(
        &file.name,
        message.to_owned(),
        "`NAME-VERSION.tar.gz`, and `NAME-VERSION-PYTHON-ABI-PLATFORM.whl`",
        "move it out of the folder that is uploaded",
    ))
}

/// A wheel whose name installers understand, and which is spelled in another way.
fn of_wheel(wheel: &WheelFacts) -> Option<Finding> {
    let (project, version) = (&wheel.name.distribution, &wheel.name.version);
    let normal_project = normalize(project).replace('-', "_");
    let normal_version = Version::from_str(version).map(|version| version.to_string());
    // The check `metadata-valid` reports a version that is none.
    let normal_version = normal_version.unwrap_or_else(|_| version.clone());
    if (project, version) == (&normal_project, &normal_version) {
        return None;
    }
    let finding = CHECK.finding(
        &wheel.file,
        "the file name is not in normal form".to_owned(),
        &format!("`{}-{}-…`", quoted(&normal_project), quoted(&normal_version)),
        "build it with a backend that follows the specification of wheels",
    );
    Some(finding.warning())
}

fn of_sdist(sdist: &SdistFacts) -> Option<Finding> {
    let file = file_name(&sdist.file);
    let metadata = sdist.metadata.as_ref()?;
    let name = normalize(metadata.short("Name")?).replace('-', "_");
    let version = Version::from_str(metadata.short("Version")?).ok()?;
    let found = sdist.name.as_ref()?;
    // The check `metadata-valid` compares project and version.
    let same = normalize(&found.project) == normalize(&name)
        && Version::from_str(&found.version).ok()? == version;
    let expected = format!("{name}-{version}.tar.gz");
    (same && file != expected).then(|| {
        CHECK.finding(
            &sdist.file,
            "the file name is not in normal form".to_owned(),
            &format!("`{}`", quoted(&expected)),
            "build it with a backend that follows the specification of sdists",
        )
    })
}
