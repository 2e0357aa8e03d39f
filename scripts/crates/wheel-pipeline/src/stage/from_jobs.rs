//! The option `--from`: joins the files and the evidence of several jobs in this checkout.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::evidence::EvidenceFolder;
use crate::evidence::gather::gather;
use crate::process::interrupt::unless_interrupted;
use crate::project::source::Source;
use crate::report::{Mood, Report};

/// The option `--from` of the stages that read the results of other jobs.
#[derive(Debug, Default, clap::Args)]
pub struct FromJobs {
    /// First join the results of a matrix's jobs; DIR has a folder for each job
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

impl FromJobs {
    /// Joins the results of the jobs, if the option is given.
    pub fn take_in(
        &self,
        source: &Source,
        kept: &mut EvidenceFolder,
        report: &Report,
    ) -> Result<()> {
        match &self.from {
            Some(from) => take_in(source, kept, report, from),
            None => Ok(()),
        }
    }
}

/// Joins the results of the jobs below `from`. Each job has a folder, as actions/download-artifact makes them.
pub fn take_in(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    from: &Path,
) -> Result<()> {
    let action = report.start("gathering");
    let (plan, folder) = (source.plan.clone(), from.to_owned());
    let gathered = unless_interrupted(move || gather(&plan, &folder))??;
    let what = gathered.to_string();
    gathered.place(&source.project.dist(), &source.project.work(), kept)?;
    action.done(Mood::Good, "gathered", &what);
    Ok(())
}
