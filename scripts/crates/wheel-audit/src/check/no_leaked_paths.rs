//! `no-leaked-paths`: no binary and no SBOM names the home folder of a person.
//!
//! Such a path shows who built the file and how their disk is laid out, and makes two builds of one source differ. Home
//! folders of hosted build machines show nothing about a person, and are in most good wheels.

use std::collections::BTreeMap;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::is_sbom;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "no-leaked-paths",
    about: "no binary and no SBOM names the home folder of a person",
    documentation: include_str!("no_leaked_paths.md"),
    owns: &[],
    run,
};

/// Users of hosted build machines and of container images, and placeholder names.
const NOBODY: &[&str] = &[
    "runner",
    "runneradmin",
    "runner-admin",
    "vsts",
    "vsts_azpcontainer",
    "VssAdministrator",
    "appveyor",
    "circleci",
    "distiller",
    "travis",
    "cirrus",
    "admin",
    "Administrator",
    "ContainerAdministrator",
    "Shared",
    "Public",
    "Default",
    "linuxbrew",
    "conda",
    "builder",
    "build",
    "ubuntu",
    "rust",
    "user",
    "username",
    "name",
    "you",
    "me",
    "foo",
    "bar",
    "buildozer",
    "ferris",
    "mockbuild",
    "abuild",
    "jenkins",
    "test",
    "example",
    "alice",
    "bob",
    "john",
    "root",
];

fn run(input: CheckInput) -> CheckResult {
    let has_any = |wheel: &WheelFacts| {
        let mut members = wheel.members.iter();
        !wheel.binaries.is_empty() || members.any(|member| is_sbom(&member.name))
    };
    if !input.wheels()?.iter().any(has_any) {
        return Err(NotJudged::NoSubject("no binary and no SBOM".to_owned()));
    }
    let mut findings = Findings::default();
    for wheel in &input.release.wheels {
        judge(wheel, &mut findings);
    }
    Ok(findings.done())
}

fn judge(wheel: &WheelFacts, findings: &mut Findings) {
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (member, homes) in &wheel.homes {
        for home in homes.iter().filter(|home| !NOBODY.contains(&owner(home))) {
            named.entry(home).or_default().push(member);
        }
    }
    for (home, members) in named {
        let others = match members.len() {
            1 => String::new(),
            count => format!(", as {} other members do", count - 1),
        };
        findings.push(CHECK.inside(
            &wheel.file,
            members[0],
            format!("it names the folder `{home}`{others}"),
            "no path of the machine that built it",
            "build with `--remap-path-prefix` (cargo: `trim-paths`), `-ffile-prefix-map`, or on a hosted machine",
        ).warning());
    }
}

/// The name of the folder's owner.
fn owner(home: &str) -> &str {
    home.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default()
}
