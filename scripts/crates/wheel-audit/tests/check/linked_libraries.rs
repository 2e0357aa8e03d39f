//! `linked-libraries`: libraries that not every promised system has.

use crate::{Case, elf, judge, macho, pe, refusals};
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::macho::{ARM64, Macho};
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
        module.runpath = Some("$ORIGIN/../sum_up_to.libs");
        parts.linux.set_module(module.bytes());
    });
    assert_eq!(judge("linked-libraries", &dist), Ok(Vec::new()));
}

/// A release whose Linux wheel has one more library, and a binary that needs it.
fn with_library(place: &str, user: &str, runpath: &'static str) -> Dist {
    release(|parts| {
        let library = (place.to_owned(), Elf::new(X86_64).bytes());
        let mut elf = Elf::new(X86_64);
        elf.needed.push("libown.so");
        elf.runpath = Some(runpath);
        elf.interpreter = user.contains("scripts").then_some("/lib64/ld-linux-x86-64.so.2");
        parts.linux.members.insert(0, (user.to_owned(), elf.bytes()));
        parts.linux.members.insert(0, library);
    })
}

#[test]
fn a_library_of_the_wheel_lies_where_the_loader_looks() {
    const SCRIPT: &str = "sum_up_to-1.0.0.data/scripts/sum";
    const MODULE: &str = "sum_up_to/other.so";
    for (place, user, runpath, is_found) in [
        ("sum_up_to.libs/libown.so", MODULE, "$ORIGIN/../sum_up_to.libs", true),
        ("sum_up_to.libs/libown.so", MODULE, "${ORIGIN}/../sum_up_to.libs/", true),
        ("sum_up_to.libs/libown.so", MODULE, "/build:$ORIGIN/../sum_up_to.libs", true),
        ("sum_up_to.libs/libown.so", MODULE, "$ORIGIN", false),
        ("sum_up_to.libs/libown.so", MODULE, "", false),
        ("sum_up_to/libown.so", MODULE, "$ORIGIN", true),
        ("sum_up_to-1.0.0.data/data/lib/libown.so", MODULE, "$ORIGIN/../..", false),
        ("sum_up_to-1.0.0.data/data/lib/libown.so", MODULE, "$ORIGIN/../../..", true),
        ("sum_up_to.libs/libown.so", SCRIPT, "$ORIGIN/../sum_up_to.libs", false),
        (
            "sum_up_to.libs/libown.so",
            SCRIPT,
            "$ORIGIN/../lib/python3.11/site-packages/sum_up_to.libs",
            true,
        ),
        ("sum_up_to-1.0.0.data/scripts/libown.so", SCRIPT, "$ORIGIN", true),
    ] {
        let dist = with_library(place, user, runpath);
        let findings = judge("linked-libraries", &dist).expect("judged");
        assert_eq!(findings.is_empty(), is_found, "{place} {user} {runpath}: {findings:?}");
        assert!(findings.iter().all(|finding| finding.member.as_deref() == Some(user)));
    }
}

#[test]
fn a_library_may_have_been_loaded_with_another_one_but_not_with_a_program() {
    let with = |user: &str| {
        let program = user.contains("scripts").then_some("/lib64/ld-linux-x86-64.so.2");
        let mut second = Elf { interpreter: program, ..Elf::new(X86_64) };
        second.needed.push("libown.so");
        let dist = release(|parts| {
            let library = ("sum_up_to/libown.so".to_owned(), Elf::new(X86_64).bytes());
            let mut first = Elf { runpath: Some("$ORIGIN"), ..Elf::new(X86_64) };
            first.needed.push("libown.so");
            parts.linux.members.insert(0, ("sum_up_to/other.so".to_owned(), first.bytes()));
            parts.linux.members.insert(0, library);
            parts.linux.members.insert(0, (user.to_owned(), second.bytes()));
        });
        judge("linked-libraries", &dist).expect("judged").len()
    };
    assert_eq!(with("sum_up_to/deeper/third.so"), 0);
    assert_eq!(with("sum_up_to-1.0.0.data/scripts/sum"), 1);
}

#[test]
fn a_library_takes_over_the_older_kind_of_run_path() {
    let with = |rpath: Option<&'static str>, runpath: Option<&'static str>| {
        let dist = release(|parts| {
            let mut module = Elf { rpath, runpath, ..Elf::new(X86_64) };
            module.needed.push("libone.so");
            parts.linux.set_module(module.bytes());
            let mut one = Elf::new(X86_64);
            one.needed.push("libtwo.so");
            let two = Elf::new(X86_64).bytes();
            parts.linux.members.insert(0, ("sum_up_to.libs/libone.so".to_owned(), one.bytes()));
            parts.linux.members.insert(0, ("sum_up_to.libs/libtwo.so".to_owned(), two));
        });
        let findings = judge("linked-libraries", &dist).expect("judged");
        findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    let folder = Some("$ORIGIN/../sum_up_to.libs");
    assert_eq!(with(folder, None), [""; 0]);
    assert_eq!(with(None, folder), ["it needs the library `libtwo.so`"]);
    // The newer kind outweighs the older one.
    assert_eq!(with(folder, folder), ["it needs the library `libtwo.so`"]);
}

#[test]
fn macos_looks_on_the_run_paths_of_the_binary() {
    let with = |library: &'static str, rpath: &'static str| {
        let dist = release(|parts| {
            let mut module = Macho::new(ARM64);
            module.libraries.push(library);
            module.rpaths.push(rpath);
            parts.macos.set_module(module.bytes());
            let library = ("sum_up_to/.dylibs/libown.dylib".to_owned(), Macho::new(ARM64).bytes());
            parts.macos.members.insert(0, library);
        });
        judge("linked-libraries", &dist).expect("judged").is_empty()
    };
    assert!(with("@loader_path/.dylibs/libown.dylib", "@loader_path"));
    assert!(with("@rpath/libown.dylib", "@loader_path/.dylibs"));
    assert!(with("@rpath/libown.dylib", "@loader_path/../sum_up_to/.dylibs/"));
    assert!(!with("@rpath/libown.dylib", "@loader_path/../lib"));
    assert!(!with("@loader_path/libown.dylib", "@loader_path"));
    assert!(!with("/opt/homebrew/lib/libown.dylib", "@loader_path"));
    assert!(!with("@executable_path/.dylibs/libown.dylib", "@loader_path"));
}

#[test]
fn a_program_of_windows_has_its_dlls_beside_it() {
    let with = |place: &str| {
        let dist = release(|parts| {
            let mut program = Pe::new(AMD64);
            program.imports.push(("own-1.dll", vec![]));
            let member = ("sum_up_to-1.0.0.data/scripts/sum.exe".to_owned(), program.program());
            parts.windows.members.insert(0, member);
            parts.windows.members.insert(0, (place.to_owned(), Pe::new(AMD64).bytes()));
        });
        judge("linked-libraries", &dist).expect("judged").is_empty()
    };
    assert!(with("sum_up_to-1.0.0.data/scripts/own-1.dll"));
    assert!(with("sum_up_to-1.0.0.data/scripts/OWN-1.DLL"));
    assert!(!with("sum_up_to.libs/own-1.dll"));
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
