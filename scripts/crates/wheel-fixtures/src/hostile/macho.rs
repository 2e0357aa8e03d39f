//! Mach-O files whose tables lie.

use super::{File, Generator, READ, with_library};
use crate::macho::{ARM64, Macho, fat_at};
use crate::release::MACOS;

pub(super) const ALL: &[Generator] = &[
    Generator {
        name: "macho: a chain of exports whose names grow",
        says: "it has more than 4096 bytes in a name",
        make: chain,
    },
    Generator {
        name: "macho: exports whose branches meet",
        says: "its exports do not form a tree",
        make: meeting,
    },
    Generator { name: "macho: exports with many branches", says: READ, make: wide },
    Generator { name: "macho: symbols at the suffixes of one string", says: READ, make: suffixes },
    Generator { name: "macho: imports at the suffixes of one string", says: READ, make: fixups },
    Generator { name: "macho: load commands without end", says: READ, make: commands },
    Generator {
        name: "macho: exports that every command names again",
        says: "it has two load commands of one kind",
        make: repeated,
    },
    Generator { name: "macho: sections without end", says: READ, make: sections },
    Generator {
        name: "macho: sixteen lists of hashes of one large file",
        says: "it has two lists of SHA-256 hashes",
        make: signatures,
    },
    Generator {
        name: "macho: a signature of very many parts",
        says: "it has more than 64 parts",
        make: parts,
    },
    Generator {
        name: "macho: hashes of more pages than there are",
        says: "it covers more code than the file has",
        make: slots,
    },
    Generator {
        name: "macho: twenty machines with one part",
        says: "its parts for several machines share bytes",
        make: same,
    },
];

/// A 64-bit bundle for arm64 of these load commands, with these bytes behind them.
fn file(commands: &[Vec<u8>], rest: &[u8]) -> Vec<u8> {
    let all = commands.concat();
    let numbers = [0xfeed_facf, ARM64, 0, 8, commands.len() as u32, all.len() as u32, 0x85, 0];
    [&numbers.map(u32::to_le_bytes).concat()[..], &all, rest].concat()
}

fn command(kind: u32, fields: &[u32]) -> Vec<u8> {
    let size = 8 + 4 * fields.len() as u32;
    [&[kind, size], fields].concat().into_iter().flat_map(u32::to_le_bytes).collect()
}

/// A bundle with one command that refers to bytes behind the commands, by place and size.
fn with_data(kind: u32, data: &[u8]) -> Vec<File> {
    with_library(MACOS, &file(&[command(kind, &[48, data.len() as u32])], data))
}

/// A number in four bytes (ULEB128).
fn number(value: usize) -> [u8; 4] {
    [0, 7, 14, 21].map(|shift| (value >> shift) as u8 & 0x7f | if shift < 21 { 0x80 } else { 0 })
}

const TRIE: u32 = 0x8000_0033;

/// Each node has a name and leads to the next.
fn chain(size: usize) -> Vec<File> {
    let mut trie = b"\0\x01_Py\0".to_vec();
    trie.extend(number(trie.len() + 4));
    while trie.len() + 20 < size {
        trie.extend(b"\x02\0\0\x01a\0");
        trie.extend(number(trie.len() + 4));
    }
    trie.extend(b"\x02\0\0\0");
    with_data(TRIE, &trie)
}

/// Each node leads to the next in two ways.
fn meeting(size: usize) -> Vec<File> {
    let mut trie = Vec::new();
    while trie.len() + 20 < size {
        let next = number(trie.len() + 14);
        trie.extend([&b"\0\x02a\0"[..], &next, b"b\0", &next].concat());
    }
    trie.extend(b"\x02\0\0\0");
    with_data(TRIE, &trie)
}

/// Each node has as many branches as a node may have, and the last goes on.
fn wide(size: usize) -> Vec<File> {
    let mut trie = Vec::new();
    while trie.len() + 5000 < size {
        let children = trie.len() + 2 + 255 * 6;
        trie.extend([0, 255]);
        for child in 0..255 {
            trie.extend([b'a', 0]);
            trie.extend(number(children + 2 * child));
        }
        trie.extend([0; 2 * 254]);
    }
    trie.extend([0; 4]);
    with_data(TRIE, &trie)
}

fn suffixes(size: usize) -> Vec<File> {
    let count = size / 32;
    let entry = |at: usize| {
        let mut bytes = (at as u32).to_le_bytes().to_vec();
        bytes.extend([0x0f, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    };
    let table: Vec<u8> = (0..count).flat_map(entry).collect();
    let strings = [&vec![b'A'; size / 2], &b"\0"[..]].concat();
    let place = [56, count as u32, 56 + table.len() as u32, strings.len() as u32];
    with_library(MACOS, &file(&[command(2, &place)], &[table, strings].concat()))
}

fn fixups(size: usize) -> Vec<File> {
    let count = size / 8;
    let mut data =
        [0, 0, 28, 28 + 4 * count as u32, count as u32, 1, 0].map(u32::to_le_bytes).concat();
    // From any library by name, at the beginning of the string.
    data.extend(0xfe_u32.to_le_bytes().repeat(count));
    data.extend(vec![b'A'; size / 2]);
    data.push(0);
    with_data(0x8000_0034, &data)
}

fn commands(size: usize) -> Vec<File> {
    let all = vec![command(0x77, &[]); size / 8];
    with_library(MACOS, &file(&all, b""))
}

fn repeated(size: usize) -> Vec<File> {
    let count = 10_000.min(size / 1000);
    let trie = b"\0\x01a\0\x06\0".to_vec();
    let start = 32 + 48 * count as u32;
    let end = trie.len() + size - 48 * count;
    let one = command(0x8000_0022, &[0, 0, 0, 0, 0, 0, 0, 0, start, end as u32]);
    let mut rest = trie;
    rest.resize(end, 0);
    with_library(MACOS, &file(&vec![one; count], &rest))
}

fn sections(size: usize) -> Vec<File> {
    let count = size / 80;
    let mut segment = command(0x19, &[0; 16]);
    segment[4..8].copy_from_slice(&(72 + 80 * count as u32).to_le_bytes());
    segment[64..68].copy_from_slice(&(count as u32).to_le_bytes());
    segment.resize(72 + 80 * count, 0);
    with_library(MACOS, &file(&[segment], b""))
}

fn superblob(parts: &[(u32, u32)], rest: &[u8]) -> Vec<u8> {
    let size = 12 + 8 * parts.len() + rest.len();
    let mut blob = [0xfade_0cc0, size as u32, parts.len() as u32].map(u32::to_be_bytes).concat();
    parts.iter().for_each(|(slot, at)| blob.extend([*slot, *at].map(u32::to_be_bytes).concat()));
    blob.extend(rest);
    blob
}

/// A list of SHA-256 hashes that covers so many bytes in pages of a mebibyte.
fn directory(limit: u32, slots: u32, hashes: &[u8]) -> Vec<u8> {
    let size = 44 + hashes.len() as u32;
    let numbers = [0xfade_0c02, size, 0x2_0001, 0, 44, 0, 0, slots, limit];
    [&numbers.map(u32::to_be_bytes).concat()[..], &[32, 2, 0, 20, 0, 0, 0, 0], hashes].concat()
}

/// Sixteen times the same list, whose hashes are right.
fn signatures(size: usize) -> Vec<File> {
    use sha2::{Digest, Sha256};
    let pages = size.div_ceil(1 << 20);
    let list_size = 44 + 32 * pages;
    let blob_size = 12 + 8 * 16 + list_size;
    let code = file(&[command(0x1d, &[size as u32, blob_size as u32])], &vec![0; size - 48]);
    let hashes: Vec<u8> = code.chunks(1 << 20).flat_map(Sha256::digest).collect();
    let list = directory(size as u32, pages as u32, &hashes);
    let parts: Vec<(u32, u32)> = (0..16).map(|slot| (slot, 12 + 8 * 16)).collect();
    with_library(MACOS, &[code, superblob(&parts, &list)].concat())
}

fn parts(size: usize) -> Vec<File> {
    let count = size / 8;
    let list = directory(0, 0, b"");
    let parts = vec![(0, 12 + 8 * count as u32); count];
    with_data(0x1d, &superblob(&parts, &list))
}

fn slots(size: usize) -> Vec<File> {
    let list = directory(u32::MAX, u32::MAX, &vec![0; size]);
    with_data(0x1d, &superblob(&[(0, 20)], &list))
}

fn same(size: usize) -> Vec<File> {
    let mut part = Macho::new(ARM64).bytes();
    part.resize(size, 0);
    with_library(MACOS, &fat_at(&part, 20))
}
