//! `undefined-symbols`: libraries that take symbols from others which nobody defines.

use crate::{Case, elf, judge, macho, refusals};
use wheel_audit::check::untabled;
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::macho::{ARM64, Macho};
use wheel_fixtures::pe::{AMD64, Pe};
use wheel_fixtures::release::{Dist, good, release};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "symbols of a library that is not linked",
        broken: || {
            elf(|elf| elf.imports.extend(["omp_get_num_threads", "GOMP_parallel", "GOMP_barrier"]))
        },
    },
    Case {
        name: "many symbols that nobody has",
        broken: || {
            elf(|elf| {
                elf.imports.extend(["own_a", "own_b", "own_c", "own_d", "own_e", "own_f", "own_g"]);
            })
        },
    },
    Case { name: "C++ without its library", broken: || elf(|elf| elf.imports.push("_ZSt4cout")) },
    Case {
        name: "a newer symbol of glibc without its version",
        broken: || elf(|elf| elf.imports.push("memfd_create")),
    },
    Case {
        name: "a name that glibc does not have",
        broken: || elf(|elf| elf.bound.push(("mallocate", "libc.so.6"))),
    },
    Case {
        name: "a name that libgcc does not have",
        broken: || elf(|elf| elf.bound.push(("_Unwind_Nothing", "libgcc_s.so.1"))),
    },
    Case {
        name: "a symbol in the flat name space",
        broken: || macho(|macho| macho.imports.push("___kmpc_for_static_fini")),
    },
    Case {
        name: "a name that libSystem does not have",
        broken: || macho(|macho| macho.bound.push(("_memfd_create", 1))),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("undefined-symbols", CASES), @"
    # symbols of a library that is not linked
    error[undefined-symbols]: it needs `GOMP_barrier`, `GOMP_parallel`, `omp_get_num_threads`, which no library that it loads defines
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of CPython, of libraries in the wheel, and of the system
       = remedy: link the library that defines it, and put it into the wheel if not every system has it
    # many symbols that nobody has
    error[undefined-symbols]: it needs `own_a`, `own_b`, `own_c`, `own_d`, `own_e` and 2 more, which no library that it loads defines
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of CPython, of libraries in the wheel, and of the system
       = remedy: link the library that defines it, and put it into the wheel if not every system has it
    # C++ without its library
    error[undefined-symbols]: it needs `_ZSt4cout`, which `libstdc++.so.6` defines, and it does not ask for that library
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: `libstdc++.so.6` among its libraries
       = remedy: link with the compiler of its language (`g++` for C++), which adds its library
    # a newer symbol of glibc without its version
    error[undefined-symbols]: it needs `memfd_create`, which glibc has since 2.27
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of glibc 2.17
       = remedy: build on, or link against, a system as old as the tag says, or change the tag
    # a name that glibc does not have
    error[undefined-symbols]: it needs `mallocate`, which `libc.so.6` does not define
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the library has
       = remedy: build both against the same version of the library
    # a name that libgcc does not have
    error[undefined-symbols]: it needs `_Unwind_Nothing`, which `libgcc_s.so.1` does not define
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the library has
       = remedy: build both against the same version of the library
    # a symbol in the flat name space
    error[undefined-symbols]: it needs `__kmpc_for_static_fini`, which no library that it loads defines
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: symbols of CPython, of libraries in the wheel, and of the system
       = remedy: link the library that defines it, and put it into the wheel if not every system has it
    # a name that libSystem does not have
    error[undefined-symbols]: it needs `memfd_create`, which `/usr/lib/libSystem.B.dylib` does not define
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the library has
       = remedy: build both against the same version of the library
    ");
}

#[test]
fn what_the_system_defines_is_good() {
    let dist = release(|parts| {
        let mut linux = Elf::new(X86_64);
        linux.imports.extend(["malloc", "pow", "_Unwind_Resume", "PyArray_Anything"]);
        linux.weak.extend(["__gmon_start__", "_ITM_deregisterTMCloneTable"]);
        linux.bound.extend([("memcpy", "libc.so.6"), ("_Unwind_Resume", "libgcc_s.so.1")]);
        parts.linux.set_module(linux.bytes());
        let mut macos = Macho::new(ARM64);
        macos.libraries.push("/usr/lib/libc++.1.dylib");
        macos.imports.extend(["dyld_stub_binder", "_malloc", "_CFRunLoopRun"]);
        macos.bound.extend([("_memcpy", 1), ("__ZdlPv", 2)]);
        parts.macos.set_module(macos.bytes());
    });
    assert_eq!(judge("undefined-symbols", &dist), Ok(Vec::new()));
}

#[test]
fn on_macos_a_symbol_without_a_library_may_be_of_any_image_that_is_loaded() {
    let with = |symbol: &'static str, library: &'static str| {
        let dist = macho(|macho| {
            macho.imports.push(symbol);
            macho.libraries.push(library);
        });
        judge("undefined-symbols", &dist).expect("judged").is_empty()
    };
    const CXX: &str = "/usr/lib/libc++.1.dylib";
    const APPKIT: &str = "/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit";
    const BLAS: &str = "/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate";
    assert!(with("__ZdlPv", CXX) && !with("_omp_get_num_threads", CXX));
    assert!(with("_NSPasteboardTypeString", APPKIT) && !with("_iconv", APPKIT));
    assert!(with("_dgemm_", BLAS) && with("_sqlite3_open", "/usr/lib/libsqlite3.dylib"));
    assert!(with("_objc_msgSend", CXX) && !with("_NSPasteboardTypeString", CXX));
}

#[test]
fn private_symbols_of_glibc_are_not_judged() {
    let dist = elf(|elf| {
        elf.versions.push(("libresolv.so.2", "GLIBC_PRIVATE", false));
        elf.needed.push("libresolv.so.2");
        elf.bound.push(("__res_iclose", "libresolv.so.2"));
    });
    assert_eq!(judge("undefined-symbols", &dist), Ok(Vec::new()));
}

#[test]
fn a_library_without_a_table_may_define_anything_and_is_counted() {
    let dist = elf(|elf| {
        elf.needed.push("libz.so.1");
        elf.imports.push("inflate");
    });
    assert_eq!(judge("undefined-symbols", &dist), Ok(Vec::new()));
    let untabled = untabled(&dist.read());
    assert_eq!(untabled.get("libz.so.1"), Some(&1));
    assert_eq!(untabled.get("KERNEL32.dll"), Some(&1));
    assert_eq!(untabled.get("libc.so.6"), None);
}

#[test]
fn a_library_of_the_wheel_defines_what_it_exports_and_loads() {
    let with = |exports: Vec<&'static str>, needed: &'static str| {
        release(|parts| {
            let mut module = Elf::new(X86_64);
            module.needed.push("libown.so");
            module.imports.push("own_function");
            parts.linux.set_module(module.bytes());
            let library = Elf { exports, needed: vec![needed], ..Elf::new(X86_64) };
            let member = ("sum_up_to.libs/libown.so".to_owned(), library.bytes());
            parts.linux.members.insert(0, member);
        })
    };
    let passes = |exports: Vec<&'static str>, needed| {
        let findings = judge("undefined-symbols", &with(exports, needed)).expect("judged");
        findings.is_empty()
    };
    assert!(passes(vec!["own_function"], "libc.so.6"));
    assert!(!passes(vec!["another"], "libc.so.6"));
    // What it loads itself may define it.
    assert!(passes(vec!["another"], "libz.so.1"));
}

#[test]
fn another_machine_defines_nothing() {
    let mut other = Elf::new(wheel_fixtures::elf::AARCH64);
    other.exports.push("own_function");
    let dist = release(|parts| {
        let mut module = Elf::new(X86_64);
        module.imports.push("own_function");
        parts.linux.set_module(module.bytes());
        parts.linux.members.insert(0, ("sum_up_to/other.so".to_owned(), other.bytes()));
    });
    assert_eq!(judge("undefined-symbols", &dist).map(|findings| findings.len()), Ok(1));
}

/// A release with one more wheel, whose module is this one.
fn with(file: &str, module: Vec<u8>) -> Dist {
    let mut wheel = Wheel::new(file);
    wheel.set_module(module);
    let mut dist = good();
    dist.add(&wheel.file, wheel.bytes());
    dist
}

#[test]
fn a_name_of_glibc_alone_is_refused_on_musl() {
    let file = "sum_up_to-1.0.0-cp310-abi3-musllinux_1_2_x86_64.whl";
    let mut module = Elf { needed: vec!["libc.so"], versions: vec![], ..Elf::new(X86_64) };
    module.imports.extend(["malloc", "pthread_create"]);
    assert_eq!(judge("undefined-symbols", &with(file, module.bytes())), Ok(Vec::new()));
    module.imports.push("__memcpy_chk");
    let findings = judge("undefined-symbols", &with(file, module.bytes())).expect("judged");
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "it needs `__memcpy_chk`, which glibc defines and musl does not"
    );
}

#[test]
fn a_dll_of_the_wheel_has_what_is_taken_from_it() {
    let with = |exports: Vec<&'static str>| {
        release(|parts| {
            let mut module = Pe::new(AMD64);
            module.imports.push(("own-1a2b.dll", vec!["own_function"]));
            parts.windows.set_module(module.bytes());
            let library = Pe { exports, ..Pe::new(AMD64) };
            let member = ("sum_up_to.libs/own-1a2b.dll".to_owned(), library.bytes());
            parts.windows.members.insert(0, member);
        })
    };
    assert_eq!(judge("undefined-symbols", &with(vec!["own_function"])), Ok(Vec::new()));
    let findings = judge("undefined-symbols", &with(vec!["own_functions"])).expect("judged");
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "it needs `own_function`, which `own-1a2b.dll` does not define"
    );
}

#[test]
fn the_names_of_another_interpreter_are_its_own() {
    let mut module = Elf::new(X86_64);
    module.imports.push("pypy_carefully_make_gil");
    let of = |file: &str| {
        let dist = with(file, module.bytes());
        judge("undefined-symbols", &dist).map(|findings| findings.len())
    };
    assert_eq!(of("sum_up_to-1.0.0-pp311-pypy311_pp73-manylinux_2_17_x86_64.whl"), Ok(0));
    assert_eq!(of("sum_up_to-1.0.0-cp311-cp311-manylinux_2_17_x86_64.whl"), Ok(1));
}
