//! Mutations of a thin Mach-O module, by changes of some bytes.

use crate::Mutation;
use crate::bytes::{self, find, put};
use wheel_fixtures::wheel::Wheel;

/// Every change of code for arm64 breaks its signature too.
const SIGNED: &[&str] = &["code-signature"];

pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "Mach-O: another machine",
        check: "architecture",
        also: &["code-signature", "macos-floor"],
        make: |wheel| patched(wheel, |file| put(file, 4, &18_u32.to_le_bytes())),
    },
    Mutation {
        name: "Mach-O: the macOS of the build machine",
        check: "macos-floor",
        also: SIGNED,
        make: |wheel| {
            patched(wheel, |file| {
                let floor = command(file, LC_BUILD_VERSION)? + 12;
                put(file, floor, &(99_u32 << 16).to_le_bytes())
            })
        },
    },
    Mutation {
        name: "Mach-O: a library of Homebrew",
        check: "linked-libraries",
        also: SIGNED,
        make: |wheel| {
            patched(wheel, |file| {
                let name = find(file, b"/usr/lib/")?;
                put(file, name, b"/opt/lib/")
            })
        },
    },
    Mutation {
        name: "Mach-O: a function that no stable ABI has",
        check: "abi3-symbols",
        also: SIGNED,
        make: |wheel| {
            wheel.file.contains("-abi3-").then_some(())?;
            patched(wheel, |file| {
                // In the table of symbols, and for the loader in a list of fixups or of commands that bind.
                let mut count = 0;
                for before in [b'\0', b'@'] {
                    let wanted = [&[before], &b"_PyErr_"[..]].concat();
                    while let Some(name) = find(file, &wanted) {
                        put(file, name + 1, b"_PyErq_")?;
                        count += 1;
                    }
                }
                (count > 0).then_some(())
            })
        },
    },
    Mutation {
        name: "Mach-O: a function that no library has",
        check: "undefined-symbols",
        also: SIGNED,
        make: |wheel| {
            patched(wheel, |file| {
                let mut count = 0;
                for before in [b'\0', b'@'] {
                    let wanted = [&[before], &b"_memcpy\0"[..]].concat();
                    while let Some(name) = find(file, &wanted) {
                        put(file, name + 1, b"_memqpy\0")?;
                        count += 1;
                    }
                }
                (count > 0).then_some(())
            })
        },
    },
    Mutation {
        name: "Mach-O: a byte changed after the signing",
        check: "code-signature",
        also: &[],
        make: |wheel| {
            wheel.file.contains("arm64").then_some(())?;
            patched(wheel, |file| {
                // The last one that is signed.
                let end = number(file, command(file, LC_CODE_SIGNATURE)? + 8)?;
                let byte = file.get_mut(end.checked_sub(1)?)?;
                *byte ^= 1;
                Some(())
            })
        },
    },
];

const LC_BUILD_VERSION: usize = 0x32;
const LC_CODE_SIGNATURE: usize = 0x1d;

/// The wheel with its first module changed; none if there is none, or it cannot be changed so.
fn patched(
    wheel: Wheel,
    change: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<(String, Vec<u8>)> {
    bytes::patched(wheel, b"\xcf\xfa\xed\xfe", b"_PyInit_", change)
}

/// The offset of the load command of this kind.
fn command(file: &[u8], kind: usize) -> Option<usize> {
    let mut at = 32;
    for _ in 0..number(file, 16)? {
        if number(file, at)? == kind {
            return Some(at);
        }
        at += number(file, at + 4)?;
    }
    None
}

fn number(file: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?)).ok()
}
