//! Recognizes binaries by their first bytes, whatever their names.

use super::facts::Binary;
use super::{elf, macho, pe};
use crate::wheel::error::ReadError;

/// Reads a member if it is a program or a library. Object files and debug companions are neither.
///
/// # Errors
///
/// When the first bytes are those of a binary and the rest is not valid.
pub fn read(member: &str, bytes: &[u8]) -> Result<Option<Binary>, ReadError> {
    let images = match bytes {
        [0x7f, b'E', b'L', b'F', ..] => elf::read(bytes),
        [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => macho::read(bytes),
        // A Java class file begins with the same four bytes. Its next number is at least 45, and no fat file has so many parts.
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..] => macho::read_fat(bytes),
        [b'M', b'Z', ..] if pe::is_pe(bytes) => pe::read(bytes),
        _ => return Ok(None),
    };
    let images = images.map_err(|error| {
        ReadError::new(format!("member `{member}` cannot be understood: {error}"))
    })?;
    let binary = Binary { member: member.to_owned(), images };
    Ok(if binary.images.is_empty() { None } else { Some(binary) })
}
