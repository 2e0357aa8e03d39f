//! `sdist-name`: the sdist is named by the project's name and version in normal form.
//!
//! Indexes refuse another spelling, and tools that look for the normal form do not find it
//! ([source distribution format](https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name)).

use std::str::FromStr;

use pep440_rs::Version;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, NotJudged};
use crate::names::normalize;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "sdist-name",
    about: "the sdist is named by the project and version in normal form",
    documentation: include_str!("sdist_name.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    if input.release.sdists.is_empty() {
        return Err(NotJudged::NoSubject("no sdist".to_owned()));
    }
    let wrong = input.release.sdists.iter().filter_map(|sdist| {
        let name = normalize(sdist.metadata.short("Name")?).replace('-', "_");
        let version = Version::from_str(sdist.metadata.short("Version")?).ok()?;
        let (found, _) = sdist.file.strip_suffix(".tar.gz")?.rsplit_once('-')?;
        // The check `metadata-valid` compares project and version.
        let spelled = sdist.file.strip_suffix(".tar.gz")?.rsplit_once('-')?.1;
        let same =
            normalize(found) == normalize(&name) && Version::from_str(spelled).ok()? == version;
        let expected = format!("{name}-{version}.tar.gz");
        (same && sdist.file != expected).then(|| {
            CHECK.finding(
                &sdist.file,
                "the file name is not in normal form".to_owned(),
                &format!("`{}`", quoted(&expected)),
                "build it with a backend that follows the specification of sdists",
            )
        })
    });
    Ok(wrong.collect())
}
