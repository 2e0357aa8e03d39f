//! Attestations on the way to an index: made before the first file is sent, so that a release has them
//! for all of its files or is not begun.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::send::Load;
use crate::evidence::{Attested, Receipt, SentStep};
use crate::failure::Failure;
use crate::folder;
use crate::index::address::is_pypi;
use crate::project::Project;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::tool::attest::{Attester, Signed};

/// Whether files are sent with attestations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Attestations {
    /// To PyPI and TestPyPI, if this machine can prove who it is
    #[default]
    Auto,
    /// To any index, and not at all if this machine cannot prove who it is
    Always,
    Never,
}

/// Makes the attestations of what the receipt does not know to be on the index. Gives what the receipt
/// says of them, and where they are if there are any.
pub fn attest(
    project: &Project,
    machine: &Machine,
    report: &Report,
    wanted: Attestations,
    load: &Load,
    receipt: &Receipt,
) -> Result<(Attested, Option<PathBuf>)> {
    let none = |why: &str| Ok((Attested::No { why: why.to_owned() }, None));
    match wanted {
        Attestations::Never => return none("as asked for"),
        Attestations::Auto if !is_pypi(&receipt.repository) => {
            return none("the index is not PyPI");
        }
        Attestations::Auto | Attestations::Always => {}
    }
    let there = |name: &str| {
        receipt.files.iter().any(|sent| sent.file == name && sent.step == SentStep::Held)
    };
    let files: Vec<&Path> = load
        .files
        .iter()
        .filter(|(_, built)| !there(&built.file))
        .map(|(path, _)| path.as_path())
        .collect();
    if files.is_empty() {
        return Ok((receipt.attestations.clone(), None));
    }
    let action = report.start("making attestations");
    let folder = project.work().join("attestations");
    folder::clear(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let attester = Attester::install(machine.tools()?, machine.tool_python()?)?;
    match attester.sign(&folder, &files)? {
        Signed::By(who) => {
            action.done(Mood::Good, "attested", &format!("{} files, signed by {who}", files.len()));
            Ok((Attested::Yes { by: who }, Some(folder)))
        }
        Signed::Nobody if wanted == Attestations::Auto => none(NOBODY),
        Signed::Nobody => {
            let why = format!("attestations are asked for, and {NOBODY}");
            Err(Failure::unknown(why).hint(OTHERWISE).into())
        }
        Signed::Failed(why) => Err(Failure::unknown(format!(
            "the attestations could not be made, so nothing was sent: {why}"
        ))
        .hint("run the stage again")
        .hint(OTHERWISE)
        .into()),
    }
}

const NOBODY: &str =
    "nothing here proves who publishes, as the workflow of a trusted publisher does";
const OTHERWISE: &str = "`--attestations never` publishes without them";
