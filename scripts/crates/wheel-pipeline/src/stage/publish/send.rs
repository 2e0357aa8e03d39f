//! Uploads to a real index, with a receipt that is written before and after each step.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;

use super::attest::attest;
use super::destination::Destination;
use super::explain::explain;
use super::state::IndexState;
use super::upload::{self, Backend, UploadEvent};
use super::upload_set::UploadSet;
use crate::evidence::{EvidenceFolder, Receipt, SentFile, SentStep};
use crate::failure::Failure;
use crate::index::{self, IndexError, ListedFile};
use crate::process::interrupt::{check_interrupt, wait};
use crate::project::Project;
use crate::report::{Mood, Report};
use crate::stage::{Machine, recorded};
use crate::tool::attest::attestation_path;
use crate::tool::twine::{JudgedFile, UploadAnswer, Uploader};

/// The longest time for one answer, as a part of the patience, and its bounds.
const PARTS: u32 = 5;
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(60);
/// The most faults of one file that the receipt keeps.
const FAULTS: usize = 20;

/// All that the uploads of one set share.
struct SetUpload<'a> {
    report: &'a Report,
    kept: &'a mut EvidenceFolder,
    destination: &'a Destination,
    set: &'a UploadSet,
    /// The folder of the attestations, if there are any.
    attestations: Option<PathBuf>,
    uploader: Uploader,
    receipt: Receipt,
    /// The last listing, while nothing was sent after it.
    listing: Option<Vec<ListedFile>>,
}

/// The upload of one file.
struct FileUpload<'a, 'b> {
    shared: &'a mut SetUpload<'b>,
    position: usize,
    path: &'a Path,
}

/// Sends the files of a plan that the index does not have yet: wheels first, the sdist last.
///
/// The first file that the index has with another hash, refuses, or does not list ends the run.
pub fn send(
    project: &Project,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
    destination: &Destination,
) -> Result<Receipt> {
    let set = UploadSet {
        project: plan.project.clone(),
        version: plan.version.clone(),
        files: recorded::files(project, plan, kept.built())?,
    };
    send_set(project, machine, kept, report, &set, destination)
}

/// The same as [`send`], for any files.
pub fn send_set(
    project: &Project,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    set: &UploadSet,
    destination: &Destination,
) -> Result<Receipt> {
    let new = set.new_receipt(&destination.repository);
    let mut receipt = Receipt::open(new, kept.receipt.clone());
    let attestations = attest(project, machine, report, destination.attestations, set, &receipt)?;
    receipt.attestations = attestations.record;
    kept.keep(receipt.clone())?;
    let uploader =
        Uploader::new(machine.tools()?, &destination.repository, destination.credentials.as_ref())?;
    let mut shared = SetUpload {
        report,
        kept,
        destination,
        set,
        attestations: attestations.folder,
        uploader,
        receipt,
        listing: None,
    };
    for (position, (path, built)) in set.files.iter().enumerate() {
        let action = report.start(format!("uploading {}", built.file));
        let before = shared.receipt.files[position].sends;
        let mut file = FileUpload { shared: &mut shared, position, path };
        match upload::run(&mut file, destination.patience)? {
            Ok(_) if shared.receipt.files[position].sends == before => {
                report.say(Mood::Good, "already there", &built.file);
            }
            Ok(_) => action.done(Mood::Good, "uploaded", &built.file),
            Err(failure) => {
                let sent = shared.receipt.files[position].sends > before;
                let first = position == 0;
                return Err(explain(&failure, built, destination.patience, sent, first).into());
            }
        }
    }
    Ok(shared.receipt)
}

/// The longest time for one answer: a part of the patience, and no more than is left of it.
fn longest_answer(patience: Duration, left: Duration) -> Duration {
    (patience / PARTS).min(left).clamp(SHORTEST, LONGEST)
}

impl FileUpload<'_, '_> {
    fn entry(&mut self) -> &mut SentFile {
        &mut self.shared.receipt.files[self.position]
    }
}

impl Backend for FileUpload<'_, '_> {
    fn ask(&mut self, left: Duration) -> Result<(IndexState, Duration)> {
        check_interrupt()?;
        let shared = &mut *self.shared;
        let destination = shared.destination;
        let started = Instant::now();
        let listing = match shared.listing.take() {
            Some(listing) => listing,
            None => {
                let patience = longest_answer(destination.patience, left);
                match index::listing_within(&destination.simple, &shared.set.project, patience) {
                    Ok(listing) => listing,
                    Err(IndexError::Temporary { why, hint, retry_after }) => {
                        let why = hint.map_or(why.to_string(), |hint| format!("{why}; {hint}"));
                        let unknown = IndexState::Unknown { why, retry_after };
                        return Ok((unknown, started.elapsed()));
                    }
                    Err(error) => {
                        return Err(Failure::from(error).into());
                    }
                }
            }
        };
        let wanted = &shared.receipt.files[self.position];
        let state = match listing.iter().find(|listed| listed.name == wanted.file) {
            None => IndexState::Absent,
            Some(listed) if listed.sum == wanted.sha256 => {
                IndexState::Verified(listed.url.to_string())
            }
            Some(listed) => IndexState::Mismatch(listed.sum),
        };
        // Nothing was sent since, so the next file can use the same listing.
        if let IndexState::Verified(_) = state {
            shared.listing = Some(listing);
        }
        Ok((state, started.elapsed()))
    }

    fn send(&mut self, left: Duration) -> Result<(UploadAnswer, Duration)> {
        let entry = &self.shared.receipt.files[self.position];
        let attestation =
            self.shared.attestations.as_ref().map(|folder| attestation_path(folder, &entry.file));
        let judged = JudgedFile {
            path: self.path,
            sha256: entry.sha256,
            attestation: attestation.as_deref(),
        };
        self.shared.uploader.send(judged, longest_answer(self.shared.destination.patience, left))
    }

    fn pause(&mut self, pause: Duration) -> Result<()> {
        let entry = self.entry();
        let fault = entry.faults.last().and_then(|fault| fault.lines().next());
        // Without a fault, an accepted file is not listed yet.
        let reason =
            fault.filter(|line| !line.is_empty()).unwrap_or("the index does not list it yet");
        let what = format!("{}: again in {:.1} s: {reason}", entry.file, pause.as_secs_f64());
        self.shared.report.say(Mood::Doubtful, "waiting", &what);
        Ok(wait(pause)?)
    }

    fn record(&mut self, event: UploadEvent) -> Result<()> {
        let entry = self.entry();
        match event {
            UploadEvent::Sending => {
                entry.step = SentStep::Sending;
                entry.sends += 1;
            }
            UploadEvent::Fault(why) if entry.faults.len() < FAULTS => entry.faults.push(why),
            UploadEvent::Fault(_) => {}
            UploadEvent::Verified(url) => {
                entry.step = SentStep::Verified;
                entry.url = Some(url);
            }
        }
        self.shared
            .kept
            .keep(self.shared.receipt.clone())
            .context("the receipt cannot be written, so nothing more is sent")
    }
}
