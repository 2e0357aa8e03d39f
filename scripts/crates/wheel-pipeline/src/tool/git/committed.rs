//! The place of one file in the repository.

use std::path::Path;

use anyhow::Result;

use super::command::git;

/// Returns true if the commit has the file, whatever lies in the folder now.
pub fn is_committed(folder: &Path, file: &str) -> Result<bool> {
    let listed = git().folder(folder).args(["ls-tree", "--name-only", "HEAD", file]).run()?;
    Ok(listed.succeeded() && !listed.stdout.is_empty())
}

/// Returns true if git ignores the file, which may be missing.
pub fn is_ignored(folder: &Path, file: &str) -> Result<bool> {
    Ok(git().folder(folder).args(["check-ignore", "--quiet", file]).run()?.succeeded())
}
