//! Reading: the bytes of a release become facts. No opinion, no process, no network.
//!
//! Whatever comes from an archive is bounded before it is read. Bytes that cannot be read are a
//! [`ReadError`], never an empty fact, so that nothing unread can pass for good.

pub mod binary;
pub mod elf;
pub mod entry_points;
pub mod filename;
pub mod leaks;
pub mod macho;
pub mod metadata;
pub mod pe;
pub mod platform;
pub mod record;
pub mod release;
pub mod sdist;
pub mod zip;
pub mod zip_structure;

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The largest archive that is read, in bytes. PyPI's own default limit for a file is 100 MiB.
pub const ARCHIVE_LIMIT: u64 = 1 << 30;
/// The largest member of a wheel that is unpacked, in bytes.
pub const MEMBER_LIMIT: u64 = 1 << 30;
/// The most bytes that all members of one wheel may unpack to.
pub const UNPACKED_LIMIT: u64 = 4 << 30;
/// The most members that an sdist, or lines that `RECORD`, may have; a wheel's format allows for fewer.
pub const MEMBER_COUNT_LIMIT: usize = 100_000;
/// The largest text member (`METADATA`, `RECORD`, …) that is kept in memory, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;
/// The most bytes that an sdist may unpack to: all of them are kept in memory.
pub const SOURCE_LIMIT: u64 = 256 << 20;
/// The most fields that `METADATA` or `WHEEL` may have; the longest on PyPI have some hundreds.
pub const FIELD_LIMIT: usize = 10_000;
/// The most tags that one name or field may stand for; few letters can stand for very many.
pub const TAG_LIMIT: usize = 1_000;

/// Why bytes could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ReadError(pub String);

impl ReadError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(printable(&message.into()))
    }
}

/// A text that quotes an archive, with its control characters spelled out: printed as they are they
/// would move the cursor of a terminal, or be commands to a CI runner that reads the log.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// A SHA-256, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Sum([u8; 32]);

impl Sha256Sum {
    /// The sum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes themselves.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256Sum {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Display for Sha256Sum {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl std::str::FromStr for Sha256Sum {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, ReadError> {
        let wrong = || ReadError::new(format!("`{text}` is not a SHA-256"));
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut sum = [0; 32];
        for (index, byte) in sum.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(sum))
    }
}

impl TryFrom<String> for Sha256Sum {
    type Error = ReadError;

    fn try_from(text: String) -> Result<Self, ReadError> {
        text.parse()
    }
}

impl From<Sha256Sum> for String {
    fn from(sum: Sha256Sum) -> Self {
        let mut text = String::with_capacity(64);
        write!(text, "{sum}").expect("writing to a string does not fail");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_round_trips_as_text() {
        let sum = Sha256Sum::of(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sum.to_string(), text);
        assert_eq!(text.parse(), Ok(sum));
    }

    #[test]
    fn what_is_no_sum_is_refused() {
        for text in ["", "e3b0", &"g".repeat(64), &"é".repeat(32)] {
            assert!(text.parse::<Sha256Sum>().is_err(), "{text}");
        }
    }
}
