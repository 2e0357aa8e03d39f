//! `contents-exact`: a wheel holds the files that its tags and its metadata promise, and no leftovers of its build.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::fields;
use super::finding::{CheckResult, Findings};
use super::leftovers::leftover;
use super::placed::{names_platform, platforms};
use crate::names::file_name;
use crate::platform::PlatformTag;
use crate::wheel::metadata::Headers;
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "contents-exact",
    about: "a wheel holds its binaries and licenses, and no leftovers of the build",
    documentation: include_str!("contents_exact.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    for wheel in input.wheels()? {
        judge(wheel, &mut findings);
    }
    Ok(findings.done())
}

fn judge(wheel: &WheelFacts, findings: &mut Findings) {
    let names: BTreeSet<&str> = wheel.members.iter().map(|member| member.name.as_str()).collect();
    let names: BTreeSet<&str> =
        names.into_iter().chain(wheel.opaque.iter().map(String::as_str)).collect();
    let own = !platforms(wheel).any(|platform| platform == PlatformTag::Any);
    if own && wheel.binaries.is_empty() && wheel.unread.is_empty() && wheel.opaque.is_empty() {
        let finding = CHECK.finding(
            &wheel.file,
            "it is for one platform and holds no binary".to_owned(),
            "a program or a library for that platform",
            "find out why the build left out the extension, or tag the wheel `any`",
        );
        // Without an ABI, it may hold Python code for that platform alone.
        let plain = wheel.name.abis.iter().all(|abi| abi == "none");
        findings.push(if plain { finding.warning() } else { finding });
    }
    let pure = wheel.wheel.as_ref().and_then(|fields| fields.first("Root-Is-Purelib"));
    let pure = pure.is_some_and(|pure| pure.eq_ignore_ascii_case("true"));
    let module = wheel.binaries.iter().find(|binary| {
        let library = binary.member.ends_with(".so") || binary.member.ends_with(".pyd");
        // `.data` says itself where its files are installed.
        library
            && !binary.member.contains(".data/")
            && !names_platform(&binary.member)
            && binary.images.iter().any(|image| image.modules().next().is_some())
    });
    if pure && let Some(module) = module {
        let finding = CHECK.inside(
            &wheel.file,
            &module.member,
            "it is an extension module, and `Root-Is-Purelib` is true".to_owned(),
            "`Root-Is-Purelib: false`, so that it is installed with what belongs to one platform",
            "let the build backend write `WHEEL`, and tell it that the project is not pure",
        );
        findings.push(finding.warning());
    }
    if wheel.metadata.as_ref().is_some_and(|metadata| !is_licensed(metadata)) {
        let has_file = names.iter().any(|name| {
            let file = file_name(name).to_ascii_lowercase();
            ["license", "licence", "copying"].iter().any(|word| file.contains(word))
        });
        if !has_file {
            let finding = CHECK.finding(
                &wheel.file,
                "it names no license, and holds none".to_owned(),
                "a license, without which nobody may use it",
                "state `license` and `license-files` in `pyproject.toml`, and build again",
            );
            findings.push(finding.warning());
        }
    }
    for license in wheel.metadata.iter().flat_map(|metadata| metadata.all("License-File")) {
        let places = ["licenses/", "license_files/", ""];
        let path = |place: &&str| format!("{}/{place}{license}", wheel.dist_info);
        if !places.iter().map(path).any(|path| names.contains(&*path)) {
            let license = quoted(license);
            findings.push(CHECK.finding(
                &wheel.file,
                format!("the metadata names the license `{license}`, which is not in the wheel"),
                &format!("`{}/licenses/{license}`", quoted(&wheel.dist_info)),
                "correct `license-files` in `pyproject.toml` and build again",
            ));
        }
    }
    for member in &wheel.members {
        let database = wheel.debug_databases.contains(&member.name).then_some("debug database");
        if let Some(leftover) = leftover(&member.name, &[]).or(database) {
            let finding = CHECK.inside(
                &wheel.file,
                &member.name,
                format!("it is a leftover (`{leftover}`)"),
                "only files of the package",
                "exclude it in the build backend's settings, and build from a clean checkout",
            );
            findings.push(finding.warning());
        }
    }
}

/// Returns whether metadata says under which license the project is.
fn is_licensed(metadata: &Headers) -> bool {
    let stated = ["License", "License-Expression", "License-File"];
    let stated = stated.iter().any(|field| metadata.all(field).any(|text| !fields::is_empty(text)));
    stated || metadata.all("Classifier").any(|text| text.starts_with("License ::"))
}
