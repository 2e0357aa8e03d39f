//! `architecture`: binaries for another machine, or another system, than the tag promises.

use crate::{Case, elf, judge, refusals};
use wheel_fixtures::elf::{AARCH64, Elf, X86_64};
use wheel_fixtures::macho::{self, Macho, fat};
use wheel_fixtures::pe::{self, Pe};
use wheel_fixtures::release::{good, release};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case { name: "a library for another machine", broken: || elf(|elf| elf.machine = AARCH64) },
    Case {
        name: "a library for ctypes, of another machine",
        broken: || {
            release(|parts| {
                let library = Elf { exports: vec!["own"], imports: vec![], ..Elf::new(AARCH64) };
                parts.linux.members.insert(0, ("sum_up_to/libown.so".to_owned(), library.bytes()));
            })
        },
    },
    Case {
        name: "a library for another system",
        broken: || release(|parts| parts.linux.set_module(Pe::new(pe::AMD64).bytes())),
    },
    Case {
        name: "a DLL for another machine",
        broken: || release(|parts| parts.windows.set_module(Pe::new(pe::ARM64).bytes())),
    },
    Case {
        name: "a fat file without the promised machine",
        broken: || {
            let only = fat(&[Macho::new(macho::X86_64)]);
            release(|parts| parts.macos.set_module(only))
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("architecture", CASES), @"
    # a library for another machine
    error[architecture]: it is ELF code for aarch64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: ELF code for x86_64, as `manylinux2014_x86_64` promises
       = remedy: build this platform's wheel for its own target; do not rename wheels
    # a library for ctypes, of another machine
    error[architecture]: it is ELF code for aarch64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/libown.so
       = expected: code for x86_64, as the tag promises
       = remedy: build this platform's wheel for its own target; do not rename wheels
    # a library for another system
    error[architecture]: it is PE code for x86_64
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: ELF code for x86_64, as `manylinux2014_x86_64` promises
       = remedy: build this platform's wheel for its own target; do not rename wheels
    # a DLL for another machine
    error[architecture]: it is PE code for aarch64
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: PE code for x86_64, as `win_amd64` promises
       = remedy: build this platform's wheel for its own target; do not rename wheels
    # a fat file without the promised machine
    error[architecture]: it is Mach-O code for x86_64
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: Mach-O code for aarch64, as `macosx_11_0_arm64` promises
       = remedy: build this platform's wheel for its own target; do not rename wheels
    ");
}

#[test]
fn a_fat_file_with_the_promised_machine_serves() {
    let both = fat(&[Macho::new(macho::X86_64), Macho::new(macho::ARM64)]);
    let dist = release(|parts| parts.macos.set_module(both));
    assert_eq!(judge("architecture", &dist), Ok(Vec::new()));
}

#[test]
fn a_module_in_a_wheel_for_any_platform_is_refused_unless_its_suffix_names_one() {
    let name = "sum_up_to-1.0.0-py3-none-any.whl";
    let mut wheel = Wheel::new(name);
    let mut dist = good();
    dist.add(name, wheel.bytes());
    let findings = judge("architecture", &dist).expect("it can tell");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].expected, "no extension module in a wheel for any platform");
    wheel.rename("sum_up_to/_native.abi3.so", "sum_up_to/_native.cpython-310-x86_64-linux-gnu.so");
    dist.add(name, wheel.bytes());
    assert_eq!(judge("architecture", &dist), Ok(Vec::new()));
}

#[test]
fn launchers_for_other_machines_are_no_lie() {
    let mut launcher = Pe::new(pe::ARM64);
    launcher.exports.clear();
    let mut library = Elf::new(AARCH64);
    library.exports.clear();
    let dist = release(|parts| {
        parts.linux.members.insert(0, ("sum_up_to/launcher.exe".to_owned(), launcher.bytes()));
        parts.linux.members.insert(0, ("sum_up_to/attach_arm64.so".to_owned(), library.bytes()));
    });
    assert_eq!(judge("architecture", &dist), Ok(Vec::new()));
}

#[test]
fn a_library_has_code_for_each_machine_that_loads_it() {
    let with = |library: Vec<u8>| {
        let module = |cpu| Macho {
            libraries: vec!["/usr/lib/libSystem.B.dylib", "@loader_path/libown.dylib"],
            ..Macho::new(cpu)
        };
        let both = fat(&[module(macho::X86_64), module(macho::ARM64)]);
        let mut wheel = Wheel::new("sum_up_to-1.0.0-cp310-abi3-macosx_11_0_universal2.whl");
        wheel.set_module(both);
        wheel.members.insert(0, ("sum_up_to/libown.dylib".to_owned(), library));
        let mut dist = good();
        dist.add(&wheel.file, wheel.bytes());
        let findings = judge("architecture", &dist).expect("judged");
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    let both = [Macho::new(macho::X86_64), Macho::new(macho::ARM64)];
    assert_eq!(with(fat(&both)), [""; 0]);
    let expected = "it loads `@loader_path/libown.dylib`, which has no code for x86_64";
    assert_eq!(with(Macho::new(macho::ARM64).bytes()), [expected]);
}

#[test]
fn a_wheel_for_any_platform_has_no_program_for_one() {
    let with = |programs: &[(&str, Vec<u8>)]| {
        let name = "sum_up_to-1.0.0-py3-none-any.whl";
        let mut wheel = Wheel::new(name);
        wheel.remove("sum_up_to/_native.abi3.so");
        for (member, bytes) in programs {
            wheel.members.insert(0, ((*member).to_owned(), bytes.clone()));
        }
        let mut dist = good();
        dist.add(name, wheel.bytes());
        let findings = judge("architecture", &dist).expect("judged");
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    let linux = || {
        let interpreter = Some("/lib64/ld-linux-x86-64.so.2");
        Elf { interpreter, exports: vec![], ..Elf::new(X86_64) }.bytes()
    };
    let windows = || Pe::new(pe::AMD64).program();
    assert_eq!(with(&[("sum_up_to/tool", linux())]), ["it is ELF code for x86_64"]);
    assert_eq!(with(&[("sum_up_to/tool", linux()), ("sum_up_to/tool.exe", windows())]), [""; 0]);
    assert_eq!(with(&[("sum_up_to/tests/tool", linux())]), [""; 0]);
    assert_eq!(with(&[("sum_up_to/tool.wasm", b"\0asm\x01\0\0\0".to_vec())]), [""; 0]);
}
