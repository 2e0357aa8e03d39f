//! Tar archives block by block: every byte of a header can be set.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The size of a block.
pub const BLOCK: usize = 512;

/// The header of a member, in the form of pax.
#[derive(Clone, Debug)]
pub struct Header(pub [u8; BLOCK]);

impl Header {
    /// A header of a kind: `b'0'` is a file.
    pub fn new(name: &[u8], size: u64, kind: u8) -> Self {
        let mut block = [0; BLOCK];
        let length = name.len().min(100);
        block[..length].copy_from_slice(&name[..length]);
        for (field, value) in [(100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0")] {
            block[field..field + 8].copy_from_slice(value.as_bytes());
        }
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[136..148].copy_from_slice(b"14544422000\0");
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        Self(block)
    }

    /// The same in the form of GNU tar.
    #[must_use]
    pub fn gnu(self) -> Self {
        self.set(257, b"ustar  \0")
    }

    /// The same with these bytes at a place.
    #[must_use]
    pub fn set(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// The block with its checksum.
    pub fn sealed(mut self) -> Vec<u8> {
        self.0[148..156].fill(b' ');
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        self.0[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.to_vec()
    }
}

/// A file.
pub fn file(name: &str, content: &[u8]) -> Vec<u8> {
    member(b'0', name, content)
}

/// A member of a kind.
pub fn member(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    with(Header::new(name.as_bytes(), content.len() as u64, kind), content)
}

/// A member with this header.
pub fn with(header: Header, content: &[u8]) -> Vec<u8> {
    let mut bytes = header.sealed();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

/// An extended header of these records, for the next member or for all.
pub fn extended(kind: u8, records: &[(&str, &[u8])]) -> Vec<u8> {
    let records: Vec<u8> = records.iter().flat_map(|(key, value)| record(key, value)).collect();
    member(kind, "PaxHeaders/x", &records)
}

/// A record of an extended header.
pub fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
    let digits = |length: usize| length.to_string().len();
    let mut length = rest.len() + digits(rest.len());
    length = rest.len() + digits(length);
    [length.to_string().as_bytes(), &rest].concat()
}

/// The archive of these members, gzipped.
pub fn packed(members: &[Vec<u8>]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for member in members {
        encoder.write_all(member).expect("memory takes everything");
    }
    encoder.write_all(&[0; 2 * BLOCK]).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
