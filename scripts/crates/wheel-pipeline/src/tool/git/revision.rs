//! The commit of the source, and its tags.

use std::path::Path;

use anyhow::{Context, Result};

use super::changes::is_dirty;
use super::checkout::Checkout;
use super::command::git;

/// The state of the source tree, as git reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub checkout: Checkout,
    /// The commit's full hash.
    pub commit: String,
    /// The commit's time in seconds since 1970. It is the time stamp of built files.
    pub epoch: u64,
    /// True if tracked files differ from the commit, or untracked files exist that are not the pipeline's own.
    pub dirty: bool,
    /// All tags that point at the commit: `v1.0.0`, and those of other packages.
    pub tags: Vec<String>,
}

/// The revision of the project in `root`. None if the project is not in a checkout, or the checkout has no commit yet.
/// `outputs` are the folders of the project that the pipeline writes.
pub fn revision(root: &Path, outputs: &[&str]) -> Result<Option<Revision>> {
    let Some(checkout) = Checkout::of(root)? else { return Ok(None) };
    let git = || git().folder(&checkout.top);
    // A checkout without a commit is the only reason for this to fail without a word.
    let head = git().args(["rev-parse", "--quiet", "--verify", "HEAD"]).run()?;
    if !head.succeeded() && head.output().trim().is_empty() {
        return Ok(None);
    }
    let head = git().args(["log", "-1", "--no-show-signature", "--format=%H %ct"]).check()?;
    let (commit, epoch) = head.stdout.trim().split_once(' ').context("`git log` gave no time")?;
    let tags = git().args(["tag", "--points-at", "HEAD"]).check()?;
    Ok(Some(Revision {
        commit: commit.to_owned(),
        epoch: epoch.parse().context("`git log` gave no time")?,
        dirty: is_dirty(&checkout, outputs)?,
        tags: tags.stdout.lines().map(str::to_owned).collect(),
        checkout,
    }))
}

/// All tags of the repository.
pub fn tags(root: &Path) -> Result<Vec<String>> {
    let listed = git().folder(root).args(["tag", "--list"]).check()?;
    Ok(listed.stdout.lines().map(str::to_owned).collect())
}
