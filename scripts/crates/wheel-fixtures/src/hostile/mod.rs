//! Files that would make a careless reader run for hours or fill the memory: lying tables, overlapping parts, bombs,
//! names and texts without end.
//!
//! Each generator makes a release of about so many bytes, so that tests can use small sizes and a benchmark large ones.

mod elf;
mod macho;
mod pe;
mod sets;
mod tar;
mod text;
mod zip;

use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::wheel::{Wheel, hash};
use crate::zip::{PackedMember, archive};

/// A file of a release: its name and its bytes.
pub type File = (String, Vec<u8>);

/// What is said of a binary that is read whole, and of which there is nothing else to say.
pub const READ: &str = "a binary was read whole";

/// A way to make a hostile release.
pub struct Generator {
    /// The format and the trick.
    pub name: &'static str,
    /// A part of what is said about it; empty if it is harmless, and has only to be read in time.
    pub says: &'static str,
    /// Makes the files. They have about so many bytes together, or fewer where the format allows no more.
    pub make: fn(size: usize) -> Vec<File>,
}

/// Every generator, by format.
pub fn generators() -> impl Iterator<Item = &'static Generator> {
    [elf::ALL, macho::ALL, pe::ALL, zip::ALL, text::ALL, tar::ALL, sets::ALL].into_iter().flatten()
}

/// A wheel for this platform with a library, stored as it is.
fn with_library(file: &str, library: &[u8]) -> Vec<File> {
    let suffix = if file.contains("win") { "pyd" } else { "abi3.so" };
    wheel(file, vec![PackedMember::stored(&format!("sum_up_to/_native.{suffix}"), library)])
}

/// A wheel of these members and of those that every wheel has. Its `RECORD` is true of members that are not deflated.
fn wheel(file: &str, members: Vec<PackedMember>) -> Vec<File> {
    let mut record = String::new();
    let mut list = |name: &str, content: &[u8]| {
        record += &format!("{name},{},{}\n", hash(content), content.len());
    };
    for member in &members {
        if member.method == 0 {
            list(&String::from_utf8_lossy(&member.name), &member.packed);
        }
    }
    let plain = Wheel::new(file);
    for (name, content) in &plain.members {
        let taken = members.iter().any(|member| member.name == name.as_bytes());
        if is_own(&plain, name) && !taken {
            list(name, content);
        }
    }
    record += &format!("{},,\n", plain.own("RECORD"));
    with_record(file, members, record.as_bytes())
}

/// Returns whether every wheel has the member, besides `RECORD`.
fn is_own(wheel: &Wheel, name: &str) -> bool {
    name.starts_with(&wheel.own("")) && !name.ends_with("entry_points.txt")
}

/// A wheel of these members with this `RECORD`.
fn with_record(file: &str, members: Vec<PackedMember>, record: &[u8]) -> Vec<File> {
    let plain = Wheel::new(file);
    let mut all = members;
    for (name, content) in &plain.members {
        let taken = all.iter().any(|member| member.name == name.as_bytes());
        if is_own(&plain, name) && !taken {
            all.push(PackedMember::stored(name, content));
        }
    }
    all.push(PackedMember::stored(&plain.own("RECORD"), record));
    vec![(file.to_owned(), archive(&all))]
}

/// Deflates pieces, each so many times, and packs each once. Also returns the CRC of all.
fn deflated(pieces: &[(&[u8], usize)]) -> (Vec<u8>, Crc) {
    let (mut all, mut crc) = (Vec::new(), Crc::new());
    for (piece, count) in pieces {
        let mut compress = Compress::new(Compression::fast(), false);
        let mut packed = Vec::with_capacity(piece.len() + (64 << 10));
        let flush = FlushCompress::Full;
        compress.compress_vec(piece, &mut packed, flush).expect("memory takes everything");
        assert_eq!(compress.total_in(), piece.len() as u64, "the piece is packed whole");
        let mut crc_of_piece = Crc::new();
        crc_of_piece.update(piece);
        (0..*count).for_each(|_| crc.combine(&crc_of_piece));
        all.extend(packed.repeat(*count));
    }
    // An empty block that is the last.
    all.extend([0x03, 0x00]);
    (all, crc)
}

/// Numbers that look random, and are the same each time (xorshift).
pub struct Random(u64);

impl Random {
    /// Begins at a seed that is not zero.
    pub fn new(seed: u64) -> Self {
        assert_ne!(seed, 0);
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below another.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.number() % limit as u64) as usize
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.number() as u8).collect()
    }
}
