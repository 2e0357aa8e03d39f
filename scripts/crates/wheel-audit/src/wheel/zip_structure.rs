//! The structure of a zip archive beside its members: everything that two readers could see differently, and everything
//! that unpacking would do outside the folder.

use super::error::ReadError;
use super::printable::printable_name;
use super::zip::{self, LOCAL_LENGTH, slice, u16_at, u32_at};

/// The parts of an archive that its members do not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// The length of the archive's comment.
    pub(crate) comment: usize,
    /// Runs of bytes that belong to no member, each by its place and length.
    pub(crate) unclaimed: Vec<(usize, usize)>,
    pub(crate) entries: Vec<DirectoryEntry>,
}

/// One entry of the central directory, folders included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEntry {
    pub(crate) name: String,
    /// The Unix mode, if there is one; 0 otherwise.
    pub(crate) mode: u32,
    /// The name of a field in which the local header differs.
    pub(crate) differs: Option<&'static str>,
    /// True if it shares bytes with another entry.
    pub(crate) overlaps: bool,
}

/// Reads the structure of an archive that [`zip::read`] accepts.
///
/// # Errors
///
/// When a header cannot be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Structure, ReadError> {
    let mut structure = Structure { comment: zip::comment(bytes)?, ..Structure::default() };
    let mut places = Vec::new();
    let headers = zip::directory(bytes)?;
    for header in &headers {
        let at = header.local;
        let flags = u16_at(bytes, at + 6)?;
        let later = flags & 8 != 0;
        let local = |offset| u32_at(bytes, at + offset);
        // A local header holds zeros if the sizes follow the member.
        let same = |given: u32, declared: u64| u64::from(given) == declared || later && given == 0;
        let differs = if u16_at(bytes, at + 8)? != header.method {
            Some("method")
        } else if flags != header.flags {
            Some("flags")
        } else if !same(local(14)?, u64::from(header.crc)) {
            Some("CRC")
        } else if !same(local(18)?, header.packed) {
            Some("packed size")
        } else if !same(local(22)?, header.size) {
            Some("size")
        } else {
            None
        };
        let lengths = usize::from(u16_at(bytes, at + 26)?) + usize::from(u16_at(bytes, at + 28)?);
        let end =
            at + LOCAL_LENGTH + lengths + usize::try_from(header.packed).unwrap_or(usize::MAX / 2);
        places.push((
            at,
            end + if later { descriptor(bytes, end) } else { 0 },
            structure.entries.len(),
        ));
        structure.entries.push(DirectoryEntry {
            name: printable_name(header.name.as_bytes()),
            mode: header.mode,
            differs,
            overlaps: false,
        });
    }
    places.sort_unstable();
    let mut claimed = 0;
    for (start, end, entry) in places {
        if start > claimed {
            structure.unclaimed.push((claimed, start - claimed));
        }
        structure.entries[entry].overlaps = start < claimed;
        claimed = claimed.max(end);
    }
    let directory = zip::directory_start(bytes)?;
    if directory > claimed {
        structure.unclaimed.push((claimed, directory - claimed));
    }
    Ok(structure)
}

/// The length of the data descriptor behind a member. Its signature is optional.
fn descriptor(bytes: &[u8], at: usize) -> usize {
    if slice(bytes, at, 4).is_ok_and(|mark| mark == b"PK\x07\x08") { 16 } else { 12 }
}
