//! `abi3-symbols`: a wheel for the stable ABI uses only symbols of the stable ABI, and none newer than its tag.
//!
//! `abi3t`, for free-threaded Pythons, has the same symbols but hides some structures
//! ([PEP 803](https://peps.python.org/pep-0803/)). Modules for it export `PyModExport_NAME` and use slots.
//!
//! The rule is that of [abi3audit](https://github.com/pypa/abi3audit), for functions and data alike.
//! Inlined code that accesses fields of an object leaves no symbol, so this check cannot see it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::family::PythonVersion;
use crate::names::file_name;
use crate::wheel::binary::{FormatFacts, Import};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "abi3-symbols",
    about: "a stable-ABI wheel imports only symbols of the stable ABI as old as its tag",
    documentation: include_str!("abi3_symbols.md"),
    owns: &[],
    run,
};

/// The stable ABI as data; `cargo xtask tables` writes it.
const TABLE: &str = include_str!("../../data/stable_abi.txt");

/// Functions that take a `PyModuleDef`. Code for `abi3t` cannot make one, as the structure is opaque there.
const OF_MODULE_DEFINITIONS: &[&str] = &[
    "PyModuleDef_Init",
    "PyModule_Create2",
    "PyModule_ExecDef",
    "PyModule_FromDefAndSpec2",
    "PyState_AddModule",
    "PyState_FindModule",
    "PyState_RemoveModule",
];

/// Each symbol with the version that added it.
static SYMBOLS: LazyLock<BTreeMap<&str, PythonVersion>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut words = line.split(' ');
        let (name, _, version) = (words.next()?, words.next()?, words.next()?);
        Some((name, version.parse().ok()?))
    };
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
});

fn run(input: CheckInput) -> CheckResult {
    each(input, "library in a wheel for the stable ABI", is_stable, judge)
}

fn is_stable(placed: &Placed) -> bool {
    let name = &placed.wheel.name;
    let stable = name.abis.iter().all(|abi| abi == "abi3" || abi == "abi3t");
    let is_read = !matches!(placed.image.format, FormatFacts::Wasm);
    stable && is_read && !placed.image.executable && name.oldest_python().is_some()
}

fn judge(placed: Placed, findings: &mut Findings) {
    let Some(floor) = placed.wheel.name.oldest_python() else { return };
    let threads = placed.wheel.name.abis.iter().any(|abi| abi == "abi3t");
    for import in &placed.image.imports {
        // A weak symbol may be missing, and code tests for it before use.
        if import.optional || placed.exported(&import.name) || !from_python(import) {
            continue;
        }
        let name = quoted(&import.name);
        let message = match SYMBOLS.get(import.name.as_str()) {
            Some(_) if threads && OF_MODULE_DEFINITIONS.contains(&import.name.as_str()) => {
                format!("it uses `{name}`, for which `abi3t` has no `PyModuleDef`")
            }
            Some(added) if *added <= floor => continue,
            Some(added) => {
                format!("it uses `{name}`, which the stable ABI has since {added}")
            }
            None => format!("it uses `{name}`, which is not part of the stable ABI"),
        };
        findings.push(placed.finding(
            &CHECK,
            message,
            &format!("symbols that the stable ABI of Python {floor} has"),
            "compile with `Py_LIMITED_API` (pyo3: `abi3-py3…`) set to the tag's Python, or raise the tag",
        ));
    }
}

/// Returns whether CPython must define the symbol. Formats that name no library leave that open.
fn from_python(import: &Import) -> bool {
    let Some(library) = &import.library else { return true };
    let file = file_name(library).to_ascii_lowercase();
    file.trim_start_matches("lib").starts_with("python")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(SYMBOLS.len(), rows);
        assert_eq!(SYMBOLS.get("PyObject_GetBuffer"), Some(&PythonVersion::new(3, 11)));
        assert_eq!(SYMBOLS.get("PyExc_ValueError"), Some(&PythonVersion::new(3, 2)));
        assert_eq!(SYMBOLS.get("PyDict_GetItemRef"), Some(&PythonVersion::new(3, 13)));
        assert!(SYMBOLS.values().any(|added| *added == PythonVersion::new(3, 15)));
    }
}
