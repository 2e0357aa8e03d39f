//! The headers of a zip archive, read and compared before anything is unpacked: the end record, the central directory
//! and the local headers.

use std::collections::BTreeSet;

use super::error::ReadError;
use super::limits::{MEMBER_LIMIT, NAME_LIMIT, NAMES_LIMIT, RATIO_LIMIT, UNPACKED_LIMIT};
use super::printable::quoted;
use super::zip_extra::Extra;

const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x07";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const END_LENGTH: usize = 22;
/// The record that leads to a zip64 end record stands right before the ordinary one.
const END64_LENGTH: usize = 20;
const CENTRAL_LENGTH: usize = 46;
const LOCAL_LENGTH: usize = 30;
/// Encrypted members, patches, strong encryption and hidden headers.
const REFUSED_FLAGS: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
/// The newest version of the format that Python's `zipfile` unpacks.
const VERSION_LIMIT: u8 = 63;
/// The sizes follow the member.
pub(super) const LATER: u16 = 1 << 3;

/// The headers of an archive whose members share no bytes.
pub(super) struct Directory {
    /// One for each entry, folders included, in the order of the central directory.
    pub(super) headers: Vec<Header>,
    /// The length of the archive's comment.
    pub(super) comment: usize,
    /// Runs of bytes that belong to no member, each by its place and length.
    pub(super) unclaimed: Vec<(usize, usize)>,
}

/// An entry of the central directory, and where its member lies.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// The Unix mode, if the archive was made on Unix; 0 otherwise.
    pub(super) mode: u32,
    /// True if the attributes of DOS say that it is a folder.
    pub(super) folder: bool,
    /// The length of the entry's own comment.
    pub(super) comment: usize,
    /// An extra field, in one of the two headers, that changes what some readers see.
    pub(super) extra: Option<Extra>,
    /// The name of a field in which the local header differs.
    pub(super) differs: Option<&'static str>,
    /// The place of the packed bytes.
    pub(super) start: usize,
}

impl Directory {
    /// Reads all headers, and checks the limits.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let end = end_record(bytes)?;
        let count = u16_at(bytes, end + 10)?;
        let length = u32_at(bytes, end + 12)?;
        let start = u32_at(bytes, end + 16)?;
        let locator = end.checked_sub(END64_LENGTH).map(|at| slice(bytes, at, END64.len()));
        // Python's `zipfile` believes a locator wherever it stands, even in the comment of the last entry.
        let zip64 = locator.is_some_and(|mark| mark == Ok(&END64[..]));
        if zip64 || count == u16::MAX || length == u32::MAX || start == u32::MAX {
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
        let (headers, places) = entries(bytes, start as usize, end, count)?;
        let unclaimed = unclaimed(&headers, places, start as usize)?;
        let unpacked: u64 = headers.iter().map(|header| header.size).sum();
        let (least, ratio) = RATIO_LIMIT;
        if unpacked > least && unpacked > (bytes.len() as u64).saturating_mul(ratio) {
            return Err(ReadError::new(format!(
                "it unpacks to {unpacked} bytes, which is more than {ratio} times its own size"
            )));
        }
        let comment = usize::from(u16_at(bytes, end + 20)?);
        Ok(Self { headers, comment, unclaimed })
    }
}

/// The first and the last byte of each member with its local header, and its number.
type Places = Vec<(usize, usize, usize)>;

fn entries(
    bytes: &[u8],
    start: usize,
    end: usize,
    count: u16,
) -> Result<(Vec<Header>, Places), ReadError> {
    let mut headers: Vec<Header> = Vec::new();
    let mut places = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut position, mut unpacked, mut names) = (start, 0, 0);
    for number in 0..usize::from(count) {
        let (header, next, place) = Header::read(bytes, position)?;
        position = next;
        names += header.name.len();
        if names > NAMES_LIMIT {
            return Err(ReadError::new(format!(
                "the names of its members have more than {NAMES_LIMIT} bytes"
            )));
        }
        unpacked += header.size;
        if unpacked > UNPACKED_LIMIT {
            return Err(ReadError::new(format!("it unpacks to more than {UNPACKED_LIMIT} bytes")));
        }
        // Of two members with one name, some readers take the first and some the last.
        if !seen.insert(header.name.clone()) {
            return Err(ReadError::new(format!("it has two members `{}`", quoted(&header.name))));
        }
        places.push((place.0, place.1, number));
        headers.push(header);
    }
    if position != end {
        return Err(ReadError::new(
            "its central directory and its end record differ in the number of members",
        ));
    }
    Ok((headers, places))
}

/// The runs of bytes before the central directory that belong to no member.
fn unclaimed(
    headers: &[Header],
    mut places: Places,
    directory: usize,
) -> Result<Vec<(usize, usize)>, ReadError> {
    places.sort_unstable();
    let mut unclaimed = Vec::new();
    let mut claimed = 0;
    for (start, end, number) in places {
        // One run of packed bytes could stand for any number of members.
        if start < claimed {
            return Err(headers[number].wrong("shares bytes with another member"));
        }
        if end > directory {
            return Err(headers[number].wrong("reaches into the central directory"));
        }
        if start > claimed {
            unclaimed.push((claimed, start - claimed));
        }
        claimed = end;
    }
    if directory > claimed {
        unclaimed.push((claimed, directory - claimed));
    }
    Ok(unclaimed)
}

impl Header {
    /// Reads an entry and its local header. Also returns the place of the next entry, and the first and the last byte
    /// of the member.
    fn read(bytes: &[u8], at: usize) -> Result<(Self, usize, (usize, usize)), ReadError> {
        if slice(bytes, at, 4)? != CENTRAL {
            return Err(ReadError::new("its central directory is broken"));
        }
        let length = |offset| Ok::<_, ReadError>(usize::from(u16_at(bytes, at + offset)?));
        let (name_length, extra_length, comment) = (length(28)?, length(30)?, length(32)?);
        let name_bytes = slice(bytes, at + CENTRAL_LENGTH, name_length)?;
        let name = std::str::from_utf8(name_bytes)
            .map_err(|_| ReadError::new("a member's name is not UTF-8"))?;
        let wrong = |what: &str| ReadError::new(format!("member `{}` {what}", quoted(name)));
        if name.len() > NAME_LIMIT {
            return Err(wrong(&format!("has a name of more than {NAME_LIMIT} bytes")));
        }
        if name.is_empty() || name.contains(char::is_control) {
            // Python's `zipfile` takes the name up to a NUL, and other readers refuse it or take the whole.
            return Err(wrong("has a control character in its name, or no name"));
        }
        let flags = u16_at(bytes, at + 8)?;
        if flags & 1 != 0 {
            return Err(wrong("is encrypted"));
        }
        let version = slice(bytes, at + 6, 1)?[0];
        if flags & REFUSED_FLAGS != 0 || version > VERSION_LIMIT {
            return Err(wrong("is packed in a way that pip does not unpack"));
        }
        let size = u64::from(u32_at(bytes, at + 24)?);
        if size > MEMBER_LIMIT {
            return Err(wrong(&format!("is larger than {MEMBER_LIMIT} bytes")));
        }
        let on_unix = slice(bytes, at + 4, 2)?[1] == 3;
        let attributes = u32_at(bytes, at + 38)?;
        let extra = slice(bytes, at + CENTRAL_LENGTH + name_length, extra_length)?;
        let next = at + CENTRAL_LENGTH + name_length + extra_length + comment;
        if length(34)? != 0 {
            return Err(wrong("lies in another part of a multi-part archive"));
        }
        let mut header = Self {
            name: name.to_owned(),
            flags,
            method: u16_at(bytes, at + 10)?,
            crc: u32_at(bytes, at + 16)?,
            packed: u64::from(u32_at(bytes, at + 20)?),
            size,
            mode: if on_unix { attributes >> 16 } else { 0 },
            folder: attributes & 0x10 != 0,
            comment,
            extra: Extra::read(extra),
            differs: None,
            start: 0,
        };
        let local = u32_at(bytes, at + 42)? as usize;
        let end = header.local(bytes, local)?;
        slice(bytes, next, 0)?;
        Ok((header, next, (local, end)))
    }

    /// Reads the local header, and returns the place where the member ends.
    fn local(&mut self, bytes: &[u8], at: usize) -> Result<usize, ReadError> {
        if slice(bytes, at, 4)? != LOCAL {
            return Err(self.wrong("has no local header"));
        }
        let name_length = usize::from(u16_at(bytes, at + 26)?);
        let extra_length = usize::from(u16_at(bytes, at + 28)?);
        if slice(bytes, at + LOCAL_LENGTH, name_length)? != self.name.as_bytes() {
            return Err(self.wrong("has another name in its local header"));
        }
        let extra = slice(bytes, at + LOCAL_LENGTH + name_length, extra_length)?;
        self.extra = self.extra.take().or_else(|| Extra::read(extra));
        self.start = at + LOCAL_LENGTH + name_length + extra_length;
        let end = self.start + slice(bytes, self.start, self.packed as usize)?.len();
        let flags = u16_at(bytes, at + 6)?;
        let later = flags & LATER != 0;
        let local = |offset| u32_at(bytes, at + offset);
        // A local header holds zeros if the sizes follow the member.
        let same = |given: u32, declared: u64| u64::from(given) == declared || later && given == 0;
        self.differs = if u16_at(bytes, at + 8)? != self.method {
            Some("method")
        } else if flags != self.flags {
            Some("flags")
        } else if !same(local(14)?, u64::from(self.crc)) {
            Some("CRC")
        } else if !same(local(18)?, self.packed) {
            Some("packed size")
        } else if !same(local(22)?, self.size) {
            Some("size")
        } else {
            None
        };
        if !later {
            return Ok(end);
        }
        // The signature of a data descriptor is optional.
        let marked = slice(bytes, end, 4).is_ok_and(|mark| mark == DESCRIPTOR);
        let fields = end + if marked { 4 } else { 0 };
        let field = |number: usize| u32_at(bytes, fields + 4 * number).ok().map(u64::from);
        let declared = [u64::from(self.crc), self.packed, self.size];
        if (0..3).any(|number| field(number) != Some(declared[number])) {
            return Err(self.wrong("has other sizes behind it than declared"));
        }
        Ok(fields + 12)
    }

    pub(super) fn wrong(&self, what: &str) -> ReadError {
        ReadError::new(format!("member `{}` {what}", quoted(&self.name)))
    }
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

fn slice(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], ReadError> {
    at.checked_add(length)
        .and_then(|end| bytes.get(at..end))
        .ok_or_else(|| ReadError::new("it is cut short, or points outside itself"))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ReadError> {
    let two = slice(bytes, at, 2)?;
    Ok(u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ReadError> {
    let four = slice(bytes, at, 4)?;
    Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}
