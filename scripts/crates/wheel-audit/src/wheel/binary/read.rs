//! Recognizes binaries by their first bytes, whatever their names.

use super::facts::Binary;
use super::{elf, macho, pe};
use crate::wheel::error::ReadError;

/// Reads a member if it is a binary that is loaded or run; object files and debug companions are none.
///
/// # Errors
///
/// When the first bytes are those of a binary and the others are not what such a file holds.
pub fn read(member: &str, bytes: &[u8]) -> Result<Option<Binary>, ReadError> {
    let images = match bytes {
        [0x7f, b'E', b'L', b'F', ..] => elf::read(bytes),
        [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => macho::read(bytes),
        // A Java class file begins alike, with a number of at least 45 where this has few machines.
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
