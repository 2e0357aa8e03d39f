//! One entry of the central directory of a zip archive, and the local header that it leads to.

use super::error::ReadError;
use super::limits::{MEMBER_LIMIT, NAME_LIMIT};
use super::zip_extra::{Extra, zip64};

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const CENTRAL_LENGTH: usize = 46;
const LOCAL_LENGTH: usize = 30;
/// Patches, strong encryption and hidden headers.
const REFUSED_FLAGS: u16 = 1 << 5 | 1 << 6 | 1 << 13;
/// The newest version of the format that Python's `zipfile` unpacks.
const VERSION_LIMIT: u8 = 63;
/// The sizes follow the member.
const LATER: u16 = 1 << 3;

/// An entry of the central directory, and where its member lies.
pub(super) struct Header {
    pub(super) name: String,
    /// False if the name is not one that every reader takes alike.
    pub(super) is_named: bool,
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
    /// The first byte of the local header, and the end of the member.
    pub(super) place: Option<(usize, usize)>,
    /// False if the member cannot be unpacked.
    pub(super) is_readable: bool,
    /// The faults of the two headers.
    pub(super) flaws: Vec<String>,
}

impl Header {
    /// Reads an entry and its local header. Also returns the place of the next entry.
    ///
    /// # Errors
    ///
    /// When there is no entry, so that the next one cannot be found either.
    pub(super) fn read(bytes: &[u8], at: usize) -> Result<(Self, usize), ReadError> {
        if slice(bytes, at, 4)? != CENTRAL {
            return Err(ReadError::new("its central directory is broken"));
        }
        let length = |offset| Ok::<_, ReadError>(usize::from(u16_at(bytes, at + offset)?));
        let (name_length, extra_length, comment) = (length(28)?, length(30)?, length(32)?);
        let name = slice(bytes, at + CENTRAL_LENGTH, name_length)?;
        let extra = slice(bytes, at + CENTRAL_LENGTH + name_length, extra_length)?;
        let next = at + CENTRAL_LENGTH + name_length + extra_length + comment;
        slice(bytes, next, 0)?;
        let [mut size, mut packed, mut local] =
            [u32_at(bytes, at + 24)?, u32_at(bytes, at + 20)?, u32_at(bytes, at + 42)?]
                .map(u64::from);
        let is_plain = zip64(extra, [&mut size, &mut packed, &mut local]);
        let on_unix = slice(bytes, at + 4, 2)?[1] == 3;
        let attributes = u32_at(bytes, at + 38)?;
        let mut header = Self {
            name: String::from_utf8_lossy(name).into_owned(),
            is_named: true,
            flags: u16_at(bytes, at + 8)?,
            method: u16_at(bytes, at + 10)?,
            crc: u32_at(bytes, at + 16)?,
            packed,
            size,
            mode: if on_unix { attributes >> 16 } else { 0 },
            folder: attributes & 0x10 != 0,
            comment,
            extra: Extra::read(extra).or((!is_plain).then_some(Extra::Zip64)),
            differs: None,
            start: 0,
            place: None,
            is_readable: true,
            flaws: Vec::new(),
        };
        header.judge_name(name);
        header.judge_packing(slice(bytes, at + 6, 1)?[0]);
        if length(34)? != 0 {
            header.refuse("lies in another part of a multi-part archive");
        } else {
            header.local(bytes, usize::try_from(local).unwrap_or(usize::MAX), name);
        }
        Ok((header, next))
    }

    fn judge_name(&mut self, name: &[u8]) {
        let wrong = if std::str::from_utf8(name).is_err() {
            "has a name that is not UTF-8".to_owned()
        } else if name.len() > NAME_LIMIT {
            format!("has a name of more than {NAME_LIMIT} bytes")
        } else if name.is_empty() || self.name.contains(char::is_control) {
            // Python's `zipfile` takes the name up to a NUL, and other readers refuse it or take the whole.
            "has a control character in its name, or no name".to_owned()
        } else {
            return;
        };
        self.is_named = false;
        self.flaws.push(wrong);
    }

    fn judge_packing(&mut self, version: u8) {
        if self.flags & 1 != 0 {
            self.refuse("is encrypted");
        } else if self.flags & REFUSED_FLAGS != 0 || version > VERSION_LIMIT {
            self.refuse("is packed in a way that pip does not unpack");
        } else if self.size > MEMBER_LIMIT {
            self.refuse(format!("is larger than {MEMBER_LIMIT} bytes"));
        }
    }

    /// Reads the local header, and finds the place of the member.
    fn local(&mut self, bytes: &[u8], at: usize, name: &[u8]) {
        let Ok(local) = slice(bytes, at, LOCAL_LENGTH) else {
            return self.refuse("has no local header");
        };
        if !local.starts_with(&LOCAL) {
            return self.refuse("has no local header");
        }
        let two = |offset: usize| u16::from_le_bytes([local[offset], local[offset + 1]]);
        let (name_length, extra_length) = (usize::from(two(26)), usize::from(two(28)));
        self.start = at + LOCAL_LENGTH + name_length + extra_length;
        let packed = usize::try_from(self.packed).unwrap_or(usize::MAX);
        let (Ok(local_name), Ok(extra), Ok(content)) = (
            slice(bytes, at + LOCAL_LENGTH, name_length),
            slice(bytes, at + LOCAL_LENGTH + name_length, extra_length),
            slice(bytes, self.start, packed),
        ) else {
            return self.refuse("is cut short, or points outside the archive");
        };
        if local_name != name {
            self.flaws.push("has another name in its local header".to_owned());
        }
        let end = self.start + content.len();
        let flags = two(6);
        let later = flags & LATER != 0;
        let four = |offset: usize| u64::from(u32_at(local, offset).unwrap_or(0));
        let [crc, mut packed, mut size] = [four(14), four(18), four(22)];
        let is_plain = zip64(extra, [&mut size, &mut packed, &mut 0]);
        let is_wide = size != four(22) || packed != four(18);
        self.extra = self.extra.take().or_else(|| Extra::read(extra));
        self.extra = self.extra.take().or((!is_plain).then_some(Extra::Zip64));
        // A local header holds zeros if the sizes follow the member.
        let same = |given: u64, declared: u64| given == declared || later && given == 0;
        self.differs = if two(8) != self.method {
            Some("method")
        } else if flags != self.flags {
            Some("flags")
        } else if !same(crc, u64::from(self.crc)) {
            Some("CRC")
        } else if !same(packed, self.packed) {
            Some("packed size")
        } else if !same(size, self.size) {
            Some("size")
        } else {
            None
        };
        let end = if later { self.behind(bytes, end, is_wide) } else { end };
        self.place = Some((at, end));
    }

    /// Compares the sizes behind a member, which have eight bytes if the local header has such sizes. Returns their end.
    fn behind(&mut self, bytes: &[u8], end: usize, is_wide: bool) -> usize {
        // The signature of a data descriptor is optional.
        let marked = slice(bytes, end, 4).is_ok_and(|mark| mark == DESCRIPTOR);
        let fields = end + if marked { 4 } else { 0 };
        let field = |offset: usize| u32_at(bytes, fields + offset).ok().map(u64::from);
        let wide = |offset: usize| Some(field(offset)? | field(offset + 4)? << 32);
        let declared = [u64::from(self.crc), self.packed, self.size].map(Some);
        if [field(0), field(4), field(8)] == declared && !is_wide {
            return fields + 12;
        }
        if [field(0), wide(4), wide(12)] == declared {
            return fields + 20;
        }
        self.flaws.push("has other sizes behind it than declared".to_owned());
        (fields + 12).min(bytes.len())
    }

    /// Notes a fault because of which the member is not unpacked.
    pub(super) fn refuse(&mut self, what: impl Into<String>) {
        self.is_readable = false;
        self.flaws.push(what.into());
    }
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
