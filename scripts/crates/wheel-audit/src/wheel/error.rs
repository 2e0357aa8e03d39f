//! The error of every reader.

use thiserror::Error;

use super::printable::message;

/// The error for bytes that could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ReadError(String);

impl ReadError {
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self(message(text.as_ref()))
    }
}
