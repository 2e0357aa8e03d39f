//! Files on their way to a real index, with a receipt that is written before and after each step.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;

use super::Destination;
use super::attest::attest;
use super::drive::{Note, World, drive};
use super::step::{End, Seen};
use crate::evidence::{Attested, BuiltFile, EvidenceFolder, Receipt, SentFile, SentStep};
use crate::failure::Failure;
use crate::index::{self, OfferedFile, Trouble};
use crate::process::command::{check_interrupt, wait};
use crate::project::Project;
use crate::report::{Mood, Report};
use crate::stage::{Machine, recorded};
use crate::tool::attest;
use crate::tool::twine::{Answer, Uploader};

/// The longest silence of an index, as a part of all patience with one file, and its bounds.
const SILENCE: u32 = 5;
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(60);
/// How many faults of one file the receipt keeps.
const FAULTS: usize = 20;

/// Everything that sending needs beside the file itself.
struct Road<'a> {
    report: &'a Report,
    kept: &'a mut EvidenceFolder,
    destination: &'a Destination,
    load: &'a Load,
    /// The folder of the attestations, if there are any.
    attestations: Option<PathBuf>,
    uploader: Uploader,
    receipt: Receipt,
    /// What the index held when it was last asked; nothing since the last upload.
    shelf: Option<Vec<OfferedFile>>,
}

/// One file on the road.
struct Parcel<'a, 'b> {
    road: &'a mut Road<'b>,
    position: usize,
    path: &'a Path,
}

/// What is to be sent, in this order, and where the receipt lies.
#[derive(Clone, Debug)]
pub struct Load {
    /// The normal form of the project's name.
    pub project: String,
    pub version: String,
    pub files: Vec<(PathBuf, BuiltFile)>,
}

/// Sends what the index does not hold yet of a plan, wheels first, the sdist last.
pub fn send(
    project: &Project,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
    destination: &Destination,
) -> Result<Receipt> {
    let load = Load {
        project: plan.project.clone(),
        version: plan.version.clone(),
        files: recorded::files(project, plan, kept.built())?,
    };
    send_load(project, machine, kept, report, &load, destination)
}

/// The same for any files.
pub fn send_load(
    project: &Project,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    load: &Load,
    destination: &Destination,
) -> Result<Receipt> {
    let new = Receipt {
        repository: destination.repository.clone(),
        release: format!("{} {}", load.project, load.version),
        attestations: Attested::default(),
        files: load.files.iter().map(|(_, built)| waiting(built)).collect(),
    };
    let mut receipt = Receipt::open(new, kept.receipt.clone());
    let (said, attestations) =
        attest(project, machine, report, destination.attestations, load, &receipt)?;
    receipt.attestations = said;
    kept.keep(receipt.clone())?;
    let uploader = Uploader::new(
        machine.tools()?,
        &destination.repository,
        destination.credentials.as_ref(),
        silence(destination.patience),
    );
    let mut road = Road {
        report: report,
        kept,
        destination,
        load,
        attestations,
        uploader,
        receipt,
        shelf: None,
    };
    for (position, (path, built)) in load.files.iter().enumerate() {
        let action = report.start(format!("uploading {}", built.file));
        let before = road.receipt.files[position].sends;
        let mut parcel = Parcel { road: &mut road, position, path };
        match drive(&mut parcel, destination.patience)? {
            Ok(_) if road.receipt.files[position].sends == before => {
                report.say(Mood::Good, "already there", &built.file);
            }
            Ok(_) => action.done(Mood::Good, "uploaded", &built.file),
            Err(end) => return Err(told(&end, built, destination).into()),
        }
    }
    Ok(road.receipt)
}

fn silence(patience: Duration) -> Duration {
    (patience / SILENCE).clamp(SHORTEST, LONGEST)
}

fn waiting(built: &BuiltFile) -> SentFile {
    SentFile {
        file: built.file.clone(),
        sha256: built.sha256,
        step: SentStep::Waiting,
        url: None,
        sends: 0,
        faults: Vec::new(),
    }
}

impl Parcel<'_, '_> {
    fn entry(&mut self) -> &mut SentFile {
        &mut self.road.receipt.files[self.position]
    }
}

impl World for Parcel<'_, '_> {
    fn ask(&mut self) -> Result<Seen> {
        check_interrupt()?;
        let road = &mut *self.road;
        let destination = road.destination;
        let shelf = match road.shelf.take() {
            Some(shelf) => shelf,
            None => {
                let patience = silence(destination.patience);
                match index::files_within(&destination.simple, &road.load.project, patience) {
                    Ok(shelf) => shelf,
                    Err(Trouble::Passing { why, retry_after }) => {
                        return Ok(Seen::Unclear { why, retry_after });
                    }
                    Err(trouble @ Trouble::Lasting(_)) => return Err(trouble.into()),
                }
            }
        };
        let wanted = &road.receipt.files[self.position];
        let seen = match shelf.iter().find(|offered| offered.name == wanted.file) {
            None => Seen::Absent,
            Some(offered) if offered.sum == wanted.sha256 => Seen::Same(offered.url.clone()),
            Some(offered) => Seen::Other(offered.sum),
        };
        // The next file need not ask again for what was seen a moment ago.
        if let Seen::Same(_) = seen {
            road.shelf = Some(shelf);
        }
        Ok(seen)
    }

    fn send(&mut self) -> Result<Answer> {
        let file = &self.road.receipt.files[self.position].file;
        let attestation = self.road.attestations.as_ref().map(|folder| attest::of(folder, file));
        self.road.uploader.send(self.path, attestation.as_deref())
    }

    fn pause(&mut self, pause: Duration) -> Result<()> {
        let entry = self.entry();
        let why = entry.faults.last().map_or("", |why| why.lines().next().unwrap_or_default());
        let what = format!("{}: again in {:.1} s: {why}", entry.file, pause.as_secs_f64());
        self.road.report.say(Mood::Doubtful, "waiting", &what);
        Ok(wait(pause)?)
    }

    fn note(&mut self, note: Note) -> Result<()> {
        let entry = self.entry();
        match note {
            Note::Sending => {
                entry.step = SentStep::Sending;
                entry.sends += 1;
            }
            Note::Fault(why) if entry.faults.len() < FAULTS => entry.faults.push(why),
            Note::Fault(_) => {}
            Note::Held(url) => {
                entry.step = SentStep::Held;
                entry.url = Some(url);
            }
        }
        self.road
            .kept
            .keep(self.road.receipt.clone())
            .context("the receipt cannot be written, so nothing more is sent")
    }
}

/// What a file that ends the run means for whoever runs it.
fn told(end: &End, built: &BuiltFile, destination: &Destination) -> Failure {
    const AGAIN: &str = "what was sent before is in the receipt; run the stage again to go on";
    let file = &built.file;
    let not_taken = |why: &str, hint: &str| {
        Failure::refused(format!("the index did not take `{file}`\n{why}"))
            .hint(format!("{hint}"))
            .hint(AGAIN)
    };
    match end {
        End::OtherBytes(sum) => Failure::refused(format!(
            "the index holds other bytes under the name `{file}`\n  there: {sum}\n  here:  {}",
            built.sha256
        ))
        .hint("a used name is taken for good: raise the version"),
        End::GaveUp { why } => Failure::unknown(format!(
            "whether the index holds `{file}` could not be found out within {} s: {}",
            destination.patience.as_secs(),
            why.replace("\nhint: ", "; ")
        ))
        .hint(AGAIN),
        End::Refused(answer) => match answer {
            Answer::NameTaken(why) => Failure::refused(format!(
                "the index says that `{file}` is a used name, and does not offer it\n{why}"
            ))
            .hint("it was deleted there, and a used name is taken for good: raise the version"),
            Answer::Refused { status, why } => {
                not_taken(&format!("it answered {status}: {why}"), remedy(*status))
            }
            Answer::NoCredentials(why) => not_taken(
                why,
                "twine has no credentials: set `TWINE_PASSWORD` to a token, keep one in the keyring, \
                 or, on CI, allow `id-token: write` and name the workflow as a trusted publisher on the index",
            ),
            Answer::Unusable(why) => not_taken(why, "build the file again"),
            Answer::Taken | Answer::Lost { .. } => not_taken("", "ask the index"),
        },
    }
}

/// What to do about a refusal, by its status.
fn remedy(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            "is the token one for this project, or the trusted publisher named on the index with \
             this repository, workflow and environment?"
        }
        404 | 405 => "is `--repository-url` the address for uploads, with the slash at its end?",
        413 => "the file is larger than the index takes: ask it for a higher limit",
        300..=399 => "the index leads elsewhere: name that address if it is the one that you mean",
        _ => "do what the reason asks for, and raise the version if files were taken already",
    }
}
