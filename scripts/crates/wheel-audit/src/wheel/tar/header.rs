//! The header of a member: a block of 512 bytes.

use crate::wheel::error::ReadError;
use crate::wheel::printable::quoted;

/// The size of a block. Headers are blocks, and contents are padded to blocks.
pub(in crate::wheel) const BLOCK: usize = 512;

/// The subject of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// The next member's long name (GNU).
    LongName,
    /// Fields of the next member (pax).
    Extended,
    /// Fields of all members that follow (pax).
    Global,
    /// Something without content that is neither a file nor a folder: a verb with what follows it.
    Other(&'static str),
}

/// The fields of a header on which names and contents depend.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// The name in the header itself.
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) executable: bool,
}

impl Header {
    /// Reads a block that is not only zeros.
    pub(super) fn read(block: &[u8; BLOCK]) -> Result<Self, ReadError> {
        let mut sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        // The checksum counts its own eight bytes as blanks.
        sum -= block[148..156].iter().map(|byte| u64::from(*byte)).sum::<u64>();
        sum += 8 * u64::from(b' ');
        if octal(&block[148..156]) != Some(sum) {
            return Err(ReadError::new("the checksum of a header is not right"));
        }
        let short = terminated(&block[..100]).ok_or_else(|| hidden("the name"))?;
        let wrong = |what: &str| {
            let name = String::from_utf8_lossy(short);
            ReadError::new(format!("member `{}` {what}", quoted(&name)))
        };
        let name = match &block[257..265] {
            b"ustar\x0000" => {
                let prefix = terminated(&block[345..500]).ok_or_else(|| hidden("the prefix"))?;
                match prefix {
                    [] => short.to_vec(),
                    prefix => [prefix, b"/", short].concat(),
                }
            }
            // Python's `tarfile` takes these bytes for the beginning of the name, and GNU tar for times and sizes.
            b"ustar  \0" if block[345..].iter().any(|byte| *byte != 0) => {
                return Err(wrong("has more in its header than every reader knows"));
            }
            b"ustar  \0" => short.to_vec(),
            _ => return Err(wrong("has a header that is neither pax nor GNU tar")),
        };
        if block[500..].iter().any(|byte| *byte != 0) {
            return Err(wrong("has more in its header than every reader knows"));
        }
        let kind = match block[156] {
            b'0' | 0 => Kind::File,
            b'5' => Kind::Folder,
            b'L' => Kind::LongName,
            b'x' => Kind::Extended,
            b'g' => Kind::Global,
            b'1' | b'2' => Kind::Other("is a link"),
            b'S' => Kind::Other("is a sparse file"),
            _ => Kind::Other("is neither a file nor a folder"),
        };
        let size = octal(&block[124..136]).ok_or_else(|| wrong("has no plain size"))?;
        // Readers differ in whether its content follows.
        if let (Kind::Other(what), 1..) = (kind, size) {
            return Err(wrong(what));
        }
        let mode = octal(&block[100..108]).ok_or_else(|| wrong("has no plain mode"))?;
        // Owner, group, time and device change nothing, but a reader may stop at a field that it cannot read.
        for field in [108..116, 116..124, 136..148, 329..337, 337..345] {
            if !is_number(&block[field]) {
                return Err(wrong("has a field that is not a number"));
            }
        }
        Ok(Self { kind, name, size, executable: mode & 0o111 != 0 })
    }
}

fn hidden(what: &str) -> ReadError {
    ReadError::new(format!("{what} of a member goes on behind a NUL"))
}

/// The bytes before the first NUL, if nothing but NUL follows.
fn terminated(field: &[u8]) -> Option<&[u8]> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    field[end..].iter().all(|byte| *byte == 0).then(|| &field[..end])
}

/// A number in the form that every reader takes alike: octal digits, then blanks or NUL to the end of the field.
///
/// Readers differ in signs, leading blanks, digits behind a NUL, other digits, and numbers to the base of 256.
fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let plain = field[digits..].iter().all(|byte| matches!(byte, 0 | b' '));
    // Eleven digits are 33 bits.
    let number = |number: u64, digit: &u8| number << 3 | u64::from(digit - b'0');
    (digits > 0 && plain).then(|| field[..digits].iter().fold(0, number))
}

/// Returns whether a field is a number, is empty, or is a positive number to the base of 256 (GNU). Owners above
/// 2,097,151 are written so.
fn is_number(field: &[u8]) -> bool {
    let (rest, low) = field.split_at(field.len() - 4);
    // A time beyond 32 bits cannot be set on every system.
    let large = rest[0] == 0x80 && rest[1..].iter().all(|byte| *byte == 0) && low[0] < 0x80;
    octal(field).is_some() || large || field.iter().all(|byte| matches!(byte, 0 | b' '))
}
