//! `releases`: downloads whole releases of the index, of projects with many build backends, and audits them.
//!
//! Good releases show the false alarms of the audit. So every error must be a known one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result};
use pep440_rs::Version;
use wheel_audit::Severity;
use wheel_audit::names::normalize;
use wheel_audit::parallel;
use wheel_audit::wheel::release::list;
use wheel_pipeline::evidence::AuditEvidence;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::index::{self, ListedFile};
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::audit;

const RELEASES: &str = include_str!("../data/releases.txt");
/// The errors of the audit in these releases, which are true: the release, the check, and what is wrong.
const KNOWN: &str = include_str!("../data/known_errors.txt");
const SIMPLE: &str = "https://pypi.org/simple/";

/// A line of a list.
pub struct Release {
    pub project: String,
    pub version: Version,
    backend: String,
}

/// Runs `releases`, of the given projects or of all.
pub fn run(project: &Project, report: &Report, projects: &[String]) -> Result<Verdict> {
    let releases = releases(RELEASES)?;
    let unknown = |name: &&String| !releases.iter().any(|release| release.project == **name);
    if let Some(name) = projects.iter().find(unknown) {
        return Err(Failure::usage(format!("`{name}` is not among the releases")).into());
    }
    let wanted = |release: &&Release| projects.is_empty() || projects.contains(&release.project);
    let (mut rows, mut verdict) = (Vec::new(), Verdict::Yes);
    for release in releases.iter().filter(wanted) {
        let name = format!("{} {}", release.project, release.version);
        let action = report.start(format!("downloading {name}"));
        let folder = download(release, &project.work().join("releases"))?;
        drop(action);
        let action = report.start(format!("auditing {name}"));
        let evidence = audit::of_files(list(&folder)?)?;
        let (new, gone) = compared(&release.project, &evidence);
        let judged = audit::verdict(&evidence, false);
        let good = new.is_empty() && gone.is_empty() && judged != Verdict::Unknown;
        action.done(if good { Mood::Good } else { Mood::Bad }, "audited", &name);
        for line in new.iter().map(|line| format!("an unknown error: {line}")) {
            report.say(Mood::Bad, "differs", &line);
        }
        for line in gone.iter().map(|line| format!("a known error is not found: {line}")) {
            report.say(Mood::Bad, "differs", &line);
        }
        verdict = verdict.and(if good { Verdict::Yes } else { Verdict::No });
        let count = |severity| evidence.count(severity).to_string();
        rows.push(vec![
            name,
            release.backend.clone(),
            evidence.files.len().to_string(),
            count(Severity::Error),
            count(Severity::Warning),
            (evidence.unknown.len() + evidence.unread.len()).to_string(),
        ]);
    }
    let header = ["release", "build backend", "files", "errors", "warnings", "could not tell"];
    report.data(&table::markdown(&header, &rows))?;
    Ok(verdict)
}

/// Reads a list: a requirement in each line, and a word about it.
pub fn releases(text: &str) -> Result<Vec<Release>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let release = |line: &str| {
        let (requirement, backend) = line.split_once(' ').context("a line names its backend")?;
        let (project, version) = requirement.split_once("==").context("a line has a version")?;
        let version = Version::from_str(version).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(Release { project: project.to_owned(), version, backend: backend.to_owned() })
    };
    lines.map(release).collect()
}

/// The folder with every file of a release. What is there is not downloaded again.
pub fn download(release: &Release, place: &Path) -> Result<PathBuf> {
    let folder = place.join(format!("{}-{}", release.project, release.version));
    let complete = folder.join(".complete");
    if complete.exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    let project = normalize(&release.project);
    let listed = index::listing(SIMPLE, &project)?;
    let files: Vec<ListedFile> =
        listed.into_iter().filter(|file| belongs(&file.name, &project, &release.version)).collect();
    anyhow::ensure!(!files.is_empty(), "the index has no file of {project} {}", release.version);
    parallel::map(&files, |file| -> Result<()> {
        fs::write(folder.join(&file.name), index::content(file)?)?;
        Ok(())
    })
    .into_iter()
    .collect::<Result<()>>()?;
    fs::write(complete, "")?;
    Ok(folder)
}

/// Returns whether a file is one of a release, by its name.
fn belongs(file: &str, project: &str, version: &Version) -> bool {
    let parts = match file.strip_suffix(".whl") {
        Some(stem) => {
            let mut parts = stem.split('-');
            parts.next().zip(parts.next())
        }
        None => file.strip_suffix(".tar.gz").and_then(|stem| stem.rsplit_once('-')),
    };
    parts.is_some_and(|(name, found)| {
        normalize(name) == project && Version::from_str(found).is_ok_and(|found| found == *version)
    })
}

/// The errors that are not known, and the known ones that were not found. One error may be in many files.
fn compared(project: &str, evidence: &AuditEvidence) -> (Vec<String>, Vec<String>) {
    let errors = evidence.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let found: BTreeSet<String> =
        errors.map(|finding| format!("{project} {} {}", finding.check, finding.message)).collect();
    let own = |line: &&str| line.split(' ').next() == Some(project);
    let known: BTreeSet<String> = KNOWN.lines().filter(own).map(str::to_owned).collect();
    let only = |one: &BTreeSet<String>, other| one.difference(other).cloned().collect();
    (only(&found, &known), only(&known, &found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_many_releases_of_many_backends() {
        let releases = releases(RELEASES).expect("every line can be read");
        assert!(releases.len() >= 30);
        let backends: BTreeSet<String> =
            releases.iter().map(|release| release.backend.clone()).collect();
        assert!(backends.len() >= 8, "{backends:?}");
        // A known error is one of a listed release.
        for line in KNOWN.lines().filter(|line| !line.starts_with('#')) {
            let project = line.split(' ').next().unwrap_or_default();
            assert!(releases.iter().any(|release| release.project == project), "{line}");
        }
    }

    #[test]
    fn a_file_belongs_to_the_release_of_its_name() {
        let version = Version::from_str("1.0").expect("a version");
        let belongs = |file| belongs(file, "a-b", &version);
        assert!(belongs("a_b-1.0.tar.gz") && belongs("A.b-1.0.0-py3-none-any.whl"));
        assert!(!belongs("a_b-1.0.1.tar.gz") && !belongs("a-1.0-py3-none-any.whl"));
        assert!(!belongs("a_b-1.0.zip"));
    }
}
