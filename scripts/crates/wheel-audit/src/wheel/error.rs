//! The error of every reader.

use thiserror::Error;

use super::printable::printable;

/// The error for bytes that could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ReadError(String);

impl ReadError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(printable(&message.into()))
    }
}
