//! The files of a project on an index, and their attestations.

use std::time::{Duration, Instant};

use anyhow::Result;
use wheel_audit::parallel;

use crate::failure::Failure;
use crate::index::provenance::{self, Provenance};
use crate::index::{self, IndexError, ListedFile};
use crate::process::interrupt::wait;
use crate::process::pause::Pauses;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::tool::attest::{self, Attester, Checked, Claim};

/// The shortest time for one answer, when no patience is left.
const SHORTEST: Duration = Duration::from_millis(200);

/// Asks an index for the files of a project, again and again until none is missing or `patience` is used up. Then
/// returns the last answer.
pub fn wait_for(
    report: &Report,
    simple: &str,
    project: &str,
    patience: Duration,
    missing: impl Fn(&[ListedFile]) -> usize,
) -> Result<Vec<ListedFile>> {
    let mut pauses = Pauses::new(patience);
    loop {
        let started = Instant::now();
        let limit = index::PATIENCE.min(pauses.left()).max(SHORTEST);
        let listed = index::listing_within(simple, project, limit);
        pauses.spend(started.elapsed());
        let (answer, why, asked) = match listed {
            Ok(offered) => {
                let missing = missing(&offered);
                if missing == 0 {
                    return Ok(offered);
                }
                (Ok(offered), format!("{missing} files are not on the index yet"), None)
            }
            Err(IndexError::Temporary { why, hint, retry_after }) => {
                let error = IndexError::Temporary { why: why.clone(), hint, retry_after };
                (Err(error), why.to_string(), retry_after)
            }
            Err(error) => return Err(Failure::from(error).into()),
        };
        let Some(pause) = pauses.next(asked) else { return Ok(answer.map_err(Failure::from)?) };
        let why = why.lines().next().unwrap_or_default().to_owned();
        let what = format!("{why}: again in {:.1} s", pause.as_secs_f64());
        report.say(Mood::Doubtful, "waiting", &what);
        wait(pause)?;
    }
}

/// The publishers of files by their attestations, one line each, and the differences. A difference is an attestation
/// of another file, an invalid signature, or with `needed` a missing attestation.
pub fn provenance<'a>(
    machine: &Machine,
    report: &Report,
    needed: bool,
    files: impl Iterator<Item = &'a ListedFile>,
    simple: &str,
) -> Result<(Vec<String>, Vec<String>)> {
    let files: Vec<&ListedFile> = files.collect();
    let found = parallel::map(&files, |file| provenance::fetch(file, simple, index::PATIENCE));
    let (mut lines, mut wrong, mut claims) = (Vec::new(), Vec::new(), Vec::new());
    for (file, found) in files.iter().zip(found) {
        match found.map_err(Failure::from)? {
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

/// Checks the signatures of attestations.
fn signatures(
    machine: &Machine,
    report: &Report,
    claims: &[(&ListedFile, Provenance)],
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
