//! Errors of a package index: those that may pass, and those that will not.

use std::time::Duration;

use thiserror::Error;
use wheel_audit::wheel::printable;

use crate::failure::Failure;

/// The reason why an index gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IndexError {
    /// May pass: the network failed, the server is down or busy, or the answer was cut off.
    #[error("{why}")]
    Temporary { why: String, hint: Option<&'static str>, retry_after: Option<Duration> },
    /// Will not pass: the index refuses, or its answer breaks the rules of the simple API.
    #[error("{why}")]
    Permanent { why: String, hint: Option<&'static str> },
}

impl IndexError {
    /// An error that may pass.
    pub(super) fn temporary(why: String) -> Self {
        Self::Temporary { why, hint: None, retry_after: None }
    }

    /// An error that will not pass.
    pub(super) fn permanent(why: impl Into<String>) -> Self {
        Self::Permanent { why: why.into(), hint: None }
    }

    /// The same error with advice.
    pub(super) fn advise(mut self, advice: &'static str) -> Self {
        match &mut self {
            Self::Temporary { hint, .. } | Self::Permanent { hint, .. } => *hint = Some(advice),
        }
        self
    }
}

/// An index error ends a command with "could not tell".
impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let (IndexError::Temporary { why, hint, .. } | IndexError::Permanent { why, hint }) = error;
        let failure = Self::unknown(why);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Text from an index, shortened and made printable for a message.
pub(super) fn for_message(text: &str) -> String {
    const LONGEST: usize = 200;
    printable(&text.chars().take(LONGEST).collect::<String>())
}
