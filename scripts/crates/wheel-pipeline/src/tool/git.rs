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

/// The signature of a tag, as git judges it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagSignature {
    /// By a key that git is configured to trust. The words are git's.
    Good(String),
    /// The tag is only a name for its commit. It has no place for a signature.
    Lightweight,
    /// The tag is larger than any text for people, in bytes. It was not read.
    TooLong(u64),
    /// The tag has a text, and no signature.
    Missing,
    /// The signed tag has this name, and somebody gave it another. git does not compare the two.
    OfAnother(String),
    /// git has nothing to compare the signature with: no key, no list of signers, or no program that reads it.
    NoKey(String),
    /// git refuses the signature or its key.
    Refused(String),
}

/// The longest tag that is read, in bytes. Its text is for people.
const TAG_LIMIT: u64 = 1 << 20;

/// Has git verify the signature of a tag: by the keyring of GnuPG, or the file in `gpg.ssh.allowedSignersFile`.
pub fn tag_signature(root: &Path, tag: &str) -> Result<TagSignature> {
    // A branch may have the same name.
    let full = format!("refs/tags/{tag}");
    let field = |format: &str| -> Result<String> {
        let asked = git().folder(root).args(["for-each-ref", "--format", format, &full]).check()?;
        Ok(asked.stdout.trim_end().to_owned())
    };
    let about = field("%(objecttype) %(objectsize)")?;
    let (kind, size) = about.split_once(' ').context("`git for-each-ref` gave no type")?;
    if kind != "tag" {
        return Ok(TagSignature::Lightweight);
    }
    let size: u64 = size.parse().context("`git for-each-ref` gave no size")?;
    if size > TAG_LIMIT {
        return Ok(TagSignature::TooLong(size));
    }
    // Its messages are compared below, so they must not be translated.
    let asked = git().folder(root).env("LC_ALL", "C").args(["verify-tag", &full]).run()?;
    let words = asked.output();
    if words.contains("no signature found") {
        return Ok(TagSignature::Missing);
    }
    let named = field("%(tag)")?;
    if named != tag {
        return Ok(TagSignature::OfAnother(named));
    }
    Ok(if asked.succeeded() {
        TagSignature::Good(words)
    } else if has_no_key(&words) {
        TagSignature::NoKey(words)
    } else {
        TagSignature::Refused(words)
    })
}

/// Returns true if git could not compare a signature, from its words.
fn has_no_key(words: &str) -> bool {
    let of_gpg = ["No public key", "cannot exec", "cannot run"];
    let of_ssh = ["gpg.ssh.allowedSignersFile needs", "Unable to open allowed keys file"];
    of_gpg.iter().chain(&of_ssh).any(|part| words.contains(part))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_key_is_told_from_a_bad_signature() {
        for (words, missing) in [
            ("gpg: Can't check signature: No public key", true),
            ("fatal: cannot exec '/usr/bin/gpg': No such file or directory", true),
            ("error: cannot run gpg: No such file or directory", true),
            (
                "error: gpg.ssh.allowedSignersFile needs to be configured and exist for ssh signature verification",
                true,
            ),
            ("Unable to open allowed keys file \"/a\": No such file or directory", true),
            ("gpg: BAD signature from \"t <t@example.org>\" [ultimate]", false),
            ("Signature verification failed: incorrect signature", false),
            ("Good \"git\" signature with ED25519 key SHA256:a\nNo principal matched.", false),
        ] {
            assert_eq!(has_no_key(words), missing, "{words}");
        }
    }
}
