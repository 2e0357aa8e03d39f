//! The `Cargo.lock` of the project, which belongs into the commit.
//!
//! Without it, cargo chooses the dependencies on the day of the build. The sdist holds the lock file, so two builds of
//! one commit are two sdists.

use std::path::Path;

use anyhow::Result;

use crate::project::source::Source;
use crate::project::workspace;
use crate::report::Report;
use crate::tool::git;

/// Warns if the commit has no lock file. A project without a commit is no release yet.
pub fn check(source: &Source, report: &Report) -> Result<()> {
    let project = &source.project;
    let lock = workspace::lock(&project.root.join(&project.manifest));
    let folder = lock.parent().unwrap_or(&project.root);
    const FILE: &str = "Cargo.lock";
    if source.revision.is_none() || git::is_committed(folder, FILE)? {
        return Ok(());
    }
    let (what, remedy) = fault(&lock, git::is_ignored(folder, FILE)?);
    let why = "so each build chooses the newest dependencies of its day, and on two days this commit gives two \
               sdists and other wheels";
    report.warn_and_advise(&format!("{what}, {why}"), remedy);
    Ok(())
}

/// The state of a lock file that is not in the commit, and the remedy.
fn fault(lock: &Path, ignored: bool) -> (String, &'static str) {
    let path = lock.display();
    if ignored {
        (format!("git ignores `{path}`"), "take it out of `.gitignore`, and commit it")
    } else if lock.exists() {
        (format!("`{path}` is not committed"), "commit it")
    } else {
        (format!("there is no `{path}`"), "run `cargo generate-lockfile`, and commit the file")
    }
}
