//! Mutations of an ELF module, by changes of some bytes.

use crate::Mutation;
use crate::bytes::{self, find, put, word};
use wheel_fixtures::wheel::Wheel;

pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "ELF: another machine",
        check: "architecture",
        also: &["linked-libraries", "page-alignment"],
        make: |wheel| patched(wheel, |file| put(file, 18, &243_u16.to_le_bytes())),
    },
    Mutation {
        name: "ELF: an executable stack",
        check: "exec-stack",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let stack = header(file, PT_GNU_STACK)?;
                put(file, stack + 4, &7_u32.to_le_bytes())
            })
        },
    },
    Mutation {
        name: "ELF: less than a page of any machine",
        check: "page-alignment",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let load = header(file, PT_LOAD)?;
                put(file, load + 48, &16_u64.to_le_bytes())
            })
        },
    },
    Mutation {
        name: "ELF: text relocations",
        check: "text-relocations",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let flags = dynamic(file, DT_FLAGS)?;
                let value = word(file, flags + 8)? | DF_TEXTREL;
                put(file, flags + 8, &value.to_le_bytes())
            })
        },
    },
    Mutation {
        name: "ELF: a library that nobody has",
        check: "linked-libraries",
        also: &["libc-floor"],
        make: |wheel| {
            patched(wheel, |file| {
                let needed = dynamic(file, DT_NEEDED)?;
                let name = strings(file)? + usize::try_from(word(file, needed + 8)?).ok()?;
                put(file, name, b"liq")
            })
        },
    },
    Mutation {
        name: "ELF: a folder of the build machine",
        check: "run-path",
        // It outweighs the run path of the older kind.
        also: &["linked-libraries"],
        make: |wheel| {
            patched(wheel, |file| {
                // What only makes loading faster gives way to a path, which is the name of any symbol.
                let spare = dynamic(file, DT_RELACOUNT)?;
                let name = string(file, b"\0Py")? + 1 - strings(file)?;
                put(file, spare, &DT_RUNPATH.to_le_bytes())?;
                put(file, spare + 8, &(name as u64).to_le_bytes())
            })
        },
    },
    Mutation {
        name: "ELF: a function that no stable ABI has",
        check: "abi3-symbols",
        also: &[],
        make: |wheel| {
            wheel.file.contains("-abi3-").then_some(())?;
            patched(wheel, |file| {
                let name = string(file, b"\0PyErr_")?;
                put(file, name, b"\0PyErq_")
            })
        },
    },
    Mutation {
        name: "ELF: a function that no library has",
        check: "undefined-symbols",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let names: [&[u8]; 4] = [b"\0memcpy\0", b"\0malloc\0", b"\0memmove\0", b"\0free\0"];
                let name = names.into_iter().find_map(|name| string(file, name))?;
                put(file, name, b"\0Q")
            })
        },
    },
    Mutation {
        name: "ELF: a module of another name",
        check: "suffix-and-exports",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let name = string(file, b"\0PyInit_")?;
                put(file, name, b"\0PyInyt_")
            })
        },
    },
    Mutation {
        name: "ELF: a home folder",
        check: "no-leaked-paths",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                file.extend(b"\0/home/somebody/src/lib.rs\0");
                Some(())
            })
        },
    },
];

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_GNU_STACK: u32 = 0x6474_e551;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_RUNPATH: u64 = 29;
const DT_FLAGS: u64 = 30;
const DT_RELACOUNT: u64 = 0x6fff_fff9;
const DF_TEXTREL: u64 = 4;

/// The wheel with its first module of 64 bits changed; none if there is none, or it cannot be changed so.
fn patched(
    wheel: Wheel,
    change: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<(String, Vec<u8>)> {
    bytes::patched(wheel, b"\x7fELF\x02\x01", b"\0PyInit_", change)
}

/// The offset of the program header of this kind.
fn header(file: &[u8], kind: u32) -> Option<usize> {
    headers(file)?.find(|at| file.get(*at..at + 4) == Some(&kind.to_le_bytes()))
}

fn headers(file: &[u8]) -> Option<impl Iterator<Item = usize>> {
    let start = usize::try_from(word(file, 32)?).ok()?;
    let count = u16::from_le_bytes(file.get(56..58)?.try_into().ok()?);
    Some((0..usize::from(count)).map(move |number| start + number * 56))
}

/// The offset of the entry of the dynamic section with this tag.
fn dynamic(file: &[u8], tag: u64) -> Option<usize> {
    let segment = header(file, PT_DYNAMIC)?;
    let start = usize::try_from(word(file, segment + 8)?).ok()?;
    let size = usize::try_from(word(file, segment + 32)?).ok()?;
    (start..start + size).step_by(16).find(|at| word(file, *at) == Some(tag))
}

/// The offset of the strings of the dynamic section.
fn strings(file: &[u8]) -> Option<usize> {
    let address = word(file, dynamic(file, DT_STRTAB)? + 8)?;
    headers(file)?.find_map(|at| {
        let (offset, start, size) =
            (word(file, at + 8)?, word(file, at + 16)?, word(file, at + 32)?);
        let load = file.get(at..at + 4) == Some(&PT_LOAD.to_le_bytes());
        (load && (start..start + size).contains(&address))
            .then(|| usize::try_from(address - start + offset).ok())?
    })
}

/// The offset of these bytes among the strings of the dynamic section.
fn string(file: &[u8], wanted: &[u8]) -> Option<usize> {
    let strings = strings(file)?;
    Some(strings + find(&file[strings..], wanted)?)
}
