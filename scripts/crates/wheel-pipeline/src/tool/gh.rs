//! gh: GitHub's command-line program. GitHub's runners have it installed. It reads its token from `GH_TOKEN`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_audit::wheel::Sha256Sum;

use crate::failure::{Advise, Failure};
use crate::process::command::Invocation;

/// The GitHub release of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitHubRelease {
    None,
    Assets(Vec<Asset>),
}

/// A file of a GitHub release.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asset {
    pub name: String,
    /// The SHA-256 as GitHub knows it: `sha256:…`. None from an old `gh`, and until GitHub has computed it.
    digest: Option<String>,
    state: String,
}

impl Asset {
    /// Returns true if the upload of the file is complete.
    pub fn is_whole(&self) -> bool {
        self.state == "uploaded"
    }

    /// Returns true if GitHub has the file with this hash. None if it does not tell.
    pub fn is(&self, sum: Sha256Sum) -> Option<bool> {
        let digest = self.digest.as_ref()?.strip_prefix("sha256:")?;
        Some(digest.eq_ignore_ascii_case(&sum.to_string()))
    }
}

#[derive(Deserialize)]
struct View {
    assets: Vec<Asset>,
}

fn release(root: &Path, verb: &str, tag: &str) -> Invocation {
    Invocation::new("gh").args(["release", verb, tag]).folder(root).env("GH_PROMPT_DISABLED", "1")
}

/// Asks GitHub for the release of a tag.
pub fn view(root: &Path, tag: &str) -> Result<GitHubRelease> {
    let finished = release(root, "view", tag).args(["--json", "assets"]).run().advise(
        "cannot run `gh`",
        "install GitHub's command-line program from https://cli.github.com",
    )?;
    if finished.succeeded() {
        let view: View =
            serde_json::from_str(&finished.stdout).context("`gh release view` gave no JSON")?;
        return Ok(GitHubRelease::Assets(view.assets));
    }
    if finished.stderr.contains("release not found") {
        return Ok(GitHubRelease::None);
    }
    Err(Failure::unknown(format!("cannot ask GitHub for the release `{tag}`\n{}", finished.tail()))
        .into())
}

/// The command that makes the release of an existing tag.
pub fn create(root: &Path, tag: &str, notes: &Path, prerelease: bool) -> Invocation {
    let command = release(root, "create", tag)
        .args(["--verify-tag", "--title", tag, "--notes-file"])
        .arg(notes);
    if prerelease { command.arg("--prerelease") } else { command }
}

/// The command that attaches a file. With `replace`, it overwrites an incomplete upload.
pub fn upload(root: &Path, tag: &str, file: &Path, replace: bool) -> Invocation {
    let command = release(root, "upload", tag).arg(file);
    if replace { command.arg("--clobber") } else { command }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::printed;

    #[test]
    fn a_release_is_made_from_an_existing_tag() {
        let notes = Path::new("/work/notes.md");
        let command = create(Path::new("/project"), "v1.0.0", notes, false);
        insta::assert_snapshot!(printed(&command), @"
        gh release create v1.0.0 --verify-tag --title v1.0.0 --notes-file /work/notes.md
        + GH_PROMPT_DISABLED=1
        ");
        let early = create(Path::new("/project"), "v1.0.0-rc.1", notes, true);
        assert!(early.to_string().ends_with(" --prerelease"), "{early}");
    }

    #[test]
    fn a_file_replaces_only_an_incomplete_upload() {
        let attach =
            |replace| upload(Path::new("/p"), "v1.0.0", Path::new("a.whl"), replace).to_string();
        assert_eq!(attach(false), "gh release upload v1.0.0 a.whl");
        assert_eq!(attach(true), "gh release upload v1.0.0 a.whl --clobber");
    }
}
