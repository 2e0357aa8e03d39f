//! What an index offers to users: waited for, installed, and held against what it should be.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_audit::names::normalize;
use wheel_audit::parallel;
use wheel_audit::wheel::Sha256Sum;

use crate::failure::Failure;
use crate::index::address::file_name;
use crate::index::provenance::{self, Provenance};
use crate::index::{self, OfferedFile, Trouble};
use crate::process::command::{Finished, Invocation, wait};
use crate::process::pause::Pauses;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::tool::attest::{self, Attester, Checked, Claim};

/// The files of a project, asked for until none is missing or patience is at its end. What is missing
/// then, the caller sees.
///
/// # Errors
///
/// When the index cannot be asked for so long, or at all.
pub fn wait_for(
    report: &Report,
    simple: &str,
    project: &str,
    patience: Duration,
    missing: impl Fn(&[OfferedFile]) -> usize,
) -> Result<Vec<OfferedFile>> {
    let mut pauses = Pauses::new(patience);
    loop {
        let (answer, why, asked) = match index::files(simple, project) {
            Ok(offered) => {
                let missing = missing(&offered);
                if missing == 0 {
                    return Ok(offered);
                }
                (Ok(offered), format!("{missing} files are not on the index yet"), None)
            }
            Err(Trouble::Passing { why, retry_after }) => {
                let trouble = Trouble::Passing { why: why.clone(), retry_after };
                (Err(trouble), why, retry_after)
            }
            Err(lasting) => return Err(lasting.into()),
        };
        let Some(pause) = pauses.next(asked) else { return Ok(answer?) };
        let why = why.lines().next().unwrap_or_default().to_owned();
        let what = format!("{why}: again in {:.1} s", pause.as_secs_f64());
        report.say(Mood::Doubtful, "waiting", &what);
        wait(pause)?;
    }
}

/// Runs an installation until it succeeds, fails in a way that will not pass, or patience is at its end.
///
/// # Errors
///
/// When pip cannot be run, or the run is interrupted.
pub fn install(command: &Invocation, patience: Duration) -> Result<Finished> {
    let mut pauses = Pauses::new(patience);
    loop {
        let finished = command.run()?;
        if finished.succeeded() || !may_pass(&finished.output()) {
            return Ok(finished);
        }
        let Some(pause) = pauses.next(None) else { return Ok(finished) };
        wait(pause)?;
    }
}

/// Whether a failed installation may succeed in a while, by what pip says.
fn may_pass(output: &str) -> bool {
    // What is refused for what it is will be refused again.
    let lasting = ["DO NOT MATCH THE HASHES", "require a different python", "Requires-Python"];
    let passing = [
        "No matching distribution found",
        "HTTP error 429",
        "HTTP error 5",
        "Connection",
        "timed out",
        "Temporary failure",
    ];
    let has = |words: &&str| output.contains(words);
    !lasting.iter().any(has) && passing.iter().any(has)
}

#[derive(Deserialize)]
struct PipReport {
    install: Vec<Installed>,
}

#[derive(Deserialize)]
struct Installed {
    metadata: Metadata,
    download_info: DownloadInfo,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct DownloadInfo {
    url: String,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct ArchiveInfo {
    hashes: Option<BTreeMap<String, String>>,
}

/// The file of a project that pip took, and where it is not the one that it should be.
///
/// # Errors
///
/// When pip's report cannot be read, or does not tell.
pub fn taken(
    report: &Path,
    project: &str,
    sums: &BTreeMap<String, Sha256Sum>,
) -> Result<(String, Vec<String>)> {
    let text = fs::read_to_string(report).context("pip wrote no report")?;
    let report: PipReport = serde_json::from_str(&text).context("pip's report is none")?;
    let mut installed = report.install.into_iter();
    let installed = installed
        .find(|installed| normalize(&installed.metadata.name) == normalize(project))
        .with_context(|| format!("pip's report does not name `{project}`"))?;
    let file = file_name(&installed.download_info.url).context("pip's report names no file")?;
    let hashes = installed.download_info.archive_info.and_then(|archive| archive.hashes);
    let sum = hashes.and_then(|hashes| hashes.get("sha256").cloned()).unwrap_or_default();
    let wanted = sums.get(&file).map(ToString::to_string);
    let wrong = (wanted.as_deref() != Some(&sum)).then(|| {
        let wanted = wanted.unwrap_or_else(|| "no such file".to_owned());
        format!("pip took `{file}` with SHA-256 {sum}, not {wanted}")
    });
    Ok((file, wrong.into_iter().collect()))
}

/// Who published the files by their attestations, a line each, and where those contradict the files or
/// are not signed by whom they name. With `needed`, each file must have them.
///
/// # Errors
///
/// When provenance is offered and cannot be had, or not be checked.
pub fn provenance<'a>(
    machine: &Machine,
    report: &Report,
    needed: bool,
    files: impl Iterator<Item = &'a OfferedFile>,
    simple: &str,
) -> Result<(Vec<String>, Vec<String>)> {
    let files: Vec<&OfferedFile> = files.collect();
    let found = parallel::map(&files, |file| provenance::of(file, simple, index::PATIENCE));
    let (mut lines, mut wrong, mut claims) = (Vec::new(), Vec::new(), Vec::new());
    for (file, found) in files.iter().zip(found) {
        match found? {
            Some(provenance) => {
                wrong.extend(provenance.differences(&file.name, file.sum));
                claims.push((*file, provenance));
            }
            None if needed => {
                let name = &file.name;
                wrong.push(format!(
                    "`{name}` was sent with an attestation, and the index offers none"
                ));
            }
            None => {}
        }
    }
    if wrong.is_empty() && !claims.is_empty() {
        let (said, forged) = signatures(machine, report, &claims)?;
        lines.extend(said);
        wrong.extend(forged);
    }
    let without = files.len() - claims.len();
    if without > 0 {
        lines
            .push(format!("the index offers no provenance for {without} of {} files", files.len()));
    }
    Ok((lines, wrong))
}

/// Checks the signatures of what an index says of files.
fn signatures(
    machine: &Machine,
    report: &Report,
    claims: &[(&OfferedFile, Provenance)],
) -> Result<(Vec<String>, Vec<String>)> {
    let action = report.start("checking attestations");
    let attester = Attester::install(machine.tools()?, machine.tool_python()?)?;
    let asked: Vec<Claim<'_>> = claims
        .iter()
        .map(|(file, provenance)| Claim {
            file: &file.name,
            sha256: file.sum.to_string(),
            provenance: &provenance.text,
        })
        .collect();
    let (found, newest) = match attester.check(&asked)? {
        Checked::Wrong { claims, newest } => (claims, newest),
        Checked::Failed(why) => {
            return Err(
                Failure::unknown(format!("the attestations could not be checked: {why}")).into()
            );
        }
    };
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for ((file, provenance), reasons) in claims.iter().zip(found) {
        let name = &file.name;
        match reasons.is_empty() {
            true => {
                let publishers = provenance.publishers.join(", ");
                lines.push(format!("`{name}` was published by {publishers}"));
            }
            false => wrong.extend(
                reasons
                    .iter()
                    .map(|why| format!("the attestation of `{name}` does not hold: {why}")),
            ),
        }
    }
    action.done(Mood::Good, "checked", &format!("the attestations of {} files", claims.len()));
    if !newest {
        lines.push(format!(
            "signatures were checked with the keys of pypi-attestations {}, as newer ones could not be fetched",
            attest::LOCK.version("pypi-attestations")?
        ));
    }
    Ok((lines, wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        for output in [
            "ERROR: No matching distribution found for a==1",
            "ERROR: HTTP error 503 while getting https://index/a",
            "ReadTimeoutError: Read timed out.",
        ] {
            assert!(may_pass(output), "{output}");
        }
        for output in [
            "ERROR: Ignored the following versions that require a different python version: 1\n\
             ERROR: No matching distribution found for a==1",
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "ERROR: a-1-py3-none-any.whl is not a supported wheel on this platform.",
        ] {
            assert!(!may_pass(output), "{output}");
        }
    }

    #[test]
    fn what_pip_took_is_held_against_what_it_should_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pip.json");
        let sum = Sha256Sum::digest(b"a");
        let report = format!(
            r#"{{"install": [{{"metadata": {{"name": "B"}}, "download_info": {{"url": "https://f/b.whl"}}}},
                {{"metadata": {{"name": "A_a"}}, "download_info": {{"url": "https://f/a.whl",
                  "archive_info": {{"hashes": {{"sha256": "{sum}"}}}}}}}}]}}"#
        );
        fs::write(&path, report).expect("written");
        let sums = |bytes| BTreeMap::from([("a.whl".to_owned(), Sha256Sum::digest(bytes))]);
        let right = taken(&path, "a-a", &sums(b"a")).expect("a report");
        assert_eq!(right, ("a.whl".to_owned(), Vec::new()));
        let (_, wrong) = taken(&path, "a-a", &sums(b"b")).expect("a report");
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        let (_, unknown) = taken(&path, "a-a", &BTreeMap::new()).expect("a report");
        assert_eq!(unknown, [format!("pip took `a.whl` with SHA-256 {sum}, not no such file")]);
        assert!(taken(&path, "c", &BTreeMap::new()).is_err());
        // Without a hash nothing is proven.
        assert_eq!(taken(&path, "b", &BTreeMap::new()).expect("a report").1.len(), 1);
    }
}
