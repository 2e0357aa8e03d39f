//! The headers of a zip archive, read and compared before anything is unpacked: the end record, the central directory
//! and the local headers.
//!
//! A fault of one member does not end the reading of the others. A member that cannot be found, that shares bytes with
//! another or that has its name is not unpacked.

use std::collections::BTreeSet;

use super::error::ReadError;
use super::flaw::{Flaw, Part};
use super::limits::{NAMES_LIMIT, RATIO_LIMIT, UNPACKED_LIMIT};
use super::printable::quoted;
pub(super) use super::zip_header::Header;
use super::zip_header::{slice, u16_at, u32_at};

const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x07";
const END_LENGTH: usize = 22;
/// The record that leads to a zip64 end record stands right before the ordinary one.
const END64_LENGTH: usize = 20;

/// The headers of an archive.
pub(super) struct Directory {
    /// One for each entry with a name of its own, folders included, in the order of the central directory.
    pub(super) headers: Vec<Header>,
    /// The length of the archive's comment.
    pub(super) comment: usize,
    /// Runs of bytes that belong to no member, each by its place and length.
    pub(super) unclaimed: Vec<(usize, usize)>,
    /// The faults of the archive and of its headers.
    pub(super) flaws: Vec<Flaw>,
}

impl Directory {
    /// Reads all headers, and checks the limits.
    ///
    /// # Errors
    ///
    /// When the members cannot be listed, or exceed a limit together.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let (end, is_last) = end_record(bytes)?;
        let count = u16_at(bytes, end + 10)?;
        let length = u32_at(bytes, end + 12)?;
        let start = u32_at(bytes, end + 16)?;
        let locator = end.checked_sub(END64_LENGTH).map(|at| slice(bytes, at, END64.len()));
        // Python's `zipfile` believes a locator wherever it stands, even in the comment of the last entry.
        let zip64 = locator.is_some_and(|mark| mark == Ok(&END64[..]));
        if zip64 || count == u16::MAX || length == u32::MAX || start == u32::MAX {
            return Err(ReadError::unknown("it is a zip64 archive, which is not supported"));
        }
        if u32_at(bytes, end + 4)? != 0 || u16_at(bytes, end + 8)? != count {
            return Err(ReadError::new("it is one part of a multi-part archive"));
        }
        // Python's `zipfile` counts the length back from here, and takes what stands before the archive for the stub of a
        // program. Other readers use the start.
        let before = (end as u64).checked_sub(u64::from(start) + u64::from(length));
        let before = before.and_then(|before| usize::try_from(before).ok()).ok_or_else(|| {
            ReadError::new("its central directory does not end where its end record starts")
        })?;
        let mut flaws = Vec::new();
        let mut say = |what: String| flaws.push(Flaw::of_file(Part::Zip, what));
        if !is_last {
            say("its end record is not the last thing in it".to_owned());
        }
        if before > 0 {
            say(format!("{before} bytes stand before it"));
        }
        let archive = &bytes[before..end];
        let headers = entries(archive, start as usize, count)?;
        if let (true, Some(flaw)) = (headers.is_empty(), flaws.first()) {
            // An end record in the comment of another one hides that archive's members.
            return Err(flaw.error());
        }
        let (headers, unclaimed) = placed(headers, start as usize, before, &mut flaws);
        let readable = headers.iter().filter(|header| header.is_readable);
        let unpacked: u64 = readable.map(|header| header.size).sum();
        let (least, ratio) = RATIO_LIMIT;
        if unpacked > least && unpacked > (bytes.len() as u64).saturating_mul(ratio) {
            return Err(ReadError::new(format!(
                "it unpacks to {unpacked} bytes, which is more than {ratio} times its own size"
            )));
        }
        let comment = usize::from(u16_at(bytes, end + 20)?);
        Ok(Self { headers, comment, unclaimed, flaws })
    }

    /// Reads all headers of an archive without a fault.
    pub(super) fn read_whole(bytes: &[u8]) -> Result<Self, ReadError> {
        let directory = Self::read(bytes)?;
        match directory.flaws.first() {
            None => Ok(directory),
            Some(flaw) => Err(flaw.error()),
        }
    }
}

fn entries(archive: &[u8], start: usize, count: u16) -> Result<Vec<Header>, ReadError> {
    let mut headers: Vec<Header> = Vec::new();
    let (mut position, mut unpacked, mut names) = (start, 0, 0);
    for _ in 0..count {
        let (header, next) = Header::read(archive, position)?;
        position = next;
        names += header.name.len();
        if names > NAMES_LIMIT {
            return Err(ReadError::new(format!(
                "the names of its members have more than {NAMES_LIMIT} bytes"
            )));
        }
        // Of the others nothing is unpacked.
        unpacked += if header.is_readable { header.size } else { 0 };
        if unpacked > UNPACKED_LIMIT {
            return Err(ReadError::new(format!("it unpacks to more than {UNPACKED_LIMIT} bytes")));
        }
        headers.push(header);
    }
    if position != archive.len() {
        return Err(ReadError::new(
            "its central directory and its end record differ in the number of members",
        ));
    }
    Ok(headers)
}

/// Finds the bytes that several members share, and those that belong to none. Returns the headers with a name of their
/// own, and adds the faults of all. `before` is the number of bytes before the archive.
fn placed(
    mut headers: Vec<Header>,
    directory: usize,
    before: usize,
    flaws: &mut Vec<Flaw>,
) -> (Vec<Header>, Vec<(usize, usize)>) {
    let places = headers.iter().enumerate();
    let mut places: Vec<(usize, usize, usize)> = places
        .filter_map(|(number, header)| Some((header.place?.0, header.place?.1, number)))
        .collect();
    places.sort_unstable();
    let mut unclaimed = Vec::new();
    let mut claimed = 0;
    for (start, end, number) in places {
        // One run of packed bytes could stand for any number of members.
        if start < claimed {
            headers[number].refuse("shares bytes with another member");
        } else if end > directory {
            headers[number].refuse("reaches into the central directory");
        } else if start > claimed {
            unclaimed.push((before + claimed, start - claimed));
        }
        claimed = claimed.max(end.min(directory));
    }
    // Where a member was not found, its bytes belong to it all the same.
    if headers.iter().any(|header| header.place.is_none()) {
        unclaimed.clear();
    } else if directory > claimed {
        unclaimed.push((before + claimed, directory - claimed));
    }
    let mut seen = BTreeSet::new();
    headers.retain_mut(|header| {
        // Of two members with one name, some readers take the first and some the last.
        let is_new = header.is_named && seen.insert(header.name.clone());
        if header.is_named && !is_new {
            let name = quoted(&header.name);
            flaws.push(Flaw::of_file(Part::Zip, format!("it has two members `{name}`")));
        }
        let of_member = |what: String| Flaw::of_member(Part::Zip, &header.name, what);
        flaws.extend(header.flaws.drain(..).map(of_member));
        header.start += before;
        is_new
    });
    (headers, unclaimed)
}

/// The place of the end record, at most a comment's length before the end of the file, and true if nothing follows it.
///
/// Several places may look like an end record. Python's `zipfile` takes the last, and so does this reader. Otherwise it
/// would judge another archive than the one that pip installs.
fn end_record(bytes: &[u8]) -> Result<(usize, bool), ReadError> {
    let none = || ReadError::new("it is not a zip archive: it has no end record");
    let last = bytes.len().checked_sub(END_LENGTH).ok_or_else(none)?;
    if bytes[last..].starts_with(&END) && bytes.ends_with(&[0, 0]) {
        return Ok((last, true));
    }
    let first = last.saturating_sub(usize::from(u16::MAX));
    let found = bytes[first..].windows(END.len()).rposition(|window| window == END);
    let at = first + found.ok_or_else(none)?;
    let whole = u16_at(bytes, at + 20)
        .is_ok_and(|comment| at + END_LENGTH + usize::from(comment) == bytes.len());
    Ok((at, whole))
}
