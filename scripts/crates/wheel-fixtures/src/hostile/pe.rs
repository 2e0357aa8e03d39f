//! PE files whose tables lie.

use super::{File, Generator, READ, with_library};
use crate::release::WINDOWS;

pub(super) const ALL: &[Generator] = &[
    Generator { name: "pe: imports that all have one long name", says: READ, make: imports },
    Generator {
        name: "pe: imports of one name of Python",
        says: "the names in it and in the binaries before it have more than 67108864 bytes",
        make: one_name,
    },
    Generator {
        name: "pe: libraries without end",
        says: "it has more than 1000 libraries",
        make: libraries,
    },
    Generator {
        name: "pe: more sections than Windows loads",
        says: "it has more than 96 sections",
        make: sections,
    },
    Generator { name: "pe: exports at the suffixes of one string", says: READ, make: exports },
    Generator { name: "pe: sections with one long name", says: READ, make: names },
];

const START: u32 = 0x1000;

/// A 64-bit DLL of one section, and of so many that are empty before it. The directories are those of exports and of
/// imports.
fn dll(directories: [(u32, u32); 2], data: &[u8], empty: usize, symbols: u32) -> Vec<u8> {
    let count = empty + 1;
    let headers = (64 + 24 + 240 + 40 * count).next_multiple_of(0x200);
    let mut file = b"MZ".to_vec();
    file.resize(0x3c, 0);
    file.extend(0x40_u32.to_le_bytes());
    file.extend(b"PE\0\0");
    file.extend([0x8664, count as u16].map(u16::to_le_bytes).concat());
    file.extend([0, symbols, 0].map(u32::to_le_bytes).concat());
    file.extend([240, 0x2022].map(u16::to_le_bytes).concat());
    let optional = file.len();
    file.extend([0x0b, 0x02]);
    file.resize(optional + 108, 0);
    file.extend(16_u32.to_le_bytes());
    for (at, size) in directories {
        file.extend([at, size].map(u32::to_le_bytes).concat());
    }
    file.resize(optional + 240, 0);
    for number in 0..empty {
        file.extend(b"/4\0\0\0\0\0\0");
        file.extend([1, 0x2000_0000 + 16 * number as u32, 0, 0].map(u32::to_le_bytes).concat());
        file.extend([0; 16]);
    }
    file.extend(b".rdata\0\0");
    let size = data.len() as u32;
    file.extend([size, START, size, headers as u32].map(u32::to_le_bytes).concat());
    file.extend([0; 16]);
    file.resize(headers, 0);
    file.extend(data);
    file
}

/// One library with so many imports, which all have this name.
fn importing(count: usize, name: &[u8], empty: usize) -> Vec<u8> {
    let thunks = START + 0x100;
    let at = thunks + 8 * (count as u32 + 1);
    let mut data = [thunks, 0, 0, START + 0x80, thunks].map(u32::to_le_bytes).concat();
    data.resize(0x80, 0);
    data.extend(b"python3.dll\0");
    data.resize(0x100, 0);
    data.extend(u64::from(at).to_le_bytes().repeat(count));
    data.extend([0; 10]);
    data.extend(name);
    data.push(0);
    dll([(0, 0), (START, data.len() as u32)], &data, empty, 0)
}

fn imports(size: usize) -> Vec<File> {
    let count = 990_000.min(size / 16);
    with_library(WINDOWS, &importing(count, &vec![b'A'; size - 8 * count], 0))
}

fn one_name(size: usize) -> Vec<File> {
    with_library(WINDOWS, &importing(990_000.min(size / 8), b"PyLong_FromLong", 90))
}

fn libraries(size: usize) -> Vec<File> {
    let count = size / 20;
    let name = START + 20 * (count as u32 + 1);
    let mut data = [0, 0, 0, name, 0].map(u32::to_le_bytes).concat().repeat(count);
    data.extend([0; 20]);
    data.extend(vec![b'l'; 4000]);
    data.push(0);
    with_library(WINDOWS, &dll([(0, 0), (START, data.len() as u32)], &data, 0, 0))
}

fn sections(size: usize) -> Vec<File> {
    let empty = 60_000.min(size / 80);
    with_library(WINDOWS, &importing(990_000.min(size / 16), b"A", empty))
}

fn exports(size: usize) -> Vec<File> {
    let count = size / 16;
    let [addresses, ordinals] = [40, 48].map(|offset| START + offset);
    let pointers = ordinals + 2 * count as u32;
    let strings = pointers + 4 * count as u32;
    let table = [0, 0, 0, strings, 1, 1, count as u32, addresses, pointers, ordinals];
    let mut data = table.map(u32::to_le_bytes).concat();
    data.extend([0; 8]);
    data.extend(vec![0; 2 * count]);
    data.extend((0..count as u32).flat_map(|number| (strings + number).to_le_bytes()));
    data.extend(vec![b'A'; size / 2]);
    data.push(0);
    with_library(WINDOWS, &dll([(START, data.len() as u32), (0, 0)], &data, 0, 0))
}

/// The sections are named by a place in the table behind the symbols, where one long name begins.
fn names(size: usize) -> Vec<File> {
    let mut data = vec![b'A'; size];
    data.push(0);
    let headers = 64 + 24 + 240_usize + 40 * 91;
    with_library(WINDOWS, &dll([(0, 0); 2], &data, 90, headers.next_multiple_of(0x200) as u32))
}
