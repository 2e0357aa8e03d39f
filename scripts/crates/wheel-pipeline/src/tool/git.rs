//! git: the commit of the source, and its uncommitted changes.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::folder::Temporary;
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
    git()
        .args(["clone", "--quiet", "--depth", "1"])
        .arg(format!("file://{}", from.display()))
        .arg(to)
}

/// Returns true if the tag exists.
pub fn has_tag(root: &Path, tag: &str) -> Result<bool> {
    let listed = git().folder(root).args(["tag", "--list", tag]).check()?;
    Ok(!listed.stdout.trim().is_empty())
}

/// The revision of the checkout with its top folder at `root`. None if `root` is not the top of a checkout, or the
/// checkout has no commit yet.
pub fn revision(root: &Path) -> Result<Option<Revision>> {
    if !root.join(".git").exists() {
        return Ok(None);
    }
    let git = || git().folder(root);
    let inside = git().args(["rev-parse", "--is-inside-work-tree"]).run()?;
    if !inside.succeeded() {
        // For example, the checkout belongs to another user, and git says how to trust it.
        return Err(Failure::unknown(format!(
            "git cannot read the checkout `{}`\n{}",
            root.display(),
            inside.tail()
        ))
        .hint("do what git asks for, or remove `.git` if this is no checkout")
        .into());
    }
    // A checkout without a commit is the only reason for this to fail without a word.
    let head = git().args(["rev-parse", "--quiet", "--verify", "HEAD"]).run()?;
    if !head.succeeded() && head.output().trim().is_empty() {
        return Ok(None);
    }
    let head = git().args(["log", "-1", "--no-show-signature", "--format=%H %ct"]).check()?;
    let (commit, epoch) = head.stdout.trim().split_once(' ').context("`git log` gave no time")?;
    let tags = git().args(["tag", "--points-at", "HEAD", "v[0-9]*"]).check()?;
    Ok(Some(Revision {
        commit: commit.to_owned(),
        epoch: epoch.parse().context("`git log` gave no time")?,
        dirty: is_dirty(root)?,
        tags: tags.stdout.lines().map(str::to_owned).collect(),
    }))
}

/// Returns true if tracked files differ from the commit, or untracked files exist.
///
/// It compares with a new index. The flags `assume-unchanged` and `skip-worktree` of the checkout's own index hide
/// changes, and so do remembered times and sizes.
fn is_dirty(root: &Path) -> Result<bool> {
    let folder = Temporary::new()?;
    let index = folder.path().join("index");
    let git = || git().folder(root).env("GIT_INDEX_FILE", &index);
    git().args(["read-tree", "HEAD"]).check()?;
    let status = git()
        .args(["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"])
        .args(["-c", "core.sparseCheckout=false"])
        .args(["status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none"])
        .check()?;
    if !status.stdout.trim().is_empty() {
        return Ok(true);
    }
    // The own index may hold changes that the files do not have.
    let staged = self::git()
        .folder(root)
        .args(["diff", "--cached", "--quiet", "--ignore-submodules=none", "--no-ext-diff", "HEAD"])
        .run()?;
    Ok(!staged.succeeded())
}

/// git, which reads the objects of the checkout as they are: without replacements, and whatever the variables of the
/// caller name as its folders.
fn git() -> Invocation {
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"]
        .iter()
        .fold(Invocation::new("git"), |git, variable| git.without(variable))
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
}
