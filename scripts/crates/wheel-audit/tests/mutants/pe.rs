//! Mutations of a PE module, by changes of some bytes.

use crate::Mutation;
use crate::bytes::{self, find, put};
use wheel_fixtures::wheel::Wheel;

pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "PE: another machine",
        check: "architecture",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let start = u32::from_le_bytes(file.get(0x3c..0x40)?.try_into().ok()?);
                let machine = if file.get(start as usize + 4..start as usize + 6)? == [0x64, 0x86] {
                    [0x64, 0xaa]
                } else {
                    [0x64, 0x86]
                };
                put(file, start as usize + 4, &machine)
            })
        },
    },
    Mutation {
        name: "PE: the DLL of one Python",
        check: "linked-libraries",
        also: &[],
        make: |wheel| {
            wheel.file.contains("-abi3-").then_some(())?;
            patched(wheel, |file| {
                let name = find(file, b"python3.dll\0")?;
                put(file, name, b"python9.dll\0")
            })
        },
    },
    Mutation {
        name: "PE: the runtime of C++",
        check: "vc-runtime",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                let name = find(file, b"VCRUNTIME140.dll\0")?;
                put(file, name, b"MSVCP140.dll\0\0\0\0\0")
            })
        },
    },
    Mutation {
        name: "PE: a module of another name",
        check: "suffix-and-exports",
        also: &[],
        make: |wheel| {
            patched(wheel, |file| {
                // It may stand in a text as well.
                find(file, b"\0PyInit_")?;
                while let Some(name) = find(file, b"\0PyInit_") {
                    put(file, name, b"\0PyInyt_")?;
                }
                Some(())
            })
        },
    },
];

/// The wheel with its first module changed; none if there is none, or it cannot be changed so.
fn patched(
    wheel: Wheel,
    change: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<(String, Vec<u8>)> {
    bytes::patched(wheel, b"MZ", b"\0PyInit_", change)
}
