//! `run-path`: folders of the machine that built the wheel.

use wheel_audit::Severity;

use crate::{Case, elf, judge, macho, refusals};

pub const CASES: &[Case] = &[
    Case {
        name: "a folder of the build machine",
        broken: || elf(|elf| elf.runpath = Some("/home/me/lib")),
    },
    Case {
        name: "the same in the older field",
        broken: || elf(|elf| elf.rpath = Some("$ORIGIN:/opt/lib")),
    },
    Case {
        name: "the current folder, by an empty entry",
        broken: || elf(|elf| elf.runpath = Some("$ORIGIN:")),
    },
    Case {
        name: "a folder of the build machine, on macOS",
        broken: || macho(|macho| macho.rpaths.push("/Users/me/lib")),
    },
];

/// The severity of a run path in a library that needs another one.
fn severity(needed: &'static str) -> Severity {
    let dist = elf(|elf| {
        elf.runpath = Some("/opt/lib");
        elf.needed.push(needed);
    });
    judge("run-path", &dist).expect("it can tell")[0].severity
}

#[test]
fn a_folder_is_an_error_where_the_loader_looks_there_for_a_library_that_is_not_in_the_wheel() {
    assert_eq!(severity("libm.so.6"), Severity::Warning);
    assert_eq!(severity("liboddity.so.1"), Severity::Error);
}

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("run-path", CASES), @"
    # a folder of the build machine
    warning[run-path]: its RUNPATH holds `/home/me/lib`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: paths from `$ORIGIN`
       = remedy: link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)
    # the same in the older field
    warning[run-path]: its RPATH holds `/opt/lib`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: paths from `$ORIGIN`
       = remedy: link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)
    # the current folder, by an empty entry
    error[run-path]: its RUNPATH holds ``
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: paths from `$ORIGIN`
       = remedy: link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)
    # a folder of the build machine, on macOS
    warning[run-path]: its LC_RPATH holds `/Users/me/lib`
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: paths from `@loader_path`
       = remedy: link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)
    ");
}

#[test]
fn paths_from_the_library_itself_are_normal() {
    for path in ["$ORIGIN", "${ORIGIN}/../a.libs", "$ORIGIN/x:$ORIGIN/y"] {
        assert_eq!(judge("run-path", &elf(|elf| elf.runpath = Some(path))), Ok(Vec::new()));
    }
    let dist = macho(|macho| macho.rpaths = vec!["@loader_path/../x", "/usr/lib/swift"]);
    assert_eq!(judge("run-path", &dist), Ok(Vec::new()));
}
