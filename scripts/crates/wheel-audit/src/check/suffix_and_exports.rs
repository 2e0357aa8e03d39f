//! `suffix-and-exports`: an extension module has the file suffix and the exports that the Pythons of the wheel's tags look
//! for.
//!
//! CPython finds a module by the suffix of its file
//! ([`importlib.machinery.EXTENSION_SUFFIXES`](https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES))
//! and starts it by `PyInit_NAME`, or since 3.15 by `PyModExport_NAME`
//! ([PEP 793](https://peps.python.org/pep-0793/)).

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use super::suffix;
use crate::family::PythonVersion;
use crate::names::{file_name, folder_of};
use crate::wheel::binary::{FormatFacts, Library};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "suffix-and-exports",
    about: "extension modules have the file suffix and the exports that the promised Pythons look for",
    documentation: include_str!("suffix_and_exports.md"),
    owns: &[],
    run,
};

const REMEDY: &str =
    "build the wheel again with the ABI of its tag; do not rename wheels or modules";

/// The most suffixes of one module that are compared. There are some twenty Pythons.
const SUFFIX_LIMIT: usize = 100;
const LEFTOVER: &str =
    "build from a clean folder, so that no module of an earlier build gets into the wheel";
const STABLE: &str = "tag it for the stable ABI (`py_limited_api` of setuptools' `bdist_wheel`; maturin does so by itself), so that later Pythons take it too";

fn run(input: CheckInput) -> CheckResult {
    each(input, "extension module", is_module, judge)
}

fn is_module(placed: &Placed) -> bool {
    let (_, suffix) = parts(&placed.binary.member);
    let of_python =
        suffix.ends_with("pyd") || suffix.starts_with("cpython-") || suffix.starts_with("abi3");
    let library = suffix.ends_with("so") || suffix.ends_with("pyd");
    // libpython exports the modules of the standard library.
    let python = placed.image.exports.contains("Py_Initialize");
    // Setuptools gives the suffix of a module to libraries that ctypes or cffi load. Such a one knows nothing of Python.
    let image = placed.image;
    let plain = image.imports.is_empty() && !image.libraries.iter().any(is_python);
    library && !python && (of_python && !plain || image.modules().next().is_some())
}

fn is_python(library: &Library) -> bool {
    let name = library.name.to_ascii_lowercase();
    name.starts_with("python3") || name.starts_with("libpypy") || name.starts_with("libpython")
}

fn judge(placed: Placed, findings: &mut Findings) {
    let (stem, suffix) = parts(&placed.binary.member);
    let image = placed.image;
    let mut say = |message: String, expected: &str| {
        findings.push(placed.finding(&CHECK, message, expected, REMEDY));
    };
    let exports = |prefix: &str| image.exports.contains(&format!("{prefix}{stem}"));
    // The export of a module whose name is not ASCII is encoded. A `lib….so` beside the modules need not be a module.
    // Python 2 looks for other exports.
    let pythons = &placed.wheel.name.pythons;
    let is_old = |python: &String| python.get(2..).is_some_and(|version| version.starts_with('2'));
    let judged = stem.is_ascii() && !stem.starts_with("lib") && !pythons.iter().all(is_old);
    if judged && !exports("PyInit_") && !exports("PyModExport_") {
        let found: Vec<String> =
            image.modules().take(3).map(|module| quoted(module).to_string()).collect();
        let found = match &found[..] {
            [] => "it exports no module".to_owned(),
            found => format!("it exports the module `{}`", found.join("`, `")),
        };
        say(found, &format!("`PyInit_{}`", quoted(stem)));
    } else if exports("PyModExport_")
        && !exports("PyInit_")
        && let Some(oldest) = placed.wheel.name.oldest_python()
        && oldest < PythonVersion::new(3, 15)
    {
        say(
            format!("it exports `PyModExport_{}` alone", quoted(stem)),
            &format!("`PyInit_{}`, which is what Python {oldest} looks for", quoted(stem)),
        );
    }
    if let Some((found, expected)) = suffix::wrong(placed, suffix) {
        if has_better(placed, stem) {
            let found = format!("{found}, and the one for this wheel's Pythons lies beside it");
            findings.push(placed.finding(&CHECK, found, &expected, LEFTOVER).warning());
        } else {
            say(found, &expected);
        }
    } else if let Some((found, expected)) = unserved(placed, stem) {
        say(found, &expected);
    }
    if only_stable(placed) {
        let message = "its modules use the stable ABI, and its tag is for one Python".to_owned();
        let expected =
            format!("the ABI tag `abi3`, where it is `{}`", placed.wheel.name.abis.join("."));
        findings.push(CHECK.finding(&placed.wheel.file, message, &expected, STABLE).warning());
    }
}

/// The Pythons that a wheel without an ABI tag promises, and that find no file of the module: a file for each Python may
/// lie beside it.
fn unserved(placed: Placed, stem: &str) -> Option<(String, String)> {
    let name = &placed.wheel.name;
    let (_, suffix) = parts(&placed.binary.member);
    if name.abis.iter().any(|abi| abi != "none")
        || suffix::version(suffix).is_none() && !suffix.starts_with("abi3.")
    {
        return None;
    }
    let modules = placed.about().modules.get_or_init(|| {
        let members = placed.wheel.binaries.iter().map(|binary| binary.member.as_str());
        let mut modules: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for member in members {
            let (stem, suffix) = parts(member);
            let module = modules.entry((folder_of(member), stem)).or_default();
            if (suffix.ends_with("so") || suffix.ends_with("pyd")) && module.len() < SUFFIX_LIMIT {
                module.insert(suffix);
            }
        }
        modules
    });
    let suffixes = modules.get(&(folder_of(&placed.binary.member), stem))?;
    let versions: BTreeSet<String> =
        suffixes.iter().filter_map(|suffix| suffix::version(suffix)).collect();
    let plain = suffixes
        .iter()
        .any(|suffix| ["so", "pyd"].contains(suffix) || suffix.starts_with("abi3t."));
    let stable = suffixes.iter().any(|suffix| suffix.starts_with("abi3."));
    if plain {
        return None;
    }
    let found = format!("its suffix is `.{}`", quoted(suffix));
    let lacks = |abi: &str| !versions.contains(abi) && (abi.ends_with('t') || !stable);
    for python in &name.pythons {
        let threaded = PythonVersion::from_tag(python)
            .is_some_and(|version| version >= PythonVersion::new(3, 13));
        let abi = python.starts_with("cp").then(|| python.to_owned());
        let abis = abi.into_iter().flat_map(|abi| [abi.clone(), format!("{abi}t")]);
        let missing = abis.filter(|abi| threaded || !abi.ends_with('t')).find(|abi| lacks(abi));
        if let Some(abi) = missing {
            let tag = format!("{}-none", quoted(python));
            return Some((
                found,
                format!("a module for `{}` too, which `{tag}` promises", quoted(&abi)),
            ));
        }
        if python.starts_with("py3") && versions.len() == 1 && !stable {
            let tag = format!("{}-none", quoted(python));
            return Some((found, format!("modules for every Python that `{tag}` promises")));
        }
    }
    None
}

/// Returns whether all modules of a wheel for one Python are for the stable ABI.
fn only_stable(placed: Placed) -> bool {
    let name = &placed.wheel.name;
    let [python] = &name.pythons[..] else { return false };
    let one =
        PythonVersion::from_tag(python).is_some() && name.abis.iter().all(|abi| abi == python);
    one && *placed.about().only_stable.get_or_init(|| {
        let modules = placed.wheel.binaries.iter().filter(|binary| binary.has_module());
        modules
            .map(|binary| {
                binary.images.iter().all(|image| {
                    let dlls =
                        image.libraries.iter().map(|library| library.name.to_ascii_lowercase());
                    parts(&binary.member).1.starts_with("abi3.")
                        || dlls.into_iter().any(|dll| dll == "python3.dll")
                })
            })
            .fold(None, |all: Option<bool>, one| Some(all.unwrap_or(true) && one))
            == Some(true)
    })
}

/// Returns whether the same module lies beside it with a right suffix.
fn has_better(placed: Placed, stem: &str) -> bool {
    let windows = matches!(placed.image.format, FormatFacts::Pe);
    let named = placed.about().named[usize::from(windows)].get_or_init(|| {
        let right = placed.wheel.binaries.iter().filter(|other| {
            let (_, suffix) = parts(&other.member);
            (suffix.ends_with("so") || suffix.ends_with("pyd"))
                && suffix::wrong(placed, suffix).is_none()
        });
        right.map(|other| (folder_of(&other.member), parts(&other.member).0)).collect()
    });
    named.contains(&(folder_of(&placed.binary.member), stem))
}

/// The name before the first dot, and the suffix after it.
fn parts(member: &str) -> (&str, &str) {
    let file = file_name(member);
    file.split_once('.').unwrap_or((file, ""))
}
