//! `linked-libraries`: every library that a binary needs is on all systems that the tag promises, or in the wheel. Of
//! Python's DLLs, a binary needs the one of its ABI tag.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::names::file_name as file;
use crate::platform::System;
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "linked-libraries",
    about: "every library that a binary asks for is part of the promised systems or of the wheel",
    documentation: include_str!("linked_libraries.md"),
    owns: &[],
    run,
};

/// The libraries of each kind of platform.
const TABLE: &str = include_str!("../../data/libraries.txt");

const REMEDY: &str = "link it statically, or put it into the wheel (auditwheel, delocate and delvewheel repair wheels)";
const NOT_FOUND: &str =
    "the library of the wheel in a folder where the loader looks, from the place of installation";

fn run(input: CheckInput) -> CheckResult {
    each(input, "binary for a known system", |placed| placed.is_known(), judge)
}

fn judge(placed: Placed, findings: &mut Findings) {
    for (library, expected) in missing(placed) {
        let message = format!("it needs the library `{}`", quoted(library));
        findings.push(placed.finding(&CHECK, message, &expected, REMEDY));
    }
}

/// The needed libraries that are neither in the wheel nor on every promised system, each with the expected state.
pub(super) fn missing<'a>(placed: Placed<'a>) -> impl Iterator<Item = (&'a str, String)> {
    let libraries = placed.image.libraries.iter().filter(|library| !library.optional);
    let finder = OnceCell::new();
    libraries.map(|library| library.name.as_str()).filter_map(move |library| {
        let found = || finder.get_or_init(|| placed.finder()).finds(library);
        let expected = match placed.image.format {
            FormatFacts::Pe => of_windows(placed, library, &found),
            FormatFacts::Elf(_) => of_linux(placed, library, &found),
            FormatFacts::Macho(_) => of_macos(placed, library, &found),
            FormatFacts::Wasm => None,
        };
        Some((library, expected?))
    })
}

fn of_linux(placed: Placed, library: &str, found: &dyn Fn() -> bool) -> Option<String> {
    if file(library).starts_with("libpython") && !bundled(placed, library) {
        return Some(
            "symbols of Python without a library: the program that imports has them".into(),
        );
    }
    let kinds: BTreeSet<&str> = placed
        .platforms()
        .filter_map(|platform| match platform.system() {
            Some(System::Manylinux { .. }) => Some("manylinux"),
            Some(System::Musllinux { .. }) => Some("musllinux"),
            _ => None,
        })
        .collect();
    let unlisted = kinds.into_iter().find(|kind| !listed(kind, file(library)));
    if bundled(placed, library) {
        // Where every system has it, the loader takes that one.
        let wrong = unlisted.is_some() && !found();
        return wrong.then(|| NOT_FOUND.to_owned());
    }
    let kind = unlisted.filter(|_| !brought(placed, library))?;
    Some(format!("libraries in the wheel, and those that every {kind} system has"))
}

fn of_macos(placed: Placed, library: &str, found: &dyn Fn() -> bool) -> Option<String> {
    if listed("macos", library) || own_name(placed, library) {
        return None;
    }
    if bundled(placed, library) {
        return (!found()).then(|| NOT_FOUND.to_owned());
    }
    if !library.starts_with('/') && brought(placed, library) {
        return None;
    }
    Some("libraries in the wheel, in `/usr/lib` and in `/System/Library`".to_owned())
}

fn of_windows(placed: Placed, library: &str, found: &dyn Fn() -> bool) -> Option<String> {
    let name = library.to_ascii_lowercase();
    let is_pypy = name.starts_with("libpypy");
    if let Some(series) = pypy_series(placed) {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        if is_pypy && digits == series {
            return None;
        }
        if is_pypy || python_version(&name).is_some() {
            let (major, minor) = series.split_at(1);
            return Some(format!("`libpypy{major}.{minor}-c.dll`, PyPy's own DLL"));
        }
    } else if let Some(version) = python_version(&name) {
        return of_python(placed, &name, version);
    }
    // The loader looks beside a program. For a module, Python code may have named more folders.
    if placed.image.executable && bundled(placed, library) {
        return (!found()).then(|| NOT_FOUND.to_owned());
    }
    // Windows has too many DLLs to list. None of them begins with `lib`, as those of MinGW do.
    let foreign = name.starts_with("lib") && !bundled(placed, library) && !brought(placed, library);
    foreign.then(|| "DLLs in the wheel, and those of Windows and Python".to_owned())
}

/// The digits of a wheel's tag for one PyPy, and for nothing else: `311` of `pp311`.
fn pypy_series(placed: Placed<'_>) -> Option<&str> {
    let [python] = &placed.wheel.name.pythons[..] else { return None };
    let digits = python.strip_prefix("pp3")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| &python[2..])
}

/// The text between `python` and `.dll` in the name of CPython's DLL: `3`, `3t`, `310`.
fn python_version(name: &str) -> Option<&str> {
    let version = name.strip_prefix("python")?.strip_suffix(".dll")?;
    version.starts_with(|first: char| first.is_ascii_digit()).then_some(version)
}

fn of_python(placed: Placed, name: &str, version: &str) -> Option<String> {
    let abis = &placed.wheel.name.abis;
    let has = |abi: &str| abis.iter().any(|known| known == abi);
    let wanted = if has("abi3t") {
        "python3t.dll".to_owned()
    } else if has("abi3") {
        "python3.dll".to_owned()
    } else {
        let exact = format!("cp{}", version.trim_end_matches("_d"));
        let tagged: Vec<&String> = abis.iter().filter(|abi| abi.starts_with("cp3")).collect();
        // A wheel for one Python may use the DLL of the stable ABI. A wheel without an ABI tag promises nothing.
        if tagged.is_empty() || version == "3" || tagged.iter().any(|abi| **abi == exact) {
            return None;
        }
        format!("python{}.dll", tagged[0].trim_start_matches("cp"))
    };
    (name != wanted).then(|| format!("`{wanted}`, as the ABI tag is `{}`", abis.join(".")))
}

/// Returns whether the wheel has a member of that file name, in any folder.
fn bundled(placed: Placed, library: &str) -> bool {
    placed.bundled(file(library))
}

/// Returns whether a library needs itself. That happens where its install name was changed and the reference was not.
fn own_name(placed: Placed, library: &str) -> bool {
    file(&placed.binary.member) == file(library)
}

/// Packages that bring libraries with other names than their own.
const BRINGERS: &[(&str, &[&str])] = &[
    ("torch", &["c10", "caffe2", "cudart"]),
    ("pyarrow", &["parquet"]),
    ("pyside", &["qt"]),
    ("pyqt", &["qt"]),
];

/// The most words of required packages, and the most libraries, that are compared with each other. A library beyond them
/// is not taken for one that a package brings.
const WORD_LIMIT: usize = 5_000;
const LIBRARY_LIMIT: usize = 2_000;

/// Returns whether a required package brings the library and loads it first.
///
/// The wheels of the release itself are known. The contents of other packages are not. So the names of package and library must have a word in common, as
/// `nvidia-cublas-cu12` and `libcublas.so.12` have.
fn brought(placed: Placed, library: &str) -> bool {
    if placed.required(file(library)) {
        return true;
    }
    let name = file(library).to_ascii_lowercase();
    let mut known = placed.about().brought.borrow_mut();
    if let Some(brought) = known.get(&name) {
        return *brought;
    }
    if known.len() == LIBRARY_LIMIT {
        return false;
    }
    let words = placed.about().words.get_or_init(|| words(placed.wheel));
    let bare = name.strip_prefix("lib").unwrap_or(&name);
    let stem = bare.split(|end: char| !end.is_ascii_alphanumeric()).next().unwrap_or_default();
    let brought = words.iter().any(|word| {
        let brings = BRINGERS.iter().find(|(bringer, _)| bringer == word);
        let likely =
            brings.into_iter().flat_map(|(_, stems)| *stems).any(|begin| bare.starts_with(begin));
        likely
            || word.len() > 2 && stem.len() > 2 && (stem.contains(&**word) || word.contains(stem))
    });
    known.insert(name, brought);
    brought
}

/// The words in the names of the packages that are always required.
fn words(wheel: &WheelFacts) -> BTreeSet<String> {
    let required = wheel.requirements().into_iter();
    let mut words = BTreeSet::new();
    for requirement in required.filter(|requirement| !requirement.contains("extra ==")) {
        let package = |part: char| part.is_ascii_alphanumeric() || "-_.".contains(part);
        let package = requirement.split(|end| !package(end)).next().unwrap_or_default();
        for word in package.to_ascii_lowercase().split(|end: char| !end.is_ascii_alphabetic()) {
            if words.len() == WORD_LIMIT {
                return words;
            }
            words.insert(word.to_owned());
        }
    }
    words
}

fn listed(kind: &str, name: &str) -> bool {
    TABLE.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).any(|known| {
        match known.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == known,
        }
    })
}
