//! The `Cargo.lock` of the project, which belongs into the commit.
//!
//! Without it, cargo chooses the dependencies on the day of the build. The sdist holds the lock file, so two builds of
//! one commit are two sdists.

use std::path::Path;

use anyhow::Result;

use crate::project::source::Source;
use crate::report::Report;
use crate::tool::cargo::lock;
use crate::tool::git;

/// Warns if the commit has no lock file. A project without a commit is no release yet.
pub fn check(source: &Source, report: &Report) -> Result<()> {
    let project = &source.project;
    if source.revision.is_none() {
        return Ok(());
    }
    let lock = lock::path(&project.crate_for_cargo())?;
    let folder = lock.parent().unwrap_or(&project.root);
    if git::is_committed(folder, lock::FILE)? {
        if project.stale_lock {
            report.warn_and_advise(
                &format!(
                    "`{}` does not fit the crate, so each build changes it, and may choose other dependencies",
                    lock.display()
                ),
                "run `cargo update --workspace`, and commit the file",
            );
        }
        return Ok(());
    }
    let (what, remedy) = fault(&lock, git::is_ignored(folder, lock::FILE)?);
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
    } else {
        (format!("`{path}` is not committed"), "commit it")
    }
}
