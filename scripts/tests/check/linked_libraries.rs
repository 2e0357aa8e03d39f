//! `linked-libraries`: libraries that not every promised system has.

use crate::fixture::release::release;
use crate::{Case, elf, judge, macho, pe, refusals};

pub const CASES: &[Case] = &[
    Case {
        name: "a library of the build machine",
        broken: || elf(|elf| elf.needed.push("libssl.so.3")),
    },
    Case {
        name: "the library of Python",
        broken: || elf(|elf| elf.needed.push("libpython3.10.so.1.0")),
    },
    Case {
        name: "the C library of musl",
        broken: || elf(|elf| elf.needed.push("libc.musl-x86_64.so.1")),
    },
    Case {
        name: "a library of Homebrew",
        broken: || macho(|macho| macho.libraries.push("/opt/homebrew/lib/libssl.3.dylib")),
    },
    Case {
        name: "a library that is not in the wheel",
        broken: || macho(|macho| macho.libraries.push("@rpath/libfoo.dylib")),
    },
    Case { name: "the DLL of one Python", broken: || pe(|pe| pe.imports[0].0 = "python310.dll") },
    Case {
        name: "the DLL of free-threaded Pythons",
        broken: || pe(|pe| pe.imports[0].0 = "python3t.dll"),
    },
    Case {
        name: "a DLL of MinGW",
        broken: || pe(|pe| pe.imports.push(("libwinpthread-1.dll", vec!["x"]))),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("linked-libraries", CASES), @"
    # a library of the build machine
    finding[linked-libraries]: it needs the library `libssl.so.3`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, and those that every manylinux system has
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the library of Python
    finding[linked-libraries]: it needs the library `libpython3.10.so.1.0`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of Python without a library: the program that imports has them
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the C library of musl
    finding[linked-libraries]: it needs the library `libc.musl-x86_64.so.1`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, and those that every manylinux system has
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a library of Homebrew
    finding[linked-libraries]: it needs the library `/opt/homebrew/lib/libssl.3.dylib`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, in `/usr/lib` and in `/System/Library`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a library that is not in the wheel
    finding[linked-libraries]: it needs the library `@rpath/libfoo.dylib`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, in `/usr/lib` and in `/System/Library`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the DLL of one Python
    finding[linked-libraries]: it needs the library `python310.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: `python3.dll`, as the ABI tag is `abi3`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the DLL of free-threaded Pythons
    finding[linked-libraries]: it needs the library `python3t.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: `python3.dll`, as the ABI tag is `abi3`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a DLL of MinGW
    finding[linked-libraries]: it needs the library `libwinpthread-1.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: DLLs in the wheel, and those of Windows and Python
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    ");
}

#[test]
fn a_library_in_the_wheel_is_no_matter_of_the_system() {
    let dist = release(|parts| {
        parts
            .linux
            .members
            .insert(0, ("sum_up_to.libs/libssl-1a2b.so.3".to_owned(), b"x".to_vec()));
        let mut module = crate::fixture::elf::Elf::new(crate::fixture::elf::X86_64);
        module.needed.push("libssl-1a2b.so.3");
        parts.linux.set_module(module.bytes());
    });
    assert_eq!(judge("linked-libraries", &dist), Ok(Vec::new()));
}

#[test]
fn what_another_package_may_bring_is_not_judged() {
    let dist = release(|parts| {
        parts.edit_metadata(
            "Requires-Python: >=3.10\n",
            "Requires-Python: >=3.10\nRequires-Dist: a\n",
        );
        let mut module = crate::fixture::elf::Elf::new(crate::fixture::elf::X86_64);
        module.needed.push("liba.so");
        parts.linux.set_module(module.bytes());
    });
    assert_eq!(judge("linked-libraries", &dist), Ok(Vec::new()));
}
