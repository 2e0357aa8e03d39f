//! Attestations for an upload. They are made before the first file is sent, so that a release either has
//! them for all of its files or is not begun.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::wheel::Sha256Sum;

use super::attestations::Attestations;
use super::explain::swapped;
use super::upload_set::UploadSet;
use crate::address::is_pypi;
use crate::evidence::{Attested, Receipt, SentStep};
use crate::failure::Failure;
use crate::folder;
use crate::project::Project;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::tool::attest::{Attester, Signed};

/// The attestations of an upload.
pub struct UploadAttestations {
    /// The entry in the receipt.
    pub record: Attested,
    /// The folder of the attestations, if there are any.
    pub folder: Option<PathBuf>,
}

impl UploadAttestations {
    fn none(why: &str) -> Self {
        Self { record: Attested::No { why: why.to_owned() }, folder: None }
    }
}

/// Makes the attestations of all files that are not yet verified in the receipt.
///
/// Attestations that are wanted but cannot be made are an error. Nothing has been sent then.
pub fn attest(
    project: &Project,
    machine: &Machine,
    report: &Report,
    wanted: Attestations,
    set: &UploadSet,
    receipt: &Receipt,
) -> Result<UploadAttestations> {
    match wanted {
        Attestations::Never => return Ok(UploadAttestations::none("`--attestations never`")),
        Attestations::Auto if !is_pypi(&receipt.repository) => {
            return Ok(UploadAttestations::none("the index is not PyPI"));
        }
        Attestations::Auto | Attestations::Always => {}
    }
    let is_verified = |name: &str| {
        receipt.files.iter().any(|sent| sent.file == name && sent.step == SentStep::Verified)
    };
    let files: Vec<(&Path, Sha256Sum)> = set
        .files
        .iter()
        .filter(|(_, built)| !is_verified(&built.file))
        .map(|(path, built)| (path.as_path(), built.sha256))
        .collect();
    if files.is_empty() {
        return Ok(UploadAttestations { record: receipt.attestations.clone(), folder: None });
    }
    let action = report.start("making attestations");
    let folder = project.work().join("attestations");
    folder::clear(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let attester = Attester::install(machine.tools()?, machine.tool_python()?)?;
    match attester.sign(&folder, &files)? {
        Signed::By(who) => {
            action.done(Mood::Good, "attested", &format!("{} files, signed by {who}", files.len()));
            Ok(UploadAttestations { record: Attested::Yes { by: who }, folder: Some(folder) })
        }
        Signed::Nobody if wanted == Attestations::Auto => Ok(UploadAttestations::none(NO_IDENTITY)),
        Signed::Nobody => {
            let why = format!("no attestation can be made, so nothing was sent: {NO_IDENTITY}");
            Err(Failure::unknown(why).hint(WITHOUT).into())
        }
        Signed::Swapped(file) => Err(swapped(&file, true).into()),
        Signed::Failed(why) => Err(Failure::unknown(format!(
            "the attestations could not be made, so nothing was sent: {why}"
        ))
        .hint("run the stage again")
        .hint(WITHOUT)
        .into()),
    }
}

const NO_IDENTITY: &str = "this machine has no identity to sign with, as a trusted publisher has";
const WITHOUT: &str = "`--attestations never` publishes without attestations";
