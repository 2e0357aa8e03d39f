//! git: the commit of the source, and its uncommitted changes.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::process::command::Invocation;

/// The state of the source tree, as git reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The commit's full hash.
    pub commit: String,
    /// The commit's time in seconds since 1970. It is the time stamp of built files.
    pub epoch: u64,
    /// True if tracked files differ from the commit, or untracked files exist.
    pub dirty: bool,
    /// Version tags that point at the commit: `v1.0.0`.
    pub tags: Vec<String>,
}

/// The command that clones the last commit of a checkout.
pub fn clone(from: &Path, to: &Path) -> Invocation {
    Invocation::new("git")
        .args(["clone", "--quiet", "--depth", "1"])
        .arg(format!("file://{}", from.display()))
        .arg(to)
}

/// Returns true if the tag exists.
pub fn has_tag(root: &Path, tag: &str) -> Result<bool> {
    let listed = Invocation::new("git").folder(root).args(["tag", "--list", tag]).check()?;
    Ok(!listed.stdout.trim().is_empty())
}

/// The revision of the checkout with its top folder at `root`. None if `root` is not the top of a checkout.
pub fn revision(root: &Path) -> Result<Option<Revision>> {
    let git = || Invocation::new("git").folder(root);
    if !root.join(".git").exists() {
        return Ok(None);
    }
    let head = git().args(["log", "-1", "--format=%H %ct"]).run()?;
    if !head.succeeded() {
        // The checkout has no commit yet.
        return Ok(None);
    }
    let (commit, epoch) = head.stdout.trim().split_once(' ').context("`git log` gave no time")?;
    let status = git().args(["status", "--porcelain", "--untracked-files=normal"]).check()?;
    let tags = git().args(["tag", "--points-at", "HEAD", "v[0-9]*"]).check()?;
    Ok(Some(Revision {
        commit: commit.to_owned(),
        epoch: epoch.parse().context("`git log` gave no time")?,
        dirty: !status.stdout.trim().is_empty(),
        tags: tags.stdout.lines().map(str::to_owned).collect(),
    }))
}
