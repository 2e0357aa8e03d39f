//! The structure of a zip archive beside its members: everything that two readers could see differently, and everything
//! that unpacking would do outside the folder.

use super::paths::{self, Collision};
use super::zip_directory::{Directory, Header};
use super::zip_extra::Extra;

/// The parts of an archive that its members do not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// The length of the archive's comment.
    pub(crate) comment: usize,
    /// Runs of bytes that belong to no member, each by its place and length.
    pub(crate) unclaimed: Vec<(usize, usize)>,
    pub(crate) entries: Vec<DirectoryEntry>,
    /// Names that are one on some systems.
    pub(crate) collisions: Vec<Collision>,
}

/// One entry of the central directory, folders included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEntry {
    pub(crate) name: String,
    /// The Unix mode, if there is one; 0 otherwise.
    pub(crate) mode: u32,
    /// The name of a field in which the local header differs.
    pub(crate) differs: Option<&'static str>,
    /// An extra field that changes what some readers see.
    pub(crate) extra: Option<Extra>,
    /// The length of the entry's own comment.
    pub(crate) comment: usize,
    /// True if the name is not ASCII, and nothing says that it is UTF-8. Some readers take another encoding.
    pub(crate) unmarked: bool,
    /// True if a name without a slash is marked as a folder, or a folder has content.
    pub(crate) confused: bool,
}

/// The structure by the headers of an archive.
pub(super) fn read(directory: &Directory) -> Structure {
    let names = directory.headers.iter().map(|header| header.name.as_str());
    Structure {
        comment: directory.comment,
        unclaimed: directory.unclaimed.clone(),
        entries: directory.headers.iter().map(entry).collect(),
        collisions: paths::collisions(names),
    }
}

fn entry(header: &Header) -> DirectoryEntry {
    const UTF8: u16 = 1 << 11;
    let named = header.name.ends_with('/');
    let kind = header.mode & 0o170_000;
    let marked = header.folder || kind == 0o040_000;
    DirectoryEntry {
        name: header.name.clone(),
        mode: header.mode,
        differs: header.differs,
        extra: header.extra,
        comment: header.comment,
        unmarked: !header.name.is_ascii() && header.flags & UTF8 == 0,
        confused: if named { header.size > 0 || header.packed > 2 } else { marked },
    }
}
