//! The option `--from`: joins the files and the evidence of several jobs in this checkout.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pep440_rs::VersionParseError;
use serde::Deserialize;
use wheel_audit::family::NotAFamily;
use wheel_audit::wheel::release::list;

use crate::evidence::gather::{Expected, gather};
use crate::evidence::{EvidenceFolder, file};
use crate::failure::Failure;
use crate::process::interrupt::unless_interrupted;
use crate::project::crate_facts::CrateFacts;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::foreign;

/// The file with the plan.
pub const PLAN: &str = "plan.json";

/// The option `--from` of the stages that read the results of other jobs.
#[derive(Debug, Default, clap::Args)]
pub struct FromJobs {
    /// First join the results of a matrix's jobs; DIR has a folder for each job
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

impl FromJobs {
    /// Joins the results of the jobs, if the option is given. Returns the source with the files that other builders made.
    pub fn take_in(
        &self,
        source: &Source,
        kept: &mut EvidenceFolder,
        report: &Report,
    ) -> Result<Source> {
        match &self.from {
            Some(from) => take_in(source, kept, report, from),
            None => foreign::record(source, kept),
        }
    }
}

/// cargo's answer about the crate, from the plans that the jobs below `from` carry. None if none carries one.
///
/// So a job that only tests or uploads needs no cargo, and downloads no crates. Everything else of the plan is derived
/// anew from the project's files.
pub fn handed(from: &Path) -> Result<Option<CrateFacts>> {
    #[derive(Deserialize)]
    struct HandedPlan {
        version: String,
        families: Vec<String>,
    }
    let mut found: Option<(PathBuf, CrateFacts)> = None;
    for folder in list(from)?.into_iter().filter(|path| path.is_dir()) {
        for path in [folder.join("target").join("pipeline").join(PLAN), folder.join(PLAN)] {
            let Some(plan) = file::read::<HandedPlan>(&path)? else { continue };
            let wrong = |error: String| {
                Failure::refused(format!("`{}` is no plan: {error}", path.display()))
            };
            let families = plan.families.iter().map(|name| name.parse());
            let facts = CrateFacts {
                version: plan
                    .version
                    .parse()
                    .map_err(|error: VersionParseError| wrong(error.to_string()))?,
                families: families
                    .collect::<Result<_, NotAFamily>>()
                    .map_err(|error| wrong(error.to_string()))?,
                bindings: None,
                stale_lock: false,
            };
            match &found {
                Some((other, first)) if *first != facts => {
                    return Err(Failure::refused(format!(
                        "the plans `{}` and `{}` contradict each other",
                        other.display(),
                        path.display()
                    ))
                    .hint("take all jobs from one run of the workflow")
                    .into());
                }
                Some(_) => {}
                None => found = Some((path, facts)),
            }
        }
    }
    Ok(found.map(|(_, facts)| facts))
}

/// Joins the results of the jobs below `from`. Each job has a folder, as actions/download-artifact makes them.
pub fn take_in(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    from: &Path,
) -> Result<Source> {
    let action = report.start("gathering");
    let expected = Expected::of(&source.plan, &source.project);
    let folder = from.to_owned();
    let gathered = unless_interrupted(move || gather(&expected, &folder))??;
    let what = gathered.to_string();
    gathered.place(&source.project.dist(), &source.project.work(), kept)?;
    // For the jobs after this one.
    file::write(&source.project.work().join(PLAN), &source.plan)?;
    action.done(Mood::Good, "gathered", &what);
    foreign::record(source, kept)
}
