//! `build`: the sdist first, then every wheel from the sdist, into `dist/`, with a record of each.
//!
//! Files are made in a working folder, held against the plan, and only then moved into `dist/`. The
//! record is written last: until then no later stage takes a new file for a built one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Session;
use crate::evidence::{self, BuildEvidence, BuiltFile};
use crate::exit::{Stop, Verdict};
use crate::plan::PlannedWheel;
use crate::report::{Mood, human};
use crate::target::Target;
use crate::tool::maturin;
use crate::wheel::release::list;
use crate::wheel::sdist::{self, SourceFile};
use crate::wheel::{ARCHIVE_LIMIT, Sha256Sum};

/// The stage for some targets of the plan, or for all that this machine builds.
///
/// # Errors
///
/// When `dist/` holds files that are not the pipeline's, a tool fails, or it makes what the plan does
/// not name.
pub fn run(session: &Session, targets: &[Target]) -> Result<Verdict> {
    let targets = reachable(session, targets)?;
    let evidence = make(session, &targets)?;
    session.report.result("", &evidence)?;
    Ok(Verdict::Yes)
}

/// `sdist`: the source distribution alone.
///
/// # Errors
///
/// As [`run`].
pub fn sdist(session: &Session) -> Result<Verdict> {
    let evidence = make(session, &[])?;
    session.report.result("", &evidence)?;
    Ok(Verdict::Yes)
}

/// Makes the sdist and the wheels of `targets`.
///
/// # Errors
///
/// As [`run`].
pub fn make(session: &Session, targets: &[Target]) -> Result<BuildEvidence> {
    session.exclusive()?;
    let path = session.evidence("build");
    let mut record: BuildEvidence = evidence::read(&path)?.unwrap_or_default();
    refuse_foreign(session, &record)?;
    let staging = session.project.work().join("staging");
    if staging.exists() {
        fs::remove_dir_all(&staging)
            .with_context(|| format!("cannot clear `{}`", staging.display()))?;
    }

    let source = make_sdist(session, &staging, &mut record)?;
    for wheel in session.plan.wheels.iter().filter(|wheel| targets.contains(&wheel.target)) {
        make_wheel(session, wheel, &source, &staging, &mut record)?;
    }

    let planned: BTreeSet<&str> = session.plan.files().collect();
    for old in record.files.iter().filter(|file| !planned.contains(file.file.as_str())) {
        let old = session.project.dist().join(&old.file);
        if old.exists() {
            fs::remove_file(&old).with_context(|| format!("cannot remove `{}`", old.display()))?;
        }
    }
    record.files.retain(|file| planned.contains(file.file.as_str()));
    fs::create_dir_all(session.project.dist())?;
    for made in list(&staging)? {
        let name = made.file_name().context("a listed file has a name")?;
        fs::rename(&made, session.project.dist().join(name))
            .with_context(|| format!("cannot move `{}` into `dist/`", made.display()))?;
    }
    evidence::write(&path, &record)?;
    Ok(record)
}

/// The targets asked for, or all that this machine builds.
///
/// # Errors
///
/// When one is not in the table, or cannot be built here, or there is none.
pub fn reachable(session: &Session, targets: &[Target]) -> Result<Vec<Target>> {
    let planned = session.plan.targets();
    if let Some(unknown) = targets.iter().find(|target| !planned.contains(target)) {
        let known: Vec<String> = planned.iter().map(|target| format!("`{target}`")).collect();
        return Err(Stop::Usage(format!(
            "target `{unknown}` is not in `[tool.wheel-pipeline]`\nhint: the table has {}",
            known.join(", ")
        ))
        .into());
    }
    if let Some(foreign) = targets.iter().find(|target| !target.is_host()) {
        return Err(Stop::Unknown(format!(
            "not built here: `{foreign}`\nhint: build it on {}",
            foreign.runner()
        ))
        .into());
    }
    let targets = if targets.is_empty() { session.host_targets() } else { targets.to_vec() };
    if targets.is_empty() {
        return Err(
            Stop::Unknown("no target of the plan can be built on this machine".into()).into()
        );
    }
    Ok(targets)
}

fn refuse_foreign(session: &Session, record: &BuildEvidence) -> Result<()> {
    let planned: BTreeSet<&str> = session.plan.files().collect();
    let names = list(&session.project.dist())?.into_iter().map(|path| {
        path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    });
    let foreign: Vec<String> = names
        .filter(|name| !planned.contains(name.as_str()) && record.file(name).is_none())
        .map(|name| format!("`{name}`"))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(Stop::No(format!(
        "`dist/` holds what neither the plan nor an earlier build knows: {}\nhint: move it away; nothing was changed",
        foreign.join(", ")
    ))
    .into())
}

fn make_sdist(session: &Session, staging: &Path, record: &mut BuildEvidence) -> Result<PathBuf> {
    let file = &session.plan.sdist;
    let tools = session.tools()?;
    let action = session.report.start(format!("building {file}"));
    maturin::sdist(tools, &session.project.root, staging, session.epoch()?)?.check()?;
    let bytes = expected(staging, file)?;
    let source = session.project.work().join("source").join(file.trim_end_matches(".tar.gz"));
    unpack(&sdist::read(file, &bytes)?, &source)?;
    let built = built(session, file, &bytes, None)?;
    action.done(Mood::Good, "built", &format!("{file}, {}", human::size(built.size)));
    put(record, built);
    Ok(source)
}

fn make_wheel(
    session: &Session,
    wheel: &PlannedWheel,
    source: &Path,
    staging: &Path,
    record: &mut BuildEvidence,
) -> Result<()> {
    let file = &wheel.file;
    let action = session.report.start(format!("building {file}"));
    let cargo_target = session.project.work().join("cargo");
    maturin::wheel(session.tools()?, source, wheel, staging, &cargo_target, session.epoch()?)?
        .check()?;
    let bytes = expected(staging, file)?;
    let built = built(session, file, &bytes, Some(wheel))?;
    action.done(Mood::Good, "built", &format!("{file}, {}", human::size(built.size)));
    put(record, built);
    Ok(())
}

/// The bytes of the file that the plan names; a tool that made another one is told about.
fn expected(staging: &Path, file: &str) -> Result<Vec<u8>> {
    let path = staging.join(file);
    if !path.exists() {
        let made: Vec<String> = list(staging)?
            .iter()
            .map(|path| format!("`{}`", path.file_name().unwrap_or_default().to_string_lossy()))
            .collect();
        return Err(Stop::No(format!(
            "maturin did not make `{file}`, which the plan promises, but {}",
            made.join(", ")
        ))
        .into());
    }
    let size = fs::metadata(&path)?.len();
    if size > ARCHIVE_LIMIT {
        return Err(Stop::No(format!("`{file}` is larger than {ARCHIVE_LIMIT} bytes")).into());
    }
    fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn built(
    session: &Session,
    file: &str,
    bytes: &[u8],
    wheel: Option<&PlannedWheel>,
) -> Result<BuiltFile> {
    Ok(BuiltFile {
        file: file.to_owned(),
        sha256: Sha256Sum::of(bytes),
        size: bytes.len() as u64,
        triple: wheel.map(|wheel| wheel.triple.clone()),
        builder: maturin::builder(wheel)?,
        stand_in: false,
        commit: session.revision.as_ref().map(|revision| revision.commit.clone()),
        dirty: session.revision.as_ref().is_none_or(|revision| revision.dirty),
        epoch: session.epoch()?,
    })
}

fn put(record: &mut BuildEvidence, built: BuiltFile) {
    record.files.retain(|file| file.file != built.file);
    record.files.push(built);
    record.files.sort_by(|one, other| one.file.cmp(&other.file));
}

/// Makes `folder` hold exactly `files`. What is there already with the same content is not touched:
/// cargo goes by times, and compiles again what looks newer.
fn unpack(files: &[SourceFile], folder: &Path) -> Result<()> {
    let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().context("a member lies in a folder")?;
        if !fs::read(&path).is_ok_and(|content| content == file.content) {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make `{}`", parent.display()))?;
            fs::write(&path, &file.content)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = if file.executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        wanted.insert(path);
    }
    remove_others(folder, &wanted)
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> SourceFile {
        SourceFile { path: path.into(), content: content.into(), executable: false }
    }

    #[test]
    fn unpacking_again_leaves_equal_files_alone_and_removes_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        unpack(&[file("a", "1"), file("b/c", "1"), file("d", "1")], folder.path())
            .expect("unpacked");
        let time =
            |path: &str| fs::metadata(at(path)).and_then(|about| about.modified()).expect("there");
        let old = std::time::SystemTime::UNIX_EPOCH;
        for path in ["a", "b/c"] {
            fs::File::options()
                .write(true)
                .open(at(path))
                .and_then(|file| file.set_modified(old))
                .expect("set");
        }
        unpack(&[file("a", "1"), file("b/c", "2")], folder.path()).expect("unpacked");
        assert_eq!(time("a"), old);
        assert_ne!(time("b/c"), old);
        assert_eq!(fs::read_to_string(at("b/c")).expect("there"), "2");
        assert!(!at("d").exists());
    }
}
