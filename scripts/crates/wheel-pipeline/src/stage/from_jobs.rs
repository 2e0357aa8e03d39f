//! The files and the evidence of several jobs, taken into this checkout.

use std::path::Path;

use anyhow::Result;

use crate::evidence::EvidenceFolder;
use crate::evidence::gather::gather;
use crate::project::source::Source;
use crate::report::{Mood, Report};

/// Takes in what the jobs below `from` brought: a folder for each, as artifacts are downloaded.
pub fn take_in(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    from: &Path,
) -> Result<()> {
    let action = report.start("gathering");
    let gathered = gather(&source.plan, from)?;
    let what = gathered.to_string();
    gathered.place(&source.project.dist(), &source.project.work(), kept)?;
    action.done(Mood::Good, "gathered", &what);
    Ok(())
}
