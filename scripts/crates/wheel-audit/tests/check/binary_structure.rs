//! `binary-structure`: libraries that were cut short, or whose tables lead out of them.

use wheel_audit::Severity;

use crate::{Case, judge, refusals};
use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::macho::{self, Macho};
use wheel_fixtures::pe::{self, Pe};
use wheel_fixtures::release::{Dist, release};

fn half(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn elf() -> Vec<u8> {
    Elf::new(elf::X86_64).bytes()
}

pub const CASES: &[Case] = &[
    Case {
        name: "half a library for Linux",
        broken: || release(|parts| parts.linux.set_module(half(&elf()))),
    },
    Case {
        name: "half a library for macOS",
        broken: || release(|parts| parts.macos.set_module(half(&Macho::new(macho::ARM64).bytes()))),
    },
    Case {
        name: "half a library for Windows",
        broken: || release(|parts| parts.windows.set_module(half(&Pe::new(pe::AMD64).bytes()))),
    },
    Case {
        name: "the data of a test, which only begins like a library",
        broken: || with("sum_up_to/tests/broken.bin"),
    },
];

fn with(member: &'static str) -> Dist {
    release(|parts| parts.linux.members.push((member.to_owned(), half(&elf()))))
}

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("binary-structure", CASES), @"
    # half a library for Linux
    error[binary-structure]: it cannot be understood: Invalid ELF section header offset/size/alignment
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: a whole program or library
       = remedy: build the wheel again, and compare the file with the one that the linker made
    # half a library for macOS
    error[binary-structure]: it cannot be understood: Invalid Mach-O symbol table offset or size
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: a whole program or library
       = remedy: build the wheel again, and compare the file with the one that the linker made
    # half a library for Windows
    error[binary-structure]: it cannot be understood: a part of it lies outside the file
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: a whole program or library
       = remedy: build the wheel again, and compare the file with the one that the linker made
    # the data of a test, which only begins like a library
    warning[binary-structure]: it cannot be understood: Invalid ELF section header offset/size/alignment
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/tests/broken.bin
       = expected: a whole program or library
       = remedy: build the wheel again, and compare the file with the one that the linker made
    ");
}

#[test]
fn any_end_of_a_library_is_missed() {
    for bytes in [elf(), Macho::new(macho::ARM64).bytes(), Pe::new(pe::AMD64).bytes()] {
        for cut in [bytes.len() / 8, bytes.len() / 4] {
            let short = bytes[..bytes.len() - cut].to_vec();
            let dist = release(|parts| {
                parts.linux.members.push(("sum_up_to/cut.so".to_owned(), short));
            });
            let found = judge("binary-structure", &dist).expect("it can tell");
            assert_eq!(found.len(), 1, "{cut} of {:?}", &bytes[..4]);
            assert_eq!(found[0].member.as_deref(), Some("sum_up_to/cut.so"));
        }
    }
}

#[test]
fn a_member_that_nothing_loads_is_a_warning() {
    let severity =
        |member| judge("binary-structure", &with(member)).expect("it can tell")[0].severity;
    assert_eq!(severity("sum_up_to/tests/broken.bin"), Severity::Warning);
    for member in ["sum_up_to/a.so", "a.libs/liba.so.1", "sum_up_to/a.DLL"] {
        assert_eq!(severity(member), Severity::Error, "{member}");
    }
}
