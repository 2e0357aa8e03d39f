//! Recognizes binaries by their first bytes, whatever their names.

use super::facts::{Binary, BinaryImage};
use super::names::Kept;
use super::settle::settle;
use super::{elf, macho, pe, wasm};
use crate::wheel::error::ReadError;
use crate::wheel::printable::quoted;

/// Reads a member if it is a program or a library. Object files and debug companions are neither.
///
/// # Errors
///
/// When the first bytes are those of a binary and the rest is not valid.
pub fn read(member: &str, bytes: &[u8]) -> Result<Option<Binary>, ReadError> {
    let images = read_kept(bytes, &mut Kept::default()).map_err(|error| {
        let member = quoted(member);
        ReadError::new(format!("member `{member}` cannot be understood: {error}"))
    })?;
    let mut binary = [Binary { member: member.to_owned(), images }];
    settle(&mut binary);
    let [binary] = binary;
    Ok(if binary.images.is_empty() { None } else { Some(binary) })
}

/// Reads the images of a binary, and counts what is kept together with that of other binaries. There is none in any
/// other file.
pub(crate) fn read_kept(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    if !begins_like_one(bytes) {
        return Ok(Vec::new());
    }
    match bytes[0] {
        0x7f => elf::read(bytes, kept),
        0xce | 0xcf => macho::read(bytes, kept),
        0xca => macho::read_fat(bytes, kept),
        0 => wasm::read(bytes, kept),
        _ if pe::is_pe(bytes) => pe::read(bytes, kept),
        _ => Ok(Vec::new()),
    }
}

/// Returns whether the first eight bytes are those of a binary, or of a program for DOS, which may be one.
pub(crate) fn begins_like_one(bytes: &[u8]) -> bool {
    match bytes {
        [0x7f, b'E', b'L', b'F', ..]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
        // A Java class file begins with the same four bytes. Its next number is at least 45, and no fat file has so many
        // parts.
        | [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..]
        | [b'M', b'Z', ..]
        | [0, b'a', b's', b'm', ..] => true,
        _ => false,
    }
}
