//! Archives that unpack to more than they should, and names without end.

use super::{File, Generator, Random, deflated, wheel};
use crate::elf::{Elf, X86_64};
use crate::release::LINUX;
use crate::zip::{PackedMember, overlapping_headers};

pub(super) const ALL: &[Generator] = &[
    Generator {
        name: "zip: one member of a gibibyte",
        says: "more than 50 times its own size",
        make: gibibyte,
    },
    Generator {
        name: "zip: three members of a gibibyte",
        says: "more than 50 times its own size",
        make: three,
    },
    Generator { name: "zip: fifty times its size", says: "is not listed in `RECORD`", make: dense },
    Generator {
        name: "zip: libraries of fifty times its size",
        says: "is not listed in `RECORD`",
        make: libraries,
    },
    Generator {
        name: "zip: homes of fifty times its size",
        says: "is not listed in `RECORD`",
        make: homes,
    },
    Generator {
        name: "zip: bills of fifty times its size",
        says: "is not listed in `RECORD`",
        make: bills,
    },
    Generator {
        name: "zip: members that share bytes",
        says: "shares bytes with another member",
        make: shared,
    },
    Generator { name: "zip: as many members as there can be", says: "holds no binary", make: many },
    Generator {
        name: "zip: names of 64 kB with control characters",
        says: "has a name of more than 4096 bytes",
        make: long_names,
    },
    Generator {
        name: "zip: long names that lead outside",
        says: "leads out of the folder",
        make: outside,
    },
    Generator { name: "zip: names of very many folders", says: "holds no binary", make: deep },
    Generator {
        name: "zip: names that differ only in case",
        says: "more findings of this check",
        make: same_case,
    },
    Generator { name: "zip: extra fields without end", says: "holds no binary", make: extra },
    Generator { name: "zip: bytes between members", says: "belong to no member", make: gaps },
];

/// A member that is a piece so many times. It is packed once.
fn repeated(name: &str, piece: &[u8], count: usize) -> PackedMember {
    let (packed, crc) = deflated(&[(piece, count)]);
    PackedMember {
        crc: crc.sum(),
        size: u32::try_from(piece.len() * count).expect("below 4 GiB"),
        packed_size: u32::try_from(packed.len()).expect("below 4 GiB"),
        packed,
        ..PackedMember::deflated(name, b"")
    }
}

/// A piece of a mebibyte that packs to about a 48th of it.
fn piece() -> Vec<u8> {
    let mut piece = Random::new(7).bytes(17_000);
    piece.resize(1 << 20, 0);
    piece
}

fn gibibyte(_: usize) -> Vec<File> {
    wheel(LINUX, vec![repeated("sum_up_to/zeros", &[0; 1 << 20], 1 << 10)])
}

fn three(_: usize) -> Vec<File> {
    let member = |number| repeated(&format!("sum_up_to/{number}"), &[0; 1 << 20], 1 << 10);
    wheel(LINUX, (0..3).map(member).collect())
}

/// So many pieces that the archive has about so many bytes, in members of up to a gibibyte.
fn dense(size: usize) -> Vec<File> {
    let piece = piece();
    let pieces = (size / 22_500).max(1);
    let member = |number: usize| {
        let count = (pieces - number * 1024).min(1024);
        repeated(&format!("sum_up_to/{number}"), &piece, count)
    };
    wheel(LINUX, (0..pieces.div_ceil(1024)).map(member).collect())
}

/// The same, in members that begin like a library.
fn libraries(size: usize) -> Vec<File> {
    as_libraries(size / 22_500, piece())
}

/// The same, where each byte may begin the path of a home.
fn homes(size: usize) -> Vec<File> {
    let mut piece = piece();
    let homes = b"/home/me//Users//home/".repeat((1 << 20) / 22 + 1);
    piece[17_000..].copy_from_slice(&homes[17_000..1 << 20]);
    as_libraries(size / 28_500, piece)
}

fn as_libraries(pieces: usize, mut piece: Vec<u8>) -> Vec<File> {
    let pieces = pieces.max(1);
    let library = Elf::new(X86_64).bytes();
    piece[..library.len()].copy_from_slice(&library);
    let member = |number: usize| {
        let count = (pieces - number * 700).min(700);
        repeated(&format!("sum_up_to/m{number}.so"), &piece, count)
    };
    wheel(LINUX, (0..pieces.div_ceil(700)).map(member).collect())
}

fn bills(size: usize) -> Vec<File> {
    let piece = piece();
    let pieces = (size / 22_500).max(1);
    let member = |number: usize| {
        let count = (pieces - number * 700).min(700);
        repeated(&format!("sum_up_to-1.0.0.dist-info/sboms/{number}.json"), &piece, count)
    };
    wheel(LINUX, (0..pieces.div_ceil(700)).map(member).collect())
}

fn shared(_: usize) -> Vec<File> {
    let member = repeated("sum_up_to/kernel", &piece(), 6);
    vec![(LINUX.to_owned(), overlapping_headers(&member, 680))]
}

fn many(size: usize) -> Vec<File> {
    let count = 65_500.min(size / 100);
    let name = |number| format!("sum_up_to/{number:x}.py");
    wheel(LINUX, (0..count).map(|number| PackedMember::stored(&name(number), b"")).collect())
}

fn named(size: usize, length: usize, name: impl Fn(usize) -> String) -> Vec<File> {
    let count = 65_500.min(size / (2 * length + 100)).max(1);
    wheel(LINUX, (0..count).map(|number| PackedMember::stored(&name(number), b"")).collect())
}

fn long_names(size: usize) -> Vec<File> {
    named(size, 60_000, |number| format!("{number:06}{}", "\x01".repeat(60_000)))
}

fn outside(size: usize) -> Vec<File> {
    named(size, 4000, |number| format!("../{number:06}{}", "\u{202e}".repeat(1300)))
}

fn deep(size: usize) -> Vec<File> {
    named(size, 4000, |number| format!("sum_up_to/{}{number:x}", "d/".repeat(1900)))
}

fn same_case(size: usize) -> Vec<File> {
    named(size, 40, |number| {
        let flipped = |at: usize, letter: char| match number >> at & 1 {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        };
        "sum_up_to/abcdefghijklmnop"
            .char_indices()
            .map(|(at, letter)| flipped(at.saturating_sub(10), letter))
            .collect()
    })
}

fn extra(size: usize) -> Vec<File> {
    let field = [0x55, 0x54, 0, 0].repeat(15_000);
    let member = |number: usize| PackedMember {
        extra: field.clone(),
        local_extra: field.clone(),
        ..PackedMember::stored(&format!("sum_up_to/{number}.py"), b"")
    };
    wheel(LINUX, (0..(size / 120_000).max(1)).map(member).collect())
}

fn gaps(size: usize) -> Vec<File> {
    let count = 65_500.min(size / 100);
    let member = |number: usize| PackedMember {
        gap: vec![b'!'],
        comment: vec![b'?'],
        ..PackedMember::stored(&format!("sum_up_to/{number:x}.py"), b"")
    };
    wheel(LINUX, (0..count).map(member).collect())
}
