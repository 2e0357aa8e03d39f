//! `sbom`: the bills of materials of a wheel can be read, are about its version, and are in every wheel.

use std::collections::BTreeSet;
use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};

use super::projects::projects;
use crate::names::file_name;
use crate::names::normalize;
use crate::wheel::release::WheelFacts;
use crate::wheel::sbom::Bill;
use crate::wheel::{is_sbom, quoted};

pub(super) const CHECK: Check = Check {
    name: "sbom",
    about: "the bills of materials can be read, are about the version of the wheel, and are in every wheel",
    documentation: include_str!("sbom.md"),
    owns: &[],
    run,
};

const REMEDY: &str = "let the build write the bill anew for each wheel";

/// Beginnings of the names of bills about libraries that were put into one wheel.
const OF_ONE_WHEEL: &[&str] = &["auditwheel", "delocate", "delvewheel"];

fn run(input: CheckInput) -> CheckResult {
    let (mut findings, mut looked) = (Findings::default(), false);
    for project in projects(input.release).values() {
        let known: BTreeSet<&str> = project.wheels.iter().flat_map(|wheel| bills(wheel)).collect();
        for wheel in &project.wheels {
            for (member, bill) in &wheel.bills {
                looked = true;
                judge(wheel, member, bill, &mut findings);
            }
            let own: BTreeSet<&str> = bills(wheel).collect();
            for missing in known.difference(&own) {
                let finding = CHECK.finding(
                    &wheel.file,
                    format!(
                        "it lacks the bill `{}`, which other wheels of the release have",
                        quoted(missing)
                    ),
                    "the same bills in every wheel",
                    REMEDY,
                );
                findings.push(finding.warning());
            }
        }
        looked |= !known.is_empty();
    }
    match looked {
        true => Ok(findings.done()),
        false => Err(NotJudged::NoSubject("no bill of materials".to_owned())),
    }
}

/// The file names of the bills of a wheel that are about the project.
fn bills(wheel: &WheelFacts) -> impl Iterator<Item = &str> {
    let members = wheel.members.iter().map(|member| member.name.as_str());
    let files = members.filter(|member| is_sbom(member)).map(file_name);
    files.filter(|file| !OF_ONE_WHEEL.iter().any(|begin| file.starts_with(begin)))
}

fn judge(wheel: &WheelFacts, member: &str, bill: &Bill, findings: &mut Findings) {
    let (message, expected) = match bill {
        Bill::Broken(why) => {
            (format!("it is not JSON: {}", quoted(why)), "a document in JSON".to_owned())
        }
        Bill::Read(Some(component)) => {
            let Some(version) = &component.version else { return };
            let own = normalize(&component.name) == normalize(&wheel.name.distribution);
            let (stated, of_wheel) =
                (Version::from_str(version), Version::from_str(&wheel.name.version));
            let (true, Ok(stated), Ok(of_wheel)) = (own, stated, of_wheel) else { return };
            // Some tools leave the local version out.
            if stated.only_release() == of_wheel.only_release() {
                return;
            }
            (
                format!("it is about version {}", quoted(version)),
                format!("version {}, as in the file name", quoted(&wheel.name.version)),
            )
        }
        Bill::Read(None) => return,
    };
    findings.push(CHECK.inside(&wheel.file, member, message, &expected, REMEDY).warning());
}
