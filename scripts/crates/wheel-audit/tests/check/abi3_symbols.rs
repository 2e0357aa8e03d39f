//! `abi3-symbols`: what the stable ABI has not, or not yet.

use crate::{Case, elf, judge, macho, pe, refusals};
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::release::{Dist, release};

fn using(symbol: &'static str) -> Dist {
    elf(|elf| elf.imports.push(symbol))
}

pub const CASES: &[Case] = &[
    Case { name: "a private function", broken: || using("_PyObject_GetDictPtr") },
    Case { name: "a function that is newer than the tag", broken: || using("PyObject_GetBuffer") },
    Case { name: "data that is no part of it", broken: || using("_PyRuntime") },
    Case {
        name: "a public function that is no part of it, on macOS",
        broken: || macho(|macho| macho.imports.push("_PyFunction_New")),
    },
    Case {
        name: "a function that is newer than the tag, on Windows",
        broken: || pe(|pe| pe.imports[0].1.push("PyType_GetName")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("abi3-symbols", CASES), @"
    # a private function
    error[abi3-symbols]: it uses `_PyObject_GetDictPtr`, which is not part of the stable ABI
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the stable ABI of Python 3.10 has
       = remedy: compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag
    # a function that is newer than the tag
    error[abi3-symbols]: it uses `PyObject_GetBuffer`, which the stable ABI has since 3.11
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the stable ABI of Python 3.10 has
       = remedy: compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag
    # data that is no part of it
    error[abi3-symbols]: it uses `_PyRuntime`, which is not part of the stable ABI
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the stable ABI of Python 3.10 has
       = remedy: compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag
    # a public function that is no part of it, on macOS
    error[abi3-symbols]: it uses `PyFunction_New`, which is not part of the stable ABI
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl: sum_up_to/_native.abi3.so
       = expected: symbols that the stable ABI of Python 3.10 has
       = remedy: compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag
    # a function that is newer than the tag, on Windows
    error[abi3-symbols]: it uses `PyType_GetName`, which the stable ABI has since 3.11
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: symbols that the stable ABI of Python 3.10 has
       = remedy: compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag
    ");
}

#[test]
fn what_the_library_defines_itself_is_not_pythons() {
    let dist = elf(|elf| {
        elf.imports.push("PyDockerfile_Parse");
        elf.exports.push("PyDockerfile_Parse");
    });
    assert_eq!(judge("abi3-symbols", &dist), Ok(Vec::new()));
}

#[test]
fn what_another_dll_defines_is_not_pythons() {
    let dist = pe(|pe| pe.imports[1].1.push("PyDockerfile_Parse"));
    assert_eq!(judge("abi3-symbols", &dist), Ok(Vec::new()));
}

/// A wheel for Pythons with and without the GIL, whose module uses a symbol.
fn for_both(symbol: &'static str) -> Dist {
    release(|parts| {
        parts.linux.retag("cp315", "abi3.abi3t", "manylinux_2_17_x86_64");
        let mut module = Elf::new(X86_64);
        module.exports = vec!["PyModExport__native"];
        module.imports.push(symbol);
        parts.linux.set_module(module.bytes());
    })
}

#[test]
fn code_for_both_kinds_of_python_makes_modules_of_slots() {
    assert_eq!(judge("abi3-symbols", &for_both("PyModule_FromSlotsAndSpec")), Ok(Vec::new()));
    // With the GIL alone this is what everybody uses.
    assert_eq!(judge("abi3-symbols", &using("PyModuleDef_Init")), Ok(Vec::new()));
    for symbol in ["PyModuleDef_Init", "PyModule_Create2"] {
        let findings = judge("abi3-symbols", &for_both(symbol)).expect("judged");
        let message = format!("it uses `{symbol}`, for which `abi3t` has no `PyModuleDef`");
        assert_eq!(findings.iter().map(|finding| &finding.message).collect::<Vec<_>>(), [&message]);
    }
}
