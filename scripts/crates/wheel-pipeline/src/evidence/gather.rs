//! Gathering: copies the files and the evidence of a matrix's jobs into one `dist/` and one `target/pipeline/`.
//!
//! Only `build` makes files in `dist/`. So a file is accepted only with the evidence of its build, and only if it
//! has the recorded hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::{Sha256Sum, file, printable};

use crate::evidence::job::{Job, JobKind, NAMES};
use crate::evidence::join::join;
use crate::evidence::{Evidence, EvidenceFolder};
use crate::failure::Failure;
use crate::folder::make_output;
use crate::project::Project;
use crate::project::foreign::ForeignPatterns;

/// The joined results of jobs.
#[derive(Debug)]
pub struct Gathered {
    pub evidence: Evidence,
    /// The files to put into `dist/`, by name.
    files: BTreeMap<String, PathBuf>,
    jobs: usize,
}

/// The results that are expected.
#[derive(Debug)]
pub struct Expected {
    plan: Plan,
    /// The files that jobs named `foreign-NAME` may hold.
    foreign: ForeignPatterns,
    /// True if `dist/` is a folder of files that others made, so that jobs hold evidence alone.
    is_folder: bool,
}

impl Expected {
    /// The results of the jobs of a project, or of a folder of files.
    pub fn of(plan: &Plan, project: &Project) -> Self {
        Self {
            plan: plan.clone(),
            foreign: project.table.foreign.clone(),
            is_folder: project.folder.is_some(),
        }
    }

    /// The reason against a file of a job.
    fn against(&self, kind: JobKind, file: &str) -> Option<&'static str> {
        if self.is_folder {
            Some("but the files of this release lie in the folder that the command names")
        } else if kind == JobKind::Foreign && !self.foreign.matches(file) {
            Some("which no pattern in `foreign` of the table matches")
        } else {
            None
        }
    }
}

/// Reads the results of all jobs below `from`. Each job has a folder of its name, as actions/download-artifact makes
/// them. Changes nothing.
///
/// It refuses names that the plan does not expect, whatever a job does not make, empty jobs, files without evidence of
/// their build, files with another hash than recorded, and jobs that contradict each other.
pub fn gather(expected: &Expected, from: &Path) -> Result<Gathered> {
    let plan = &expected.plan;
    let mut jobs = Vec::new();
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut foreign: BTreeMap<String, Sha256Sum> = BTreeMap::new();
    let mut wrong = Vec::new();
    for JobFolder { name, path, kind } in folders(plan, from, &mut wrong)? {
        if kind == JobKind::Program {
            continue;
        }
        let Some(evidence) = read(&path)? else {
            wrong.push(format!(
                "`{name}` holds evidence both in its folder and in `target/pipeline`"
            ));
            continue;
        };
        let job = Job { name, evidence };
        let dist = dist(&path, kind)?;
        if job.evidence.is_empty() && dist.is_empty() {
            wrong.push(format!("`{}` holds neither files nor evidence", job.name));
        }
        let names: Vec<&str> = dist.iter().map(|(name, _)| name.as_str()).collect();
        wrong.extend(job.excess(kind, &names, plan));
        for (name, path) in dist {
            if let Some(why) = expected.against(kind, &name) {
                wrong.push(format!("`{}` holds `{}`, {why}", job.name, printable(&name)));
                continue;
            }
            let record = job.evidence.build.as_ref().and_then(|build| build.file(&name));
            let read = file::read_released(&path);
            match (record, read) {
                // Other builders record nothing. `foreign::record` hashes what they made.
                (None, Ok(bytes)) if kind == JobKind::Foreign => {
                    let sum = Sha256Sum::digest(&bytes);
                    if foreign.insert(name.clone(), sum).is_some_and(|known| known != sum) {
                        wrong.push(format!("two jobs built different files named `{name}`"));
                    }
                    files.insert(name, path);
                }
                (None, _) => {
                    wrong.push(format!("`{}` has no record of its file `{name}`", job.name))
                }
                (_, Err(error)) => wrong.push(format!("`{}` has `{name}`: {error}", job.name)),
                (Some(record), Ok(bytes)) if record.sha256 != Sha256Sum::digest(&bytes) => {
                    wrong.push(format!("`{}` recorded another file as `{name}`", job.name));
                }
                (Some(_), Ok(_)) => drop(files.insert(name, path)),
            }
        }
        jobs.push(job);
    }
    let joined = join(&jobs).map_err(|contradictions| wrong.extend(contradictions));
    let planned: Vec<&str> = plan.files().collect();
    let others = files
        .keys()
        .filter(|name| !planned.contains(&name.as_str()) && !expected.foreign.matches(name));
    wrong.extend(others.map(|name| format!("`{name}` is not in the plan")));
    let Some(evidence) = joined.ok().filter(|_| wrong.is_empty()) else {
        return Err(Failure::refused(format!(
            "the results of the jobs cannot be joined, so nothing was changed:\n  {}",
            wrong.join("\n  ")
        ))
        .into());
    };
    Ok(Gathered { evidence, files, jobs: jobs.len() })
}

impl Gathered {
    /// Moves each file into `dist/`, whole or not at all, and then writes the evidence. `work` is a folder on the same
    /// file system.
    pub fn place(self, dist: &Path, work: &Path, evidence: &mut EvidenceFolder) -> Result<()> {
        make_output(work)?;
        // Nothing is written into a folder that is only read.
        if !self.files.is_empty() {
            make_output(dist)?;
        }
        let partial = work.join("gathering.partial");
        for (name, path) in &self.files {
            fs::copy(path, &partial)
                .and_then(|_| fs::rename(&partial, dist.join(name)))
                .with_context(|| format!("cannot put `{name}` into `dist/`"))?;
        }
        evidence.keep_all(self.evidence)
    }
}

/// The numbers of files and jobs.
impl fmt::Display for Gathered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} files of {} jobs", self.files.len(), self.jobs)
    }
}

/// The results of one job on disk.
struct JobFolder {
    name: String,
    path: PathBuf,
    kind: JobKind,
}

/// The folders of the jobs. Whatever else is below `from` is added to `wrong`: to pass over it would be to trust it.
fn folders(plan: &Plan, from: &Path, wrong: &mut Vec<String>) -> Result<Vec<JobFolder>> {
    let listed = fs::read_dir(from).map_err(|error| {
        Failure::unknown(format!("cannot read `{}`: {error}", from.display()))
            .hint("`--from` needs a folder with the downloaded artifacts of the jobs")
    })?;
    let mut entries = Vec::new();
    for entry in listed {
        let entry = entry?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.sort();
    if entries.is_empty() {
        return Err(Failure::unknown(format!("`{}` has no folder of a job", from.display())).into());
    }
    // A folder that is no link.
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    let mut folders = Vec::new();
    for (name, path) in entries {
        match JobKind::of(&name, plan).filter(|_| is_folder(&path)) {
            Some(kind) => folders.push(JobFolder { name, path, kind }),
            None => wrong.push(format!(
                "`{}` is not the folder of a job that the plan expects: {NAMES}",
                printable(&name)
            )),
        }
    }
    Ok(folders)
}

/// The evidence of a job. An artifact with a single file contains the file without its folders. None if both places
/// hold evidence, because one of them would be passed over.
fn read(folder: &Path) -> Result<Option<Evidence>> {
    let below = Evidence::read(&folder.join("target").join("pipeline"))?;
    let above = Evidence::read(folder)?;
    Ok((below.is_empty() || above.is_empty()).then(|| below.or(above)))
}

/// The files of a job. Another builder's may lie in its folder itself.
fn dist(folder: &Path, kind: JobKind) -> Result<Vec<(String, PathBuf)>> {
    let mut folder = folder.to_owned();
    if kind != JobKind::Foreign || folder.join("dist").is_dir() {
        folder.push("dist");
    }
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let name = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Some((name?, path))
    };
    Ok(wheel_audit::wheel::release::list(&folder)?.into_iter().filter_map(name).collect())
}
