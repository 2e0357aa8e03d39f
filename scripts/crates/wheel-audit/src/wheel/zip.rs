//! The zip archive of a wheel: its members, unpacked in memory, hashed and checked against their CRC.
//!
//! This crate has its own reader, because an audit must see the archive as it is and not as a forgiving library
//! repairs it ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3
//! and 4.4). Only inflating is left to a crate.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::bufread::DeflateDecoder;

use super::error::ReadError;
use super::limits::{MEMBER_LIMIT, TEXT_LIMIT, UNPACKED_LIMIT};
use super::sum::Sha256Sum;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The path in the archive.
    pub name: String,
    /// Unpacked size in bytes.
    pub size: u64,
    /// The SHA-256 of the content.
    pub sum: Sha256Sum,
    /// The content, if the caller asked for it.
    pub content: Option<Vec<u8>>,
}

const END: [u8; 4] = *b"PK\x05\x06";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END_LENGTH: usize = 22;
const CENTRAL_LENGTH: usize = 46;
pub(super) const LOCAL_LENGTH: usize = 30;
/// The most bytes that deflate makes of one ([zlib](https://zlib.net/zlib_tech.html)).
const DEFLATE_RATIO: u64 = 1032;

/// Reads every member of an archive. `keep` chooses by name the members whose content is kept.
///
/// # Errors
///
/// When the bytes are not a zip archive, use a feature that wheels do not use (encryption, zip64, a method other than
/// stored and deflated), exceed a limit, or contradict themselves (CRC, sizes, names).
pub fn read(bytes: &[u8], keep: impl Fn(&str) -> bool) -> Result<Vec<Member>, ReadError> {
    visit(bytes, keep, |_, _| {})
}

/// Does the same, and passes the name and content of every member to `look`. One member is in memory at a time, beside
/// those that are kept.
///
/// # Errors
///
/// As for [`read`].
pub fn visit(
    bytes: &[u8],
    keep: impl Fn(&str) -> bool,
    mut look: impl FnMut(&str, &[u8]),
) -> Result<Vec<Member>, ReadError> {
    let headers = directory(bytes)?;
    let files = headers.into_iter().filter(|header| !header.name.ends_with('/'));
    files
        .map(|header| {
            let keep = keep(&header.name);
            header.member(bytes, keep, &mut look)
        })
        .collect()
}

/// Reads the entries of the central directory, and checks the limits before anything is unpacked.
pub(super) fn directory(bytes: &[u8]) -> Result<Vec<Header>, ReadError> {
    let end = end_record(bytes)?;
    let count = u16_at(bytes, end + 10)?;
    let length = u32_at(bytes, end + 12)?;
    let start = u32_at(bytes, end + 16)?;
    if count == u16::MAX || length == u32::MAX || start == u32::MAX {
        return Err(ReadError::new("it is a zip64 archive, which is not supported"));
    }
    if u32_at(bytes, end + 4)? != 0 || u16_at(bytes, end + 8)? != count {
        return Err(ReadError::new("it is one part of a multi-part archive"));
    }
    // Python's `zipfile` counts the length back from here. Other readers use the start.
    if u64::from(start) + u64::from(length) != end as u64 {
        return Err(ReadError::new(
            "its central directory does not end where its end record starts",
        ));
    }
    let mut headers = Vec::new();
    let mut names = BTreeSet::new();
    let mut position = start as usize;
    let mut unpacked = 0;
    for _ in 0..count {
        let header = Header::read(bytes, position)?;
        position = header.next;
        unpacked += header.size;
        if unpacked > UNPACKED_LIMIT {
            return Err(ReadError::new(format!("it unpacks to more than {UNPACKED_LIMIT} bytes")));
        }
        // Of two members with one name, some readers take the first and some the last.
        if !names.insert(header.name.clone()) {
            return Err(ReadError::new(format!("it has two members `{}`", header.name)));
        }
        headers.push(header);
    }
    if position != end {
        return Err(ReadError::new(
            "its central directory and its end record differ in the number of members",
        ));
    }
    Ok(headers)
}

/// An entry of the central directory.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) local: usize,
    /// The Unix mode, if the archive was made on Unix; 0 otherwise.
    pub(super) mode: u32,
    /// The place of the next entry.
    next: usize,
}

impl Header {
    fn read(bytes: &[u8], at: usize) -> Result<Self, ReadError> {
        if slice(bytes, at, 4)? != CENTRAL {
            return Err(ReadError::new("its central directory is broken"));
        }
        let flags = u16_at(bytes, at + 8)?;
        let name_length = usize::from(u16_at(bytes, at + 28)?);
        let rest = usize::from(u16_at(bytes, at + 30)?) + usize::from(u16_at(bytes, at + 32)?);
        let name = slice(bytes, at + CENTRAL_LENGTH, name_length)?;
        let name = std::str::from_utf8(name)
            .map_err(|_| ReadError::new("a member's name is not UTF-8"))?
            .to_owned();
        if flags & 1 != 0 {
            return Err(ReadError::new(format!("member `{name}` is encrypted")));
        }
        let size = u64::from(u32_at(bytes, at + 24)?);
        if size > MEMBER_LIMIT {
            return Err(ReadError::new(format!(
                "member `{name}` is larger than {MEMBER_LIMIT} bytes"
            )));
        }
        Ok(Self {
            flags,
            mode: if bytes[at + 5] == 3 { u32_at(bytes, at + 38)? >> 16 } else { 0 },
            method: u16_at(bytes, at + 10)?,
            crc: u32_at(bytes, at + 16)?,
            packed: u64::from(u32_at(bytes, at + 20)?),
            size,
            local: u32_at(bytes, at + 42)? as usize,
            next: at + CENTRAL_LENGTH + name_length + rest,
            name,
        })
    }

    fn member(
        self,
        bytes: &[u8],
        keep: bool,
        look: &mut impl FnMut(&str, &[u8]),
    ) -> Result<Member, ReadError> {
        if slice(bytes, self.local, 4)? != LOCAL {
            return Err(self.wrong("has no local header"));
        }
        let name_length = usize::from(u16_at(bytes, self.local + 26)?);
        let extra_length = usize::from(u16_at(bytes, self.local + 28)?);
        if slice(bytes, self.local + LOCAL_LENGTH, name_length)? != self.name.as_bytes() {
            return Err(self.wrong("has another name in its local header"));
        }
        let start = self.local + LOCAL_LENGTH + name_length + extra_length;
        let packed = slice(bytes, start, self.packed as usize)?;
        match self.method {
            0 => self.unpack(packed, keep, look),
            8 => {
                let mut inflate = DeflateDecoder::new(packed);
                let member = self.unpack(&mut inflate, keep, look)?;
                // No reader sees bytes behind the stream, but they are part of the wheel.
                if inflate.total_in() == self.packed {
                    Ok(member)
                } else {
                    Err(self.wrong("is not as long packed as declared"))
                }
            }
            method => {
                Err(self.wrong(&format!("is packed by method {method}, which pip does not unpack")))
            }
        }
    }

    fn unpack(
        &self,
        source: impl Read,
        keep: bool,
        look: &mut impl FnMut(&str, &[u8]),
    ) -> Result<Member, ReadError> {
        if keep && self.size > TEXT_LIMIT {
            return Err(self.wrong(&format!("is larger than {TEXT_LIMIT} bytes")));
        }
        // The declared size may be wrong, so no more memory is reserved than the packed bytes can unpack to.
        let possible = self.size.min(self.packed.saturating_mul(DEFLATE_RATIO));
        let mut content = Vec::with_capacity(usize::try_from(possible + 1).unwrap_or(0));
        // One byte more than declared shows that the declared size is wrong.
        source
            .take(self.size + 1)
            .read_to_end(&mut content)
            .map_err(|error| self.wrong(&format!("cannot be unpacked: {error}")))?;
        if content.len() as u64 != self.size {
            return Err(self.wrong("is not as long as declared"));
        }
        let mut crc = flate2::Crc::new();
        crc.update(&content);
        if crc.sum() != self.crc {
            return Err(self.wrong("has another CRC than declared"));
        }
        look(&self.name, &content);
        Ok(Member {
            name: self.name.clone(),
            size: self.size,
            sum: Sha256Sum::digest(&content),
            content: keep.then_some(content),
        })
    }

    fn wrong(&self, what: &str) -> ReadError {
        ReadError::new(format!("member `{}` {what}", self.name))
    }
}

/// The length of the archive's comment.
pub(super) fn comment(bytes: &[u8]) -> Result<usize, ReadError> {
    Ok(usize::from(u16_at(bytes, end_record(bytes)? + 20)?))
}

/// The place of the central directory.
pub(super) fn directory_start(bytes: &[u8]) -> Result<usize, ReadError> {
    Ok(u32_at(bytes, end_record(bytes)? + 16)? as usize)
}

/// The place of the end record: at most a comment's length before the end of the file.
///
/// Several places may look like an end record. Python's `zipfile` takes the last, and so does this reader. Otherwise it
/// would judge another archive than the one that pip installs.
fn end_record(bytes: &[u8]) -> Result<usize, ReadError> {
    let none = || ReadError::new("it is not a zip archive: it has no end record");
    let last = bytes.len().checked_sub(END_LENGTH).ok_or_else(none)?;
    if bytes[last..].starts_with(&END) && bytes.ends_with(&[0, 0]) {
        return Ok(last);
    }
    let first = last.saturating_sub(usize::from(u16::MAX));
    let found = bytes[first..].windows(END.len()).rposition(|window| window == END);
    let at = first + found.ok_or_else(none)?;
    let whole = u16_at(bytes, at + 20)
        .is_ok_and(|comment| at + END_LENGTH + usize::from(comment) == bytes.len());
    if whole { Ok(at) } else { Err(ReadError::new("its end record is not the last thing in it")) }
}

pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], ReadError> {
    at.checked_add(length)
        .and_then(|end| bytes.get(at..end))
        .ok_or_else(|| ReadError::new("it is cut short, or points outside itself"))
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ReadError> {
    let two = slice(bytes, at, 2)?;
    Ok(u16::from_le_bytes([two[0], two[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ReadError> {
    let four = slice(bytes, at, 4)?;
    Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}
