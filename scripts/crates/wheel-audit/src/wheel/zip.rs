//! The zip archive of a wheel: its members, unpacked, hashed and checked against their CRC.
//!
//! This crate has its own reader, because an audit must see the archive as it is and not as a forgiving library
//! repairs it ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3
//! and 4.4). Only inflating is left to a crate.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use sha2::{Digest, Sha256};

use super::error::ReadError;
use super::flaw::{Flaw, Part};
use super::limits::{HELD_LIMIT, KEPT_LIMIT, TEXT_LIMIT};
use super::sum::Sha256Sum;
use super::zip_directory::{Directory, Header};

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The path in the archive.
    pub name: String,
    /// Unpacked size in bytes.
    pub size: u64,
    /// The SHA-256 of the content.
    pub sum: Sha256Sum,
    /// True if pip makes it executable: its mode is that of a file that somebody may execute.
    pub executable: bool,
    /// The content, if the caller asked for it.
    pub content: Option<Vec<u8>>,
}

/// The part of a member that a caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Its size and hash. It is unpacked piece by piece.
    Sum,
    /// Its whole content once.
    Look,
    /// Its whole content beside the facts, if it has at most so many bytes.
    Keep(u64),
}

/// The bits of a Unix mode: the type, that of a regular file, and the leave to execute it.
const FILE_TYPE: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const EXECUTABLE: u32 = 0o111;
/// The most bytes that deflate makes of one ([zlib](https://zlib.net/zlib_tech.html)).
const DEFLATE_RATIO: u64 = 1032;
/// A file is unpacked in pieces of so many bytes.
const PIECE: usize = 64 << 10;
/// The bytes of a member by which a caller chooses what it needs.
const HEAD: usize = 8;

/// Reads every member of an archive. `keep` chooses by name the members whose content is kept.
///
/// # Errors
///
/// When the bytes are not a zip archive, use a feature that wheels do not use (encryption, an archive of zip64, a method
/// other than stored and deflated), exceed a limit, or contradict themselves (CRC, sizes, names, members that share
/// bytes).
pub fn read(bytes: &[u8], keep: impl Fn(&str) -> bool) -> Result<Vec<Member>, ReadError> {
    let need = |name: &str, _: u64, _: &[u8]| match keep(name) {
        true => Need::Keep(TEXT_LIMIT),
        false => Need::Sum,
    };
    whole(bytes, need, |_, _| {})
}

/// Does the same, and passes the name and content of every member to `look`. One member is in memory at a time, beside
/// those that are kept.
///
/// # Errors
///
/// As for [`read`], and when a member is larger than [`HELD_LIMIT`].
pub fn visit(
    bytes: &[u8],
    keep: impl Fn(&str) -> bool,
    look: impl FnMut(&str, &[u8]),
) -> Result<Vec<Member>, ReadError> {
    let need = |name: &str, _: u64, _: &[u8]| match keep(name) {
        true => Need::Keep(TEXT_LIMIT),
        false => Need::Look,
    };
    whole(bytes, need, look)
}

/// Passes the content of one member to `look`, unless it is larger than [`HELD_LIMIT`].
pub(crate) fn visit_one(
    bytes: &[u8],
    wanted: &str,
    mut look: impl FnMut(&[u8]),
) -> Result<(), ReadError> {
    let directory = Directory::read_whole(bytes)?;
    let header = directory.headers.iter().find(|header| header.name == wanted);
    let header = header.ok_or_else(|| ReadError::new("it has no such member"))?;
    let read = header.member(bytes, &mut |_, _, _| Need::Look, &mut |_, content| look(content));
    read.map(drop).map_err(|flaw| flaw.error())
}

/// Unpacks every member of an archive without a fault.
fn whole(
    bytes: &[u8],
    need: impl FnMut(&str, u64, &[u8]) -> Need,
    look: impl FnMut(&str, &[u8]),
) -> Result<Vec<Member>, ReadError> {
    let unpacked = members(bytes, &Directory::read_whole(bytes)?, need, look)?;
    match unpacked.flaws.first() {
        None => Ok(unpacked.members),
        Some(flaw) => Err(flaw.error()),
    }
}

/// The members of an archive.
#[derive(Default)]
pub(super) struct Unpacked {
    pub(super) members: Vec<Member>,
    /// The names of those that could not be unpacked.
    pub(super) damaged: Vec<String>,
    /// Their faults, without those of their headers.
    pub(super) flaws: Vec<Flaw>,
}

/// Unpacks the members of an archive whose headers were read. `need` says by name, size and first bytes what is needed
/// of a member, and `look` gets the name and content of each that is needed whole.
///
/// # Errors
///
/// When the texts that are kept exceed their limit.
pub(super) fn members(
    bytes: &[u8],
    directory: &Directory,
    mut need: impl FnMut(&str, u64, &[u8]) -> Need,
    mut look: impl FnMut(&str, &[u8]),
) -> Result<Unpacked, ReadError> {
    let mut unpacked = Unpacked::default();
    let mut kept = 0;
    for header in directory.headers.iter().filter(|header| !header.name.ends_with('/')) {
        if !header.is_readable {
            unpacked.damaged.push(header.name.clone());
            continue;
        }
        match header.member(bytes, &mut need, &mut look) {
            Ok(member) => {
                kept += member.content.as_ref().map_or(0, Vec::len) as u64;
                unpacked.members.push(member);
            }
            Err(flaw) => {
                unpacked.damaged.push(header.name.clone());
                unpacked.flaws.push(flaw);
            }
        }
        if kept > KEPT_LIMIT {
            return Err(ReadError::new(format!("its texts have more than {KEPT_LIMIT} bytes")));
        }
    }
    Ok(unpacked)
}

impl Header {
    fn member(
        &self,
        bytes: &[u8],
        need: &mut impl FnMut(&str, u64, &[u8]) -> Need,
        look: &mut impl FnMut(&str, &[u8]),
    ) -> Result<Member, Flaw> {
        // The bounds were checked when the headers were read.
        let packed = &bytes[self.start..][..self.packed as usize];
        match self.method {
            0 => self.unpack(packed, need, look),
            8 => {
                let mut inflate = DeflateDecoder::new(packed);
                let member = self.unpack(&mut inflate, need, look)?;
                // No reader sees bytes behind the stream, but they are part of the wheel.
                if inflate.total_in() == self.packed {
                    Ok(member)
                } else {
                    Err(self.wrong("is not as long packed as declared"))
                }
            }
            // pip unpacks what Python's `zipfile` does.
            12 => Err(self.wrong("is packed by bzip2, which PyPI and uv refuse")),
            14 => Err(self.wrong("is packed by lzma, which PyPI and uv refuse")),
            method => {
                Err(self.wrong(&format!("is packed by method {method}, which pip does not unpack")))
            }
        }
    }

    fn wrong(&self, what: &str) -> Flaw {
        Flaw::of_member(Part::Zip, &self.name, what)
    }

    fn unpack(
        &self,
        source: impl Read,
        need: &mut impl FnMut(&str, u64, &[u8]) -> Need,
        look: &mut impl FnMut(&str, &[u8]),
    ) -> Result<Member, Flaw> {
        // One byte more than declared shows that the declared size is wrong.
        let mut source = source.take(self.size + 1);
        let unreadable =
            |error: std::io::Error| self.wrong(&format!("cannot be unpacked: {error}"));
        let mut content = Vec::with_capacity(HEAD);
        source.by_ref().take(HEAD as u64).read_to_end(&mut content).map_err(unreadable)?;
        let need = need(&self.name, self.size, &content);
        let limit = match need {
            Need::Sum => u64::MAX,
            Need::Look => HELD_LIMIT,
            Need::Keep(limit) => limit,
        };
        if self.size > limit {
            return Err(self.wrong(&format!("is larger than {limit} bytes")));
        }
        let mut seen = Seen::default();
        if need == Need::Sum {
            seen.update(&content);
            let rest = usize::try_from(self.size).unwrap_or(PIECE).saturating_add(1);
            content.resize(rest.min(PIECE), 0);
            loop {
                match source.read(&mut content).map_err(unreadable)? {
                    0 => break,
                    length => seen.update(&content[..length]),
                }
            }
        } else {
            // The declared size may be wrong, so no more memory is reserved than the packed bytes can unpack to.
            let possible = self.size.min(self.packed.saturating_mul(DEFLATE_RATIO));
            content.reserve_exact(usize::try_from(possible + 1).unwrap_or(0));
            source.read_to_end(&mut content).map_err(unreadable)?;
            seen.update(&content);
        }
        if seen.size != self.size {
            return Err(self.wrong("is not as long as declared"));
        }
        if seen.crc.sum() != self.crc {
            return Err(self.wrong("has another CRC than declared"));
        }
        if need != Need::Sum {
            look(&self.name, &content);
        }
        let sum: [u8; 32] = seen.sum.finalize().into();
        let content = matches!(need, Need::Keep(_)).then_some(content);
        let executable = self.mode & FILE_TYPE == FILE && self.mode & EXECUTABLE != 0;
        let (name, sum) = (self.name.clone(), sum.into());
        Ok(Member { name, size: self.size, sum, executable, content })
    }
}

/// The size and the hashes of what was unpacked.
#[derive(Default)]
struct Seen {
    size: u64,
    crc: flate2::Crc,
    sum: Sha256,
}

impl Seen {
    fn update(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        self.crc.update(piece);
        self.sum.update(piece);
    }
}
