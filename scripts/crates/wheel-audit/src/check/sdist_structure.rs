//! `sdist-structure`: every reader unpacks an sdist's archive alike, and only into its folder.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::names::normalize;
use crate::wheel::flaw::Part;
use crate::wheel::release::SdistFacts;
use crate::wheel::sdist::{SdistName, stem};
use crate::wheel::{Collision, barred_on_windows, quoted};

pub(super) const CHECK: Check = Check {
    name: "sdist-structure",
    about: "every reader unpacks the sdist alike, into the folder of its name",
    documentation: include_str!("sdist_structure.md"),
    owns: &[Part::Tar],
    run,
};

const REMEDY: &str = "build the sdist again, with a build backend that writes plain archives";

fn run(input: CheckInput) -> CheckResult {
    if input.release.sdists.is_empty() {
        return Err(NotJudged::NoSubject("no sdist".to_owned()));
    }
    let mut findings = Findings::default();
    for sdist in &input.release.sdists {
        judge(sdist, &mut findings);
    }
    Ok(findings.done())
}

fn judge(sdist: &SdistFacts, findings: &mut Findings) {
    let own = stem(sdist.file.rsplit('/').next().unwrap_or_default());
    if sdist.folder != own {
        let finding = CHECK.finding(
            &sdist.file,
            format!("its folder is `{}`", quoted(&sdist.folder)),
            &format!("`{}`, as in the file name", quoted(own)),
            "build the sdist again; do not rename it",
        );
        let same = is_same(&sdist.folder, sdist.name.as_ref());
        findings.push(if same { finding.warning() } else { finding });
    }
    for path in &sdist.repeated {
        let message = "it is in the archive several times, with the same bytes".to_owned();
        let finding = CHECK.inside(&sdist.file, path, message, "each file once", REMEDY);
        findings.push(finding.warning());
    }
    for path in &sdist.paths {
        if let Some(why) = barred_on_windows(path) {
            let expected = "a name that every system takes";
            let message = format!("it {why}");
            let remedy = "rename it, as the sdist cannot be unpacked on Windows";
            let finding = CHECK.inside(&sdist.file, path, message, expected, remedy);
            findings.push(finding.warning());
        }
    }
    for Collision { one, other, why } in &sdist.collisions {
        findings.push(CHECK.inside(
            &sdist.file,
            one,
            format!("it differs from `{}` only {why}", quoted(other)),
            "names that every system tells apart",
            "rename one of them, as macOS and Windows keep one file for both",
        ));
    }
}

/// Returns whether a folder is that of the project and version, in another spelling.
fn is_same(folder: &str, name: Option<&SdistName>) -> bool {
    let Some((name, (project, version))) = name.zip(folder.rsplit_once('-')) else { return false };
    let parse = |text: &str| text.parse::<pep440_rs::Version>().ok();
    let same = version == name.version
        || parse(version).is_some_and(|version| parse(&name.version) == Some(version));
    same && normalize(project) == normalize(&name.project)
}
