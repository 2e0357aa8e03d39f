//! Errors of a package index: those that may pass, and those that will not.

use std::fmt;
use std::time::Duration;

use thiserror::Error;
use wheel_audit::wheel::{quoted, shortened};

use crate::failure::Failure;

/// A reason in which an index may have its say: one line, shortened, and only shown by a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self(shortened(&text, REASON_LIMIT))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The reason why an index gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IndexError {
    /// May pass: the network failed, the server is down or busy, or the answer was cut off.
    #[error("{why}")]
    Temporary { why: Reason, hint: Option<&'static str>, retry_after: Option<Duration> },
    /// Will not pass: the index refuses, or its answer breaks the rules of the simple API.
    #[error("{why}")]
    Permanent { why: Reason, hint: Option<&'static str> },
    /// The user does not want to wait any longer.
    #[error("interrupted")]
    Interrupted,
}

impl IndexError {
    /// An error that may pass.
    pub(super) fn temporary(why: String) -> Self {
        Self::Temporary { why: why.into(), hint: None, retry_after: None }
    }

    /// An error that will not pass.
    pub(super) fn permanent(why: impl Into<String>) -> Self {
        Self::Permanent { why: why.into().into(), hint: None }
    }

    /// The same error with advice.
    pub(super) fn advise(mut self, advice: &'static str) -> Self {
        match &mut self {
            Self::Temporary { hint, .. } | Self::Permanent { hint, .. } => *hint = Some(advice),
            Self::Interrupted => {}
        }
        self
    }
}

/// An index error ends a command with "could not tell".
impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let (why, hint) = match error {
            IndexError::Temporary { why, hint, .. } | IndexError::Permanent { why, hint } => {
                (why, hint)
            }
            IndexError::Interrupted => return Self::interrupted(),
        };
        let failure = Self::unknown(why.to_string());
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// The longest reason, in characters.
const REASON_LIMIT: usize = 1000;

/// Text from an index, shortened and made printable for a message.
pub(super) fn for_message(text: &str) -> String {
    quoted(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_index_stays_one_short_line() {
        let error =
            IndexError::permanent(format!("it says `\n::error::x\u{1b}[2J{}`", "y".repeat(5000)));
        let text = error.to_string();
        assert!(text.starts_with("it says `\\n::error::x\\u{1b}[2Jyyy"), "{text}");
        assert!(text.ends_with("y…") && text.chars().count() < 1100, "{text}");
        assert_eq!(for_message(&"z".repeat(201)), "z".repeat(200) + "…");
        assert_eq!(for_message(&"z".repeat(200)), "z".repeat(200));
    }
}
