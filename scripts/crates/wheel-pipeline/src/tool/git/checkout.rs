//! The checkout of a project: the work tree of its repository, and the project's place in it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::command::git;
use super::committed::{is_committed, is_ignored};
use crate::failure::Failure;
use crate::process::command::Invocation;

/// A checkout. The project's folder is its top, or a folder below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The top folder of the work tree, without links in its path.
    pub top: PathBuf,
    /// The project's folder below the top, with `/` behind each part: `bindings/python/`. Empty at the top.
    pub prefix: String,
}

impl Checkout {
    /// The checkout that contains the project. None if there is no repository, or if the project is no part of it.
    ///
    /// # Errors
    ///
    /// When git refuses to read the repository.
    pub fn of(project: &Path) -> Result<Option<Self>> {
        if !may_be_in_one(project) {
            // So a project without a repository needs no git.
            return Ok(None);
        }
        // Its messages are compared below, so they must not be translated.
        let ask = |what| git().folder(project).env("LC_ALL", "C").args(["rev-parse", what]);
        let top = ask("--show-toplevel").run()?;
        if !top.succeeded() {
            // With the words of a parenthesis, git found none. Without them, one is there and broken.
            if top.stderr.contains("not a git repository (or any") {
                return Ok(None);
            }
            // For example, the checkout belongs to another user, and git says how to trust it.
            return Err(Failure::unknown(format!(
                "git cannot read the checkout `{}`\n{}",
                project.display(),
                top.tail()
            ))
            .hint("do what git asks for, or remove `.git` if this is no checkout")
            .into());
        }
        let prefix = ask("--show-prefix").check()?;
        let checkout = Self { top: line(&top.stdout).into(), prefix: line(&prefix.stdout).into() };
        Ok((!is_elsewhere(project)?).then_some(checkout))
    }

    /// The project's folder in a clone of the repository.
    pub fn project_in(&self, clone: &Path) -> PathBuf {
        // No separator at the end, which some tools would print.
        self.prefix
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(clone.to_owned(), |path, part| path.join(part))
    }
}

/// The command that clones the last commit of a checkout.
pub fn clone(checkout: &Checkout, to: &Path) -> Invocation {
    // git decodes the address, as it does with any.
    let path = checkout.top.display().to_string().replace('%', "%25");
    git().args(["clone", "--quiet", "--depth", "1"]).arg(format!("file://{path}")).arg(to)
}

/// Returns true if a folder above the project has a `.git`, by the project's path or without its links. It is a file
/// in a submodule, and in a work tree that `git worktree` made.
fn may_be_in_one(project: &Path) -> bool {
    let has_git =
        |path: &Path| path.ancestors().any(|folder| folder.join(".git").symlink_metadata().is_ok());
    has_git(project) || project.canonicalize().is_ok_and(|path| has_git(&path))
}

/// Returns true if the repository ignores the project and does not contain it. For example, the home folder may be a
/// repository, or the project lies in the `target` of another one. The commit would be that of other files.
fn is_elsewhere(project: &Path) -> Result<bool> {
    const FILE: &str = "pyproject.toml";
    Ok(!is_committed(project, FILE)? && is_ignored(project, FILE)?)
}

/// The answer without the end of its line.
fn line(answer: &str) -> &str {
    let answer = answer.strip_suffix('\n').unwrap_or(answer);
    answer.strip_suffix('\r').unwrap_or(answer)
}
