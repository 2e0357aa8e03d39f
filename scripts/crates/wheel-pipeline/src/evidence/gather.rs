//! Gathering: copies the files and the evidence of a matrix's jobs into one `dist/` and one `target/pipeline/`.
//!
//! Only `build` makes files in `dist/`. So a file is accepted only with the evidence of its build, and only if it
//! has the recorded hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::{ARCHIVE_LIMIT, Sha256Sum};

use crate::evidence::join::{Job, join};
use crate::evidence::{Evidence, EvidenceFolder};
use crate::failure::Failure;

/// The joined results of jobs.
#[derive(Debug)]
pub struct Gathered {
    pub evidence: Evidence,
    /// The files to put into `dist/`, by name.
    files: BTreeMap<String, PathBuf>,
    jobs: usize,
}

/// Reads the results of all jobs below `from`. Each job has a folder, as actions/download-artifact makes them.
/// Changes nothing.
///
/// It refuses empty jobs, files without evidence of their build, files with another hash than recorded, and jobs
/// that contradict each other.
pub fn gather(plan: &Plan, from: &Path) -> Result<Gathered> {
    let mut jobs = Vec::new();
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut wrong = Vec::new();
    for folder in &folders(from)? {
        let job = read(folder)?;
        let dist = dist(folder)?;
        if job.evidence.is_empty() && dist.is_empty() {
            wrong.push(format!("`{}` holds neither files nor evidence", job.name));
        }
        for (name, path) in dist {
            let record = job.evidence.build.as_ref().and_then(|build| build.file(&name));
            match record {
                None => wrong.push(format!("`{}` has no record of its file `{name}`", job.name)),
                Some(record) if record.sha256 != Sha256Sum::digest(&bounded(&path)?) => {
                    wrong.push(format!("`{}` recorded another file as `{name}`", job.name));
                }
                Some(_) => drop(files.insert(name, path)),
            }
        }
        jobs.push(job);
    }
    let joined = join(&jobs).map_err(|contradictions| wrong.extend(contradictions));
    let planned: Vec<&str> = plan.files().collect();
    let others = files.keys().filter(|name| !planned.contains(&name.as_str()));
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
        for folder in [dist, work] {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make `{}`", folder.display()))?;
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

/// The folders of the jobs. If `from` is the folder of a single job, only `from`.
fn folders(from: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(from).map_err(|error| {
        Failure::unknown(format!("cannot read `{}`: {error}", from.display()))
            .hint("`--from` needs a folder with the downloaded artifacts of the jobs")
    })?;
    let mut folders = Vec::new();
    for entry in listed {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    if ["dist", "target"].iter().any(|name| from.join(name).is_dir()) {
        return Ok(vec![from.to_owned()]);
    }
    if folders.is_empty() {
        return Err(Failure::unknown(format!("`{}` has no folder of a job", from.display())).into());
    }
    Ok(folders)
}

/// The evidence of a job. An artifact with a single file contains the file without its folders.
fn read(folder: &Path) -> Result<Job> {
    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let below = Evidence::read(&folder.join("target").join("pipeline"))?;
    Ok(Job { name, evidence: below.or(Evidence::read(folder)?) })
}

fn dist(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let folder = folder.join("dist");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let name = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Some((name?, path))
    };
    Ok(wheel_audit::wheel::release::list(&folder)?.into_iter().filter_map(name).collect())
}

fn bounded(path: &Path) -> Result<Vec<u8>> {
    let size = fs::metadata(path)?.len();
    if size > ARCHIVE_LIMIT {
        return Err(Failure::refused(format!(
            "`{}` is larger than {ARCHIVE_LIMIT} bytes",
            path.display()
        ))
        .into());
    }
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
