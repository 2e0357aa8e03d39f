//! Answers to an upload, and their meaning.

use std::time::{Duration, SystemTime};

use serde::Deserialize;

use crate::process::pause::asked;
use crate::process::secret::Secrets;

/// The outcome of one upload, with nothing secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadAnswer {
    /// The index accepted the file.
    Accepted,
    /// No answer came, or a temporary one. The index may have the file.
    Lost { why: String, retry_after: Option<Duration> },
    /// The index has, or had, a file of that name.
    NameUsed(String),
    /// The index refuses the file.
    Refused { status: u16, why: String },
    /// twine has no credentials, or cannot get them.
    NoCredentials(String),
    /// twine itself refuses the file.
    Unusable(String),
    /// The index cannot be reached, and waiting does not help: its name is unknown, or its certificate wrong.
    Unreachable(String),
    /// The file is not the one that was judged. Nothing of it was sent.
    Swapped,
}

/// A line from `upload.py`.
#[derive(Debug, Deserialize)]
pub(super) struct UploaderReply {
    /// The time in seconds that was spent in waiting for the index.
    pub waited: f64,
    #[serde(flatten)]
    pub line: UploaderLine,
}

/// The answer in a line from `upload.py`. It has no credentials in it that twine knows.
#[derive(Debug, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub(super) enum UploaderLine {
    Status { status: u16, reason: String, text: String, retry_after: Option<String> },
    Lost { why: String },
    Credentials { why: String },
    Unusable { why: String },
    Unreachable { why: String },
    Swapped,
}

/// The longest part of an answer's text that a message repeats, in characters.
const TEXT_LIMIT: usize = 600;

/// The meaning of a line. PyPI gives the reason of a refusal in the status line, others in the text.
pub(super) fn interpret(line: UploaderLine, secrets: &Secrets, now: SystemTime) -> UploadAnswer {
    match line {
        UploaderLine::Status { status: 200..=299, .. } => UploadAnswer::Accepted,
        UploaderLine::Status { status, reason, text, retry_after } => {
            // Before the text is cut, which could leave half of a secret.
            let why = reason_of(&secrets.hide(&reason), &secrets.hide(&text));
            let used = ["already exist", "already been used", "already been uploaded"];
            let lower = why.to_lowercase();
            match status {
                408 | 425 | 429 | 500..=599 => UploadAnswer::Lost {
                    why: format!("the index answered {status}: {why}"),
                    retry_after: retry_after.and_then(|text| asked(&text, now)),
                },
                409 => UploadAnswer::NameUsed(why),
                400 if used.iter().any(|words| lower.contains(words)) => {
                    UploadAnswer::NameUsed(why)
                }
                _ => UploadAnswer::Refused { status, why },
            }
        }
        UploaderLine::Lost { why } => {
            UploadAnswer::Lost { why: secrets.hide(&why), retry_after: None }
        }
        UploaderLine::Credentials { why } => UploadAnswer::NoCredentials(secrets.hide(&why)),
        UploaderLine::Unusable { why } => UploadAnswer::Unusable(secrets.hide(&why)),
        UploaderLine::Unreachable { why } => UploadAnswer::Unreachable(secrets.hide(&why)),
        UploaderLine::Swapped => UploadAnswer::Swapped,
    }
}

/// The reason of an answer: its status line and its text, unless that is a page or says the same.
fn reason_of(reason: &str, text: &str) -> String {
    let text: String = text.trim().chars().take(TEXT_LIMIT).collect();
    let page = text.starts_with('<');
    match (reason.trim(), text.as_str()) {
        (reason, text) if text.is_empty() || page || text == reason => reason.to_owned(),
        ("", text) => text.to_owned(),
        (reason, text) => format!("{reason}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, reason: &str, text: &str, retry_after: Option<&str>) -> UploadAnswer {
        let line = UploaderLine::Status {
            status,
            reason: reason.to_owned(),
            text: text.to_owned(),
            retry_after: retry_after.map(str::to_owned),
        };
        interpret(line, &Secrets::default(), SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn temporary_answers_are_distinguished_from_refusals() {
        assert_eq!(answer(200, "OK", "", None), UploadAnswer::Accepted);
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let found = answer(status, "Later", "", None);
            assert!(matches!(found, UploadAnswer::Lost { .. }), "{status}: {found:?}");
        }
        for status in [301, 400, 401, 403, 404, 413] {
            let found = answer(status, "No", "", None);
            assert_eq!(found, UploadAnswer::Refused { status, why: "No".to_owned() });
        }
    }

    #[test]
    fn a_used_name_is_known_by_the_words_of_indexes() {
        for (status, reason) in [
            (409, "Conflict"),
            (400, "File already exists ('a.whl', with blake2_256 hash '0'). See /help/"),
            (400, "This filename has already been used, use a different version."),
        ] {
            assert_eq!(answer(status, reason, "", None), UploadAnswer::NameUsed(reason.to_owned()));
        }
    }

    #[test]
    fn the_reason_is_read_from_the_status_line_or_the_text() {
        let why = |reason, text| match answer(400, reason, text, None) {
            UploadAnswer::Refused { why, .. } => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            why("Invalid value for requires_dist", "<html>…</html>"),
            "Invalid value for requires_dist"
        );
        assert_eq!(why("Bad Request", "no such index"), "Bad Request: no such index");
        assert_eq!(why("", "no such index"), "no such index");
    }

    #[test]
    fn a_requested_pause_is_kept() {
        let found = answer(429, "Too Many Requests", "", Some("7"));
        let retry_after = Some(Duration::from_secs(7));
        let why = "the index answered 429: Too Many Requests".to_owned();
        assert_eq!(found, UploadAnswer::Lost { why, retry_after });
    }
}
