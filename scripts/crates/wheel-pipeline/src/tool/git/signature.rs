//! The signature of a tag, which git verifies.

use std::path::Path;

use anyhow::{Context, Result};

use super::command::git;

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
