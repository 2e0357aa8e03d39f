//! The lock file of a crate: its place, and its fit to the crate.
//!
//! An sdist holds one part of a workspace beside the lock file of all of it. cargo would shorten that file, but not with
//! `--locked`. So it is shortened once, and every entry that is left must have been in it before.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::metadata::{self, Metadata};
use super::{Crate, cargo};
use crate::failure::Failure;
use crate::process::command::Finished;

/// The name of the file.
pub const FILE: &str = "Cargo.lock";

/// The lock file of the crate, which may be missing. It lies beside the crate, or in the top folder of the workspace.
/// maturin looks in this order for the file that it packs.
pub fn path(of: &Crate) -> Result<PathBuf> {
    let beside = of.manifest.with_file_name(FILE);
    if beside.exists() {
        return Ok(beside);
    }
    Ok(workspace_manifest(of)?.with_file_name(FILE))
}

/// The `Cargo.toml` at the top of the crate's workspace, which may be its own.
pub fn workspace_manifest(of: &Crate) -> Result<PathBuf> {
    let found = cargo(&of.folder)
        .args(["locate-project", "--workspace", "--message-format", "plain", "--manifest-path"])
        .arg(&of.manifest)
        .check()?;
    Ok(found.stdout.trim_end_matches(['\r', '\n']).into())
}

/// A crate as cargo resolves it, and the fit of its lock file.
#[derive(Debug)]
pub struct Resolved {
    pub metadata: Metadata,
    /// True if cargo would change the lock file.
    pub stale: bool,
}

/// Resolves the dependencies of a crate. The lock file stays as it is. Without one, cargo writes it, as at a build.
pub fn resolve(of: &Crate, triples: &[String]) -> Result<Resolved> {
    let locked = metadata::command(of, triples, true).run()?;
    if !refuses_to_change(&locked) {
        return Ok(Resolved { metadata: Metadata::read(&locked.check()?.stdout)?, stale: false });
    }
    let lock = path(of)?;
    let before = fs::read(&lock).ok();
    let resolved = metadata::command(of, triples, false).run();
    if let Some(before) = &before {
        fs::write(&lock, before).with_context(|| format!("cannot restore `{}`", lock.display()))?;
    }
    let metadata = Metadata::read(&resolved?.check()?.stdout)?;
    Ok(Resolved { metadata, stale: before.is_some() })
}

/// Makes the lock file of an unpacked sdist fit the crate, if it does not. An sdist without a lock file gets one.
///
/// # Errors
///
/// When cargo needs a package that the file did not have. The file then stays as cargo changed it.
pub fn shorten(of: &Crate) -> Result<()> {
    if !refuses_to_change(&metadata::command(of, &[], true).run()?) {
        return Ok(());
    }
    let lock = path(of)?;
    if !lock.exists() {
        metadata::command(of, &[], false).check()?;
        return Ok(());
    }
    let before = read(&lock)?;
    // Without the network first: what remains is locked already, and a plan has fetched it.
    let offline = metadata::command(of, &[], false).arg("--offline").run()?;
    if !offline.succeeded() {
        metadata::command(of, &[], false).check()?;
    }
    let added: Vec<String> = read(&lock)?
        .into_iter()
        .filter(|entry| entry.source.is_some() && !before.contains(entry))
        .map(|entry| format!("`{} {}`", entry.name, entry.version))
        .collect();
    if added.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the sdist's `{FILE}` lacks {}, so that a build from it would choose them on its day",
        added.join(", ")
    ))
    .hint(format!("run `cargo update --workspace`, and commit `{FILE}`"))
    .into())
}

/// Returns true if cargo ended because `--locked` keeps it from a change of the lock file.
fn refuses_to_change(finished: &Finished) -> bool {
    !finished.succeeded() && finished.stderr.contains("--locked")
}

/// An entry of a lock file. Those without a source are folders, which the source itself has.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Entry {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

fn read(lock: &Path) -> Result<Vec<Entry>> {
    #[derive(Deserialize)]
    struct Lock {
        #[serde(default)]
        package: Vec<Entry>,
        /// Lock files of cargo before 1.41 have the checksums here.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
    }
    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read `{}`", lock.display()))?;
    let mut lock: Lock = toml::from_str(&text)
        .with_context(|| format!("`{}` is not a lock file", lock.display()))?;
    for entry in &mut lock.package {
        if let (None, Some(source)) = (&entry.checksum, &entry.source) {
            let key = format!("checksum {} {} ({source})", entry.name, entry.version);
            entry.checksum = lock.metadata.get(&key).cloned();
        }
    }
    Ok(lock.package)
}
