//! Recognizes binaries by their first bytes, whatever their names.

use super::facts::Binary;
use super::names::Kept;
use super::{elf, macho, pe};
use crate::wheel::error::ReadError;
use crate::wheel::printable::quoted;

/// Reads a member if it is a program or a library. Object files and debug companions are neither.
///
/// # Errors
///
/// When the first bytes are those of a binary and the rest is not valid.
pub fn read(member: &str, bytes: &[u8]) -> Result<Option<Binary>, ReadError> {
    read_kept(member, bytes, &mut Kept::default())
}

/// Does the same, and counts what is kept together with that of other binaries.
pub(crate) fn read_kept(
    member: &str,
    bytes: &[u8],
    kept: &mut Kept,
) -> Result<Option<Binary>, ReadError> {
    if !begins_like_one(bytes) {
        return Ok(None);
    }
    let images = match bytes[0] {
        0x7f => elf::read(bytes, kept),
        0xce | 0xcf => macho::read(bytes, kept),
        0xca => macho::read_fat(bytes, kept),
        _ if pe::is_pe(bytes) => pe::read(bytes, kept),
        _ => return Ok(None),
    };
    let images = images.map_err(|error| {
        let member = quoted(member);
        ReadError::new(format!("member `{member}` cannot be understood: {error}"))
    })?;
    let binary = Binary { member: member.to_owned(), images };
    Ok(if binary.images.is_empty() { None } else { Some(binary) })
}

/// Returns whether the first eight bytes are those of a binary, or of a program for DOS, which may be one.
pub(crate) fn begins_like_one(bytes: &[u8]) -> bool {
    match bytes {
        [0x7f, b'E', b'L', b'F', ..]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
        // A Java class file begins with the same four bytes. Its next number is at least 45, and no fat file has so many
        // parts.
        | [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..]
        | [b'M', b'Z', ..] => true,
        _ => false,
    }
}
