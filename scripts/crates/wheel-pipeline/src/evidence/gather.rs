//! Gathering: the files and the evidence that the jobs of a matrix brought, into one `dist/` and one
//! `target/pipeline/`.
//!
//! `dist/` is written by `build` alone, and so it stays: a file is taken only with the record of the
//! build that made it, and only if it has the hash in that record.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::evidence;
use crate::evidence::join::{Job, join};
use crate::failure::Failure;
use crate::report::Mood;
use crate::stage::Session;
use wheel_audit::wheel::{ARCHIVE_LIMIT, Sha256Sum};

/// Brings everything below `from` together: a folder for each job, as artifacts are downloaded.
///
/// # Errors
///
/// When a job brought nothing, files without a record or other files than it recorded, or when two jobs
/// contradict each other; nothing is changed then.
pub fn gather(session: &Session, from: &Path) -> Result<()> {
    session.exclusive()?;
    let action = session.report.start("gathering");
    let folders = jobs(from)?;
    let mut brought = Vec::new();
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut wrong = Vec::new();
    for folder in &folders {
        let job = read(folder)?;
        let dist = dist(folder)?;
        if job.is_empty() && dist.is_empty() {
            wrong.push(format!("`{}` holds neither files nor evidence", job.name));
        }
        for (name, path) in dist {
            let record = job.build.as_ref().and_then(|build| build.file(&name));
            match record {
                None => wrong.push(format!("`{}` has no record of its file `{name}`", job.name)),
                Some(record) if record.sha256 != Sha256Sum::of(&bounded(&path)?) => {
                    wrong.push(format!("`{}` recorded another file as `{name}`", job.name));
                }
                Some(_) => drop(files.insert(name, path)),
            }
        }
        brought.push(job);
    }
    let joined = join(&brought).map_err(|contradictions| wrong.extend(contradictions));
    let planned: Vec<&str> = session.plan.files().collect();
    let others = files.keys().filter(|name| !planned.contains(&name.as_str()));
    wrong.extend(others.map(|name| format!("`{name}` is not in the plan")));
    let Some(joined) = joined.ok().filter(|_| wrong.is_empty()) else {
        return Err(Failure::refused(format!(
            "what the jobs brought cannot be put together, nothing was changed:\n  {}",
            wrong.join("\n  ")
        ))
        .into());
    };
    place(session, &files)?;
    for (stage, text) in [
        ("audit", joined.audit.as_ref().map(serde_json::to_value)),
        ("smoke", joined.smoke.as_ref().map(serde_json::to_value)),
        ("second-build", joined.second.as_ref().map(serde_json::to_value)),
        ("receipt", joined.receipt.as_ref().map(serde_json::to_value)),
        ("verify", joined.verify.as_ref().map(serde_json::to_value)),
        // The last: without it no file counts as built.
        ("build", joined.build.as_ref().map(serde_json::to_value)),
    ] {
        if let Some(value) = text {
            evidence::write(&session.evidence(stage), &value?)?;
        }
    }
    let what = format!("{} files of {} jobs", files.len(), brought.len());
    action.done(Mood::Good, "gathered", &what);
    Ok(())
}

/// The folders of the jobs; the folder itself, where it is the only one.
fn jobs(from: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(from).map_err(|error| {
        Failure::unknown(format!("cannot read `{}`: {error}", from.display()))
            .hint("`--from` names the folder of what the jobs brought")
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
        return Err(Failure::unknown(format!("there is no job in `{}`", from.display())).into());
    }
    Ok(folders)
}

fn read(folder: &Path) -> Result<Job> {
    Ok(Job {
        name: folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into()),
        build: find(folder, "build")?,
        audit: find(folder, "audit")?,
        smoke: find(folder, "smoke")?,
        second: find(folder, "second-build")?,
        receipt: find(folder, "receipt")?,
        verify: find(folder, "verify")?,
    })
}

/// A stage's evidence. An artifact of one file holds it without the folders above it.
fn find<T: DeserializeOwned>(folder: &Path, stage: &str) -> Result<Option<T>> {
    let name = format!("{stage}.json");
    let below = evidence::read(&folder.join("target").join("pipeline").join(&name))?;
    match below {
        Some(evidence) => Ok(Some(evidence)),
        None => evidence::read(&folder.join(name)),
    }
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

/// Puts the files into `dist/`, each whole or not at all.
fn place(session: &Session, files: &BTreeMap<String, PathBuf>) -> Result<()> {
    let dist = session.project.dist();
    fs::create_dir_all(&dist).with_context(|| format!("cannot make `{}`", dist.display()))?;
    let partial = session.project.work().join("gathering.partial");
    for (name, path) in files {
        fs::copy(path, &partial)
            .and_then(|_| fs::rename(&partial, dist.join(name)))
            .with_context(|| format!("cannot put `{name}` into `dist/`"))?;
    }
    Ok(())
}
