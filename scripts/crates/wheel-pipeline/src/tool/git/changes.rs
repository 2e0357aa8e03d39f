//! Uncommitted changes of a checkout.

use anyhow::Result;

use super::checkout::Checkout;
use super::command::git;
use crate::folder::Temporary;
use crate::process::command::Invocation;

/// Returns true if tracked files of the repository differ from the commit, or untracked files exist that are neither
/// below `outputs`, which are folders of the project, nor lock files of cargo.
///
/// The whole repository counts, because a project may be built from files anywhere in it. A tracked file counts
/// wherever it lies.
///
/// It compares with a new index. The flags `assume-unchanged` and `skip-worktree` of the checkout's own index hide
/// changes, and so do remembered times and sizes.
pub fn is_dirty(checkout: &Checkout, outputs: &[&str]) -> Result<bool> {
    let folder = Temporary::new()?;
    let index = folder.path().join("index");
    let git = || {
        git()
            .folder(&checkout.top)
            .env("GIT_INDEX_FILE", &index)
            .args(["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"])
            .args(["-c", "core.sparseCheckout=false"])
    };
    git().args(["read-tree", "HEAD"]).check()?;
    let tracked = git()
        .args(["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none"])
        .check()?;
    if !tracked.stdout.is_empty() {
        return Ok(true);
    }
    // cargo writes a lock file where there is none. The plan tells that it is not in the commit.
    let untracked =
        git().args(["ls-files", "--others", "--exclude-standard", "--exclude=Cargo.lock"]);
    let untracked = outputs.iter().fold(untracked, |command: Invocation, output| {
        command.arg(format!("--exclude={}", pattern(&checkout.prefix, output)))
    });
    if !untracked.check()?.stdout.is_empty() {
        return Ok(true);
    }
    // The own index may hold changes that the files do not have.
    let staged = super::command::git()
        .folder(&checkout.top)
        .args(["diff", "--cached", "--quiet", "--ignore-submodules=none", "--no-ext-diff", "HEAD"])
        .run()?;
    Ok(!staged.succeeded())
}

/// The pattern of `.gitignore` that matches one path below the top, and nothing else.
fn pattern(prefix: &str, output: &str) -> String {
    let special = |character| matches!(character, '*' | '?' | '[' | ']' | '\\' | ' ');
    let mut pattern = "/".to_owned();
    for character in prefix.chars().chain(output.chars()) {
        pattern.extend(special(character).then_some('\\'));
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_pattern() {
        assert_eq!(pattern("", "dist"), "/dist");
        assert_eq!(
            pattern("a b/[c]*?/", "target/pipeline"),
            "/a\\ b/\\[c\\]\\*\\?/target/pipeline"
        );
    }
}
