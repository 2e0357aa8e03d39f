//! The option `--from`: joins the files and the evidence of several jobs in this checkout.

use std::path::Path;

use anyhow::Result;

use crate::evidence::EvidenceFolder;
use crate::evidence::gather::gather;
use crate::project::source::Source;
use crate::report::{Mood, Report};

/// Joins the results of the jobs below `from`. Each job has a folder, as actions/download-artifact makes them.
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
