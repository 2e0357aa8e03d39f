//! `linked-libraries`: libraries that not every promised system has.

use crate::{Case, elf, judge, macho, pe, refusals};
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::pe::{AMD64, Pe};
use wheel_fixtures::release::{Dist, release};

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
    error[linked-libraries]: it needs the library `libssl.so.3`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, and those that every manylinux system has
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the library of Python
    error[linked-libraries]: it needs the library `libpython3.10.so.1.0`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of Python without a library: the program that imports has them
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the C library of musl
    error[linked-libraries]: it needs the library `libc.musl-x86_64.so.1`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, and those that every manylinux system has
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a library of Homebrew
    error[linked-libraries]: it needs the library `/opt/homebrew/lib/libssl.3.dylib`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, in `/usr/lib` and in `/System/Library`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a library that is not in the wheel
    error[linked-libraries]: it needs the library `@rpath/libfoo.dylib`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: libraries in the wheel, in `/usr/lib` and in `/System/Library`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the DLL of one Python
    error[linked-libraries]: it needs the library `python310.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: `python3.dll`, as the ABI tag is `abi3`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # the DLL of free-threaded Pythons
    error[linked-libraries]: it needs the library `python3t.dll`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: `python3.dll`, as the ABI tag is `abi3`
       = remedy: link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)
    # a DLL of MinGW
    error[linked-libraries]: it needs the library `libwinpthread-1.dll`
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
        let mut module = Elf::new(X86_64);
        module.needed.push("libssl-1a2b.so.3");
        parts.linux.set_module(module.bytes());
    });
    assert_eq!(judge("linked-libraries", &dist), Ok(Vec::new()));
}

/// A release that requires a package, and whose library for Linux needs another library.
fn requiring(package: &str, library: &'static str) -> Dist {
    release(|parts| {
        let required = format!("Requires-Python: >=3.10\nRequires-Dist: {package}\n");
        parts.edit_metadata("Requires-Python: >=3.10\n", &required);
        let mut module = Elf::new(X86_64);
        module.needed.push(library);
        parts.linux.set_module(module.bytes());
    })
}

#[test]
fn what_another_package_brings_by_its_name_is_taken_to_be_there() {
    for (package, library) in [
        ("nvidia-cublas-cu12==12.4.5.8; platform_system == \"Linux\"", "libcublas.so.12"),
        ("torch>=2", "libtorch_cpu.so"),
        ("torch>=2", "libc10.so"),
        ("pyarrow", "libarrow.so.2100"),
        ("PySide6-Essentials (==6.8)", "libQt6Core.so.6"),
    ] {
        let judged = judge("linked-libraries", &requiring(package, library));
        assert_eq!(judged, Ok(Vec::new()), "{package} {library}");
    }
}

#[test]
fn a_package_of_another_name_brings_nothing() {
    for (package, library) in [
        ("typing-extensions>=4.6", "libssl.so.3"),
        ("numpy", "libopenblas.so.0"),
        ("torch; extra == \"gpu\"", "libtorch.so"),
    ] {
        let findings = judge("linked-libraries", &requiring(package, library)).expect("judged");
        assert_eq!(findings.len(), 1, "{package} {library}");
    }
}

/// A wheel for Windows with and without the GIL, linked to a DLL of Python.
fn for_both(dll: &'static str) -> Dist {
    release(|parts| {
        parts.windows.retag("cp315", "abi3.abi3t", "win_amd64");
        let mut module = Pe::new(AMD64);
        module.imports[0].0 = dll;
        parts.windows.set_module(module.bytes());
    })
}

#[test]
fn a_wheel_for_both_kinds_of_python_needs_the_dll_that_both_have() {
    assert_eq!(judge("linked-libraries", &for_both("python3t.dll")), Ok(Vec::new()));
    let findings = judge("linked-libraries", &for_both("python3.dll")).expect("judged");
    assert_eq!(findings[0].expected, "`python3t.dll`, as the ABI tag is `abi3.abi3t`");
    assert_eq!(findings.len(), 1);
}
