//! SHA-256 sums, as an index and `RECORD` compare files by them.

use std::fmt::Write;
use std::io::Read;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ReadError;
use super::printable::quoted;

/// A SHA-256, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Sum([u8; 32]);

impl Sha256Sum {
    /// The SHA-256 of `bytes`.
    pub fn digest(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The SHA-256 of all that can be read.
    pub(crate) fn read(source: &mut dyn Read) -> Result<Self, ReadError> {
        let (mut sum, mut piece) = (Sha256::new(), vec![0; 64 << 10]);
        loop {
            match source.read(&mut piece) {
                Ok(0) => return Ok(Self(sum.finalize().into())),
                Ok(length) => sum.update(&piece[..length]),
                Err(error) => return Err(ReadError::new(format!("it cannot be read: {error}"))),
            }
        }
    }

    /// The 32 bytes themselves.
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A source whose bytes are hashed while they are read.
pub(crate) struct Hashed<'a> {
    source: &'a mut dyn Read,
    sum: Sha256,
}

impl<'a> Hashed<'a> {
    pub(crate) fn new(source: &'a mut dyn Read) -> Self {
        Self { source, sum: Sha256::new() }
    }

    /// Reads the rest, and returns the SHA-256 of everything.
    pub(crate) fn finish(mut self) -> Result<Sha256Sum, ReadError> {
        std::io::copy(&mut self, &mut std::io::sink()).map_err(super::tar::cut)?;
        Ok(Sha256Sum(self.sum.finalize().into()))
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let length = self.source.read(bytes)?;
        self.sum.update(&bytes[..length]);
        Ok(length)
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
        let wrong = || ReadError::new(format!("`{}` is not a SHA-256", quoted(text)));
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
        let sum = Sha256Sum::digest(b"");
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
