//! `signed-tags`: the version tag needs a signature that git verifies.

use anyhow::Result;
use wheel_audit::wheel::printable;

use crate::failure::Failure;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::tool::git::signature::{self, TagSignature};

/// Refuses a version tag without a good signature, if the project has `signed-tags = true`. A commit without a version
/// tag is no release yet, and has nothing to sign.
pub fn check(source: &Source, report: &Report) -> Result<()> {
    let Some(tag) = source.plan.tag.as_ref().filter(|_| source.project.table.signed_tags) else {
        return Ok(());
    };
    let signature = signature::tag_signature(&source.project.root, tag)?;
    let again =
        format!("delete the tag where it was pushed, and set it again with `git tag --sign {tag}`");
    Err(match signature {
        TagSignature::Good(words) => {
            let words = lines(&words);
            let by = words.iter().find(|line| line.contains("Good")).or(words.first());
            let by = by.map(|line| format!(": {line}")).unwrap_or_default();
            report.say(Mood::Good, "signed", &format!("`{tag}`{by}"));
            return Ok(());
        }
        TagSignature::Lightweight => Failure::refused(format!(
            "the tag `{tag}` is lightweight, so it has no signature, which `signed-tags` requires"
        ))
        .hint(format!(
            "if it is signed where it comes from, fetch it as it is: \
             `git fetch --force origin tag {tag}` (actions/checkout before 6.0.2 changes it)"
        ))
        .hint(format!("otherwise {again}")),
        TagSignature::TooLong(size) => Failure::refused(format!(
            "the tag `{tag}` has {size} bytes, which is too long for a signed text"
        ))
        .hint(again),
        TagSignature::Missing => Failure::refused(format!(
            "the tag `{tag}` has no signature, which `signed-tags` requires"
        ))
        .hint(again),
        TagSignature::OfAnother(named) => Failure::refused(format!(
            "the tag `{tag}` is the tag `{}` under another name, so its signature is not for it",
            printable(&named)
        ))
        .hint(again),
        TagSignature::NoKey(words) => Failure::unknown(format!(
            "git has no key to verify the signature of the tag `{tag}`{}",
            quoted(&words)
        ))
        .hint(
            "import the signer's key with `gpg --import`, or list it in the file that \
             `gpg.ssh.allowedSignersFile` names",
        ),
        TagSignature::Refused(words) => Failure::refused(format!(
            "git refuses the signature of the tag `{tag}`{}",
            quoted(&words)
        ))
        .hint("a key counts if it is in git's keyring, or in the file that `gpg.ssh.allowedSignersFile` names"),
    }
    .into())
}

/// The lines of git's words that are safe to print. They quote what the signer wrote.
fn lines(words: &str) -> Vec<String> {
    words.lines().map(|line| printable(line.trim_end())).filter(|line| !line.is_empty()).collect()
}

fn quoted(words: &str) -> String {
    lines(words).iter().map(|line| format!("\n  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_git_are_safe_to_print() {
        let words = "gpg: Good signature from \"\u{1b}[2J\r::error::\"\r\n\n  gpg: done\n";
        assert_eq!(
            quoted(words),
            "\n  gpg: Good signature from \"\\u{1b}[2J\\r::error::\"\n    gpg: done"
        );
    }
}
