//! ELF files whose tables lie.

use super::{File, Generator, READ, Random, wheel, with_library};
use crate::elf::{Elf, X86_64};
use crate::release::LINUX;
use crate::zip::PackedMember;

pub(super) const ALL: &[Generator] = &[
    Generator { name: "elf: symbols at the suffixes of one string", says: READ, make: suffixes },
    Generator {
        name: "elf: long names of Python at every place",
        says: "its symbols have too many long names",
        make: python_names,
    },
    Generator { name: "elf: one name of Python a million times", says: "", make: one_name },
    Generator {
        name: "elf: names that do not end",
        says: "a name in it has more than 4096 bytes",
        make: endless,
    },
    Generator {
        name: "elf: versions that overlap",
        says: "a name in it has more than 4096 bytes",
        make: versions,
    },
    Generator {
        name: "elf: versions that repeat",
        says: "it has more than 10000 versions",
        make: repeated_versions,
    },
    Generator {
        name: "elf: segments of notes over one place",
        says: "it has more than 1000 segments",
        make: segments,
    },
    Generator {
        name: "elf: one long note",
        says: "it has more than 1048576 bytes of notes",
        make: notes,
    },
    Generator { name: "elf: sections with one long name", says: READ, make: sections },
    Generator {
        name: "elf: libraries without end",
        says: "it has more than 1000 libraries",
        make: needed,
    },
    Generator {
        name: "elf: run paths without end",
        says: "its RUNPATH holds 1073 more such paths",
        make: run_paths,
    },
    Generator {
        name: "elf: libraries that load each other",
        says: "more findings of this check",
        make: circles,
    },
    Generator {
        name: "elf: very many small files",
        says: "more findings of this check",
        make: many,
    },
    Generator { name: "elf: homes without end", says: "", make: homes },
];

/// The parts of a 64-bit library that a generator chooses.
#[derive(Default)]
struct Raw {
    symbols: Vec<u8>,
    strings: Vec<u8>,
    dynamic: Vec<u8>,
    versions: Vec<u8>,
    segments: Vec<u8>,
    /// Bytes at the end, to which the segments may refer, and the number of sections beside those that are needed.
    rest: Vec<u8>,
    more_sections: usize,
}

const HEADER: usize = 64;
const SEGMENT: usize = 56;

impl Raw {
    /// The place of the bytes at the end, if there are so many segments.
    fn rest_at(segments: usize) -> usize {
        (HEADER + SEGMENT * (segments + 2)).next_multiple_of(16)
    }

    fn bytes(&self) -> Vec<u8> {
        let segments = self.segments.len() / SEGMENT;
        let mut file = vec![0; Self::rest_at(segments)];
        let mut put = |bytes: &[u8]| {
            file.resize(file.len().next_multiple_of(16), 0);
            let at = file.len();
            file.extend(bytes);
            (at, bytes.len())
        };
        put(&self.rest);
        let symbols = put(&self.symbols);
        let strings = put(&self.strings);
        let versions = put(&self.versions);
        let dynamic = put(&[&self.dynamic[..], &[0; 16]].concat());
        // The kind, the place, the section of names, and the size of an entry.
        let kinds = [
            (0, (0, 0), 0, 0_u64),
            (11, symbols, 2, 24),
            (3, strings, 0, 0),
            (6, dynamic, 2, 16),
            (0x6fff_fffe_u32, versions, 2_u32, 0),
            (3, strings, 0, 0),
        ];
        let mut headers = Vec::new();
        for (kind, (at, size), link, entry) in kinds {
            // A table of versions that is not there must not be read.
            let kind = if kind == 0x6fff_fffe && size == 0 { 0 } else { kind };
            headers.extend([u32::from(kind != 0), kind].map(u32::to_le_bytes).concat());
            headers.extend([2, at as u64, at as u64, size as u64].map(u64::to_le_bytes).concat());
            headers.extend([link, u32::from(kind == 0x6fff_fffe)].map(u32::to_le_bytes).concat());
            headers.extend([8, entry].map(u64::to_le_bytes).concat());
        }
        let more: Vec<u8> = headers[64..128].repeat(self.more_sections);
        let more: Vec<u8> = more
            .chunks(64)
            .flat_map(|header| {
                [&1_u32.to_le_bytes()[..], &1_u32.to_le_bytes(), &header[8..]].concat()
            })
            .collect();
        headers.extend(more);
        let count = headers.len() / 64;
        // A number that does not fit stands in the first header.
        headers[32..40].copy_from_slice(&(count as u64).to_le_bytes());
        let (sections, _) = put(&headers);
        let size = file.len() as u64;
        file[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
        file[16..24].copy_from_slice(&[3, 0, 62, 0, 1, 0, 0, 0]);
        file[32..48]
            .copy_from_slice(&[HEADER as u64, sections as u64].map(u64::to_le_bytes).concat());
        let short = |number: usize| u16::try_from(number).unwrap_or(0).to_le_bytes();
        let numbers =
            [short(64), short(SEGMENT), short(segments + 2), short(64), short(count), short(5)];
        file[52..64].copy_from_slice(&numbers.concat());
        let load = segment(1, 5, 0, size, 0x1000);
        let place = segment(2, 6, dynamic.0 as u64, dynamic.1 as u64, 8);
        let all = [&load[..], &place, &self.segments].concat();
        file[HEADER..HEADER + all.len()].copy_from_slice(&all);
        file
    }
}

fn segment(kind: u32, flags: u32, at: u64, size: u64, align: u64) -> Vec<u8> {
    let words = [at, at, at, size, size, align].map(u64::to_le_bytes).concat();
    [&[kind, flags].map(u32::to_le_bytes).concat()[..], &words].concat()
}

/// A symbol that the library exports, or one that it needs.
fn symbol(name: usize, exported: bool) -> Vec<u8> {
    let mut bytes = (name as u32).to_le_bytes().to_vec();
    bytes.extend([0x12, 0, u8::from(exported), 0]);
    bytes.extend([0x1000_u64, 8].map(u64::to_le_bytes).concat());
    bytes
}

fn library(raw: &Raw) -> Vec<File> {
    with_library(LINUX, &raw.bytes())
}

/// Half of the bytes are a string, and half are symbols that begin in it one after another.
fn suffixes(size: usize) -> Vec<File> {
    let strings = [&b"\0"[..], &vec![b'A'; size / 2], b"\0"].concat();
    let symbols = (0..size / 48).flat_map(|number| symbol(number, true)).collect();
    library(&Raw { symbols, strings, ..Raw::default() })
}

fn python_names(size: usize) -> Vec<File> {
    let mut random = Random::new(1);
    let cells = (0..size / 64)
        .flat_map(|_| [b'P', b'y', 1 + random.below(30) as u8, 1 + random.below(30) as u8]);
    let strings: Vec<u8> = [0].into_iter().chain(cells).chain([0]).collect();
    // Each name ends at a NUL some four thousand bytes on.
    let mut strings = strings;
    (4000..strings.len()).step_by(4000).for_each(|at| strings[at] = 0);
    let count = size / 64;
    let symbols = (0..count)
        .flat_map(|number| [symbol(1 + 4 * number, true), symbol(1 + 4 * number, false)].concat())
        .collect();
    library(&Raw { symbols, strings, ..Raw::default() })
}

fn one_name(size: usize) -> Vec<File> {
    let symbols = [symbol(0, true), symbol(1, true).repeat(size / 24)].concat();
    library(&Raw { symbols, strings: b"\0PyInit__native\0".to_vec(), ..Raw::default() })
}

fn endless(size: usize) -> Vec<File> {
    let strings = b"Py".repeat(size / 4);
    let symbols = (0..size / 48).flat_map(|number| symbol(2 * number, true)).collect();
    library(&Raw { symbols, strings, ..Raw::default() })
}

/// Each byte begins an entry.
fn versions(size: usize) -> Vec<File> {
    let entry = [0x0001_0001_u32, 0, 16, 1].map(u32::to_le_bytes).concat();
    let versions = [0, 1, 0, 0].into_iter().cycle().take(size / 2).collect::<Vec<u8>>();
    let versions = [&entry[..], &versions].concat();
    let strings = [&b"\0"[..], &vec![b'A'; size / 2], b"\0"].concat();
    library(&Raw { versions, strings, ..Raw::default() })
}

/// Each entry is 65,535 times the same version.
fn repeated_versions(size: usize) -> Vec<File> {
    let mut entry = [1_u16, 0xffff].map(u16::to_le_bytes).concat();
    entry.extend([1_u32, 16, 32].map(u32::to_le_bytes).concat());
    entry.extend([0_u32, 0x0002_0000, 1, 0].map(u32::to_le_bytes).concat());
    let strings = [&b"\0"[..], &vec![b'G'; 2000], b"\0"].concat();
    library(&Raw { versions: entry.repeat(size / 32), strings, ..Raw::default() })
}

fn property_note(size: usize) -> Vec<u8> {
    let note = [4_u32, 16, 5, 0x0055_4e47, 0xc000_8002, 4, 1, 0].map(u32::to_le_bytes).concat();
    note.repeat(size / 32)
}

fn segments(size: usize) -> Vec<File> {
    let count = 60_000.min(size / 112);
    let at = Raw::rest_at(count) as u64;
    let rest = property_note(size - count * SEGMENT);
    let one = segment(0x6474_e553, 4, at, rest.len() as u64, 8);
    library(&Raw { segments: one.repeat(count), rest, ..Raw::default() })
}

fn notes(size: usize) -> Vec<File> {
    let (at, rest) = (Raw::rest_at(1) as u64, property_note(size));
    let segments = segment(0x6474_e553, 4, at, rest.len() as u64, 8);
    library(&Raw { segments, rest, ..Raw::default() })
}

fn sections(size: usize) -> Vec<File> {
    let strings = [&b"\0"[..], &vec![b'.'; size / 2], b"\0"].concat();
    library(&Raw { strings, more_sections: size / 128, ..Raw::default() })
}

fn needed(size: usize) -> Vec<File> {
    let strings = [&b"\0"[..], &vec![b'l'; 4096], b"\0"].concat();
    let entry = |number: usize| [1, 1 + (number % 4000) as u64].map(u64::to_le_bytes).concat();
    let dynamic = (0..size / 16).flat_map(entry).collect();
    library(&Raw { dynamic, strings, ..Raw::default() })
}

/// Many libraries, each with a run path of the greatest length.
fn run_paths(size: usize) -> Vec<File> {
    let path: String = (0..1300).map(|number| format!("{number:x}:")).collect();
    let strings = [b"\0", &path.as_bytes()[..4096], b"\0"].concat();
    let dynamic = [29_u64, 1].map(u64::to_le_bytes).concat();
    let library = Raw { dynamic, strings, ..Raw::default() }.bytes();
    let member = |number| PackedMember::stored(&format!("sum_up_to/{number}.so"), &library);
    wheel(LINUX, (0..size / library.len()).map(member).collect())
}

/// Many libraries, each of which loads as many of the others as it may, and looks for them in many folders.
fn circles(size: usize) -> Vec<File> {
    let path: String =
        (0..800).map(|_| "$ORIGIN/../a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r:").collect();
    let mut strings = [b"\0", &path.as_bytes()[..4096], b"\0"].concat();
    let mut dynamic = [29_u64, 1].map(u64::to_le_bytes).concat();
    for number in 0..900 {
        dynamic.extend([1, strings.len() as u64].map(u64::to_le_bytes).concat());
        strings.extend(
            format!("{}.so\0", if number == 0 { "b".into() } else { number.to_string() }).bytes(),
        );
    }
    let library = Raw { dynamic, strings, ..Raw::default() }.bytes();
    // More would ask for more libraries than a wheel may.
    let count = 110.min(size / library.len());
    let member = |number| PackedMember::stored(&format!("sum_up_to/{number}.so"), &library);
    let mut members: Vec<PackedMember> = (0..count).map(member).collect();
    members.push(PackedMember::stored("sum_up_to/deep/b.so", &library));
    members.extend(
        (count..900)
            .map(|number| PackedMember::stored(&format!("sum_up_to/deeper/{number}.so"), b"")),
    );
    wheel(LINUX, members)
}

fn many(size: usize) -> Vec<File> {
    let library = Elf::new(X86_64).bytes();
    let count = 65_000.min(size / (library.len() + 200));
    let member = |number| PackedMember::stored(&format!("sum_up_to/m.{number}.so"), &library);
    wheel(LINUX, (0..count).map(member).collect())
}

fn homes(size: usize) -> Vec<File> {
    let mut library = Elf::new(X86_64).bytes();
    library.extend(b"/home/me//Users//home/".repeat(size / 22));
    with_library(LINUX, &library)
}
