//! Upload failures, explained to the user.

use std::time::Duration;

use super::state::UploadFailure;
use crate::evidence::BuiltFile;
use crate::failure::Failure;
use crate::tool::twine::UploadAnswer;

const AGAIN: &str = "the receipt has the files that were sent; run the stage again to continue";
const NEW_VERSION: &str = "an index never frees a name: raise the version";

/// The failure of the command after an upload failure of `built`. `sent` tells whether this run has sent it, and
/// `first` whether it is the first file of the set.
pub fn explain(
    failure: &UploadFailure,
    built: &BuiltFile,
    patience: Duration,
    sent: bool,
    first: bool,
) -> Failure {
    let file = &built.file;
    match failure {
        UploadFailure::Refused(UploadAnswer::Swapped) => swapped(file, first),
        // Only bytes with the judged hash are ever sent.
        UploadFailure::Mismatch(sum) if sent => Failure::refused(format!(
            "this run sent `{file}`, and the index has it with another hash\n  SHA-256 on the index: {sum}\n  SHA-256 that was sent: {}",
            built.sha256
        ))
        .hint("another upload under this name came first, or the index changed the file: look at it there before anybody installs it, and yank the release"),
        UploadFailure::Mismatch(sum) => Failure::refused(format!(
            "the index has another file named `{file}`\n  SHA-256 on the index: {sum}\n  SHA-256 of this file: {}",
            built.sha256
        ))
        .hint(NEW_VERSION),
        UploadFailure::OutOfPatience { why } => Failure::unknown(format!(
            "the index did not tell within {} s whether it has `{file}`: {why}",
            patience.as_secs()
        ))
        .hint(AGAIN),
        UploadFailure::Refused(answer) => refusal(answer, file),
    }
}

fn refusal(answer: &UploadAnswer, file: &str) -> Failure {
    let refused = |why: &str, hint: &str| {
        Failure::refused(format!("the index did not accept `{file}`\n{why}")).hint(hint).hint(AGAIN)
    };
    match answer {
        UploadAnswer::NameUsed(why) => Failure::refused(format!(
            "the index says that the name `{file}` is used, but does not list such a file\n{why}"
        ))
        .hint("the file was deleted there; an index never frees a name: raise the version"),
        UploadAnswer::Refused { status, why } => {
            refused(&format!("it answered {status}: {why}"), advice(*status))
        }
        UploadAnswer::NoCredentials(why) => Failure::refused(format!("`{file}` was not sent\n{why}"))
            .hint(
                "twine has no credentials: set `TWINE_PASSWORD` to a token, keep one in the keyring, \
                 or, on CI, allow `id-token: write` and register the workflow as a trusted publisher on the index",
            )
            .hint(AGAIN),
        UploadAnswer::Unusable(why) => {
            Failure::refused(format!("twine did not send `{file}`\n{why}"))
                .hint("build the file again")
                .hint(AGAIN)
        }
        UploadAnswer::Unreachable(why) => Failure::unknown(format!(
            "the index cannot be reached, so `{file}` was not sent, and waiting does not help\n{why}"
        ))
        .hint("is the address right, and is the certificate of the index one that this machine trusts?")
        .hint(AGAIN),
        UploadAnswer::Swapped => swapped(file, false),
        // These two are never a refusal.
        UploadAnswer::Accepted | UploadAnswer::Lost { .. } => {
            refused("it gave no reason", "look at the project's page on the index")
        }
    }
}

/// The failure for a file that was changed after the gate.
pub fn swapped(file: &str, first: bool) -> Failure {
    let nothing = if first { "nothing was sent" } else { "nothing of it was sent" };
    Failure::refused(format!("`{file}` is not the file that was judged; {nothing}"))
        .hint("find out what changed it while this run was going, and judge the release again")
}

/// Advice about a refusal, by its status.
fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            "is the token one for this project, or is the trusted publisher registered on the index with \
             this repository, workflow and environment?"
        }
        404 | 405 => "is `--repository-url` the address for uploads, with its final slash?",
        413 => "the file is too large for the index: ask it for a higher limit",
        300..=399 => "the index redirects: use the new address if you trust it",
        _ => {
            "correct what the reason names; raise the version if the index has accepted files already"
        }
    }
}
