//! The error of every reader.

use thiserror::Error;

use super::printable::message;

/// The error for bytes that could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text}")]
pub struct ReadError {
    text: String,
    /// True if the bytes may be good, and this crate cannot read them.
    unknown: bool,
}

impl ReadError {
    /// Bytes that are wrong, or exceed a limit.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: message(text.as_ref()), unknown: false }
    }

    /// Bytes that may be good, and that this crate cannot read.
    pub(crate) fn unknown(text: impl AsRef<str>) -> Self {
        Self { unknown: true, ..Self::new(text) }
    }

    /// Returns whether the bytes may be good, and this crate cannot read them.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unknown
    }
}
