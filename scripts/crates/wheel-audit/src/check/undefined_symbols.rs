//! `undefined-symbols`: each symbol that a binary takes from others is defined by the wheel, by CPython, or by a library of
//! the promised systems that the binary loads.
//!
//! What the wheel defines was settled when it was read. CPython's own symbols are judged by `abi3-symbols`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::loaded::Sought;
use super::placed::{Placed, each};
use super::system_symbols::{MACOS, MUSL, is_of_gcc, is_of_linux, is_of_macos, of_gcc, of_glibc};
use crate::names::file_name;
use crate::platform::System;
use crate::wheel::binary::{FormatFacts, Undefined};
use crate::wheel::quoted;
use crate::wheel::release::ReleaseFacts;

pub(super) const CHECK: Check = Check {
    name: "undefined-symbols",
    about: "every symbol that a binary needs is defined by a library that the loader will have loaded",
    documentation: include_str!("undefined_symbols.md"),
    owns: &[],
    run,
};

/// The most libraries without a table that are named.
const UNTABLED_LIMIT: usize = 1_000;
/// The most symbols that a finding names.
const NAMED_LIMIT: usize = 5;

fn run(input: CheckInput) -> CheckResult {
    each(input, "binary for a known system", is_judged, judge)
}

fn is_judged(placed: &Placed) -> bool {
    let is_read = !matches!(placed.image.format, FormatFacts::Wasm);
    // Another binary that cannot be read may define what this one needs.
    placed.is_known() && is_read && !placed.has_unread_binaries()
}

/// The libraries outside the wheels of a release whose symbols no table has, each with the number of binaries that load
/// it. What a binary takes from them was compared with nothing.
///
/// ```
/// use wheel_audit::check::untabled;
/// use wheel_audit::wheel::release::ReleaseFacts;
///
/// assert!(untabled(&ReleaseFacts::default()).is_empty());
/// ```
pub fn untabled(release: &ReleaseFacts) -> BTreeMap<String, usize> {
    let libraries = RefCell::new(BTreeMap::new());
    // A release without binaries has none of them.
    _ = each(CheckInput::new(release), "binary", is_judged, |placed, _| {
        let has_table = |library: &str| match &placed.image.format {
            FormatFacts::Elf(_) if is_musl(placed) => !Sought::NotOfMusl.is(library),
            FormatFacts::Elf(_) => !Sought::NotOfGnu.is(library),
            FormatFacts::Macho(_) => is_of_macos(library),
            FormatFacts::Pe | FormatFacts::Wasm => false,
        };
        for library in &placed.image.libraries {
            let outside = !has_table(&library.name) && !placed.bundled(file_name(&library.name));
            if outside && libraries.borrow().len() < UNTABLED_LIMIT {
                *libraries.borrow_mut().entry(library.name.clone()).or_default() += 1;
            }
        }
    });
    libraries.into_inner()
}

fn judge(placed: Placed, findings: &mut Findings) {
    let mut faults: BTreeMap<Fault, BTreeSet<&str>> = BTreeMap::new();
    for symbol in placed.image.linking.iter() {
        if is_of_interpreter(placed, symbol) {
            continue;
        }
        let fault = match &placed.image.format {
            FormatFacts::Elf(_) if is_musl(placed) => of_musl(placed, symbol),
            FormatFacts::Elf(_) => of_gnu(placed, symbol),
            FormatFacts::Macho(_) => of_macos(placed, symbol),
            FormatFacts::Pe => symbol.library.map(|library| Fault::NotIn(library.to_owned())),
            FormatFacts::Wasm => None,
        };
        if let Some(fault) = fault {
            faults.entry(fault).or_default().insert(symbol.name);
        }
    }
    for (fault, symbols) in faults {
        let (about, expected, remedy) = fault.told();
        let message = format!("it needs {}, {about}", named(&symbols));
        findings.push(placed.finding(&CHECK, message, &expected, remedy));
    }
}

/// The reason why nobody defines a symbol.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Nobody,
    /// A library of the wheel or of the system that lacks it.
    NotIn(String),
    /// The version of glibc that first has it, and the promised one.
    Newer((u16, u16), (u16, u16)),
    OfGlibc,
    /// A library of the system that has it, and that is not asked for.
    NotLoaded(&'static str),
}

impl Fault {
    /// The fault, the expected state, and the remedy.
    fn told(self) -> (String, String, &'static str) {
        let link = "link the library that defines it, and put it into the wheel if not every system has it";
        match self {
            Self::Nobody => (
                "which no library that it loads defines".to_owned(),
                "symbols of CPython, of libraries in the wheel, and of the system".to_owned(),
                link,
            ),
            Self::NotIn(library) => (
                format!("which `{}` does not define", quoted(&library)),
                "symbols that the library has".to_owned(),
                "build both against the same version of the library",
            ),
            Self::Newer(first, promised) => (
                format!("which glibc has since {}.{}", first.0, first.1),
                format!("symbols of glibc {}.{}", promised.0, promised.1),
                "build on, or link against, a system as old as the tag says, or change the tag",
            ),
            Self::OfGlibc => (
                "which glibc defines and musl does not".to_owned(),
                "symbols of musl".to_owned(),
                "build for musl, with its own headers",
            ),
            Self::NotLoaded(library) => (
                format!("which `{library}` defines, and it does not ask for that library"),
                format!("`{library}` among its libraries"),
                "link with the compiler of its language (`g++` for C++), which adds its library",
            ),
        }
    }
}

fn named(symbols: &BTreeSet<&str>) -> String {
    let first: Vec<String> =
        symbols.iter().take(NAMED_LIMIT).map(|symbol| format!("`{}`", quoted(symbol))).collect();
    match symbols.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Returns whether the program that imports the binary has the symbol: another interpreter than CPython, whose names
/// have prefixes of their own, or CoreFoundation or the runtime of Objective-C, which CPython itself loads on macOS.
fn is_of_interpreter(placed: Placed, symbol: Undefined) -> bool {
    let serves = |tag| placed.wheel.name.pythons.iter().any(|python| python.starts_with(tag));
    let begins = |prefix| symbol.name.trim_start_matches(['_', 'k']).starts_with(prefix);
    symbol.library.is_none()
        && (serves("pp") && begins("pypy")
            || serves("graalpy") && begins("GraalPy")
            || matches!(placed.image.format, FormatFacts::Macho(_))
                && (begins("CF") || begins("objc_")))
}

fn is_musl(placed: Placed) -> bool {
    let mut systems = placed.platforms().filter_map(|platform| platform.system());
    systems.any(|system| matches!(system, System::Musllinux { .. }))
}

fn of_musl(placed: Placed, symbol: Undefined) -> Option<Fault> {
    let foreign = symbol.library.is_some_and(|library| !is_c_library(file_name(library)));
    if foreign || MUSL.row(symbol.name).is_some() || placed.loads(Sought::NotOfMusl) {
        return None;
    }
    Some(match of_glibc(symbol.name) {
        Some(_) => Fault::OfGlibc,
        None => Fault::Nobody,
    })
}

fn is_c_library(file: &str) -> bool {
    is_of_linux(file) && !is_of_gcc(file)
}

fn of_gnu(placed: Placed, symbol: Undefined) -> Option<Fault> {
    if let Some(library) = symbol.library {
        let file = file_name(library);
        let is_defined = if placed.bundled(file) {
            // No binary of the wheel defines it, and this library is one.
            false
        } else if is_of_gcc(file) {
            of_gcc(symbol.name).is_some()
        } else {
            // Which of glibc's libraries has it depends on the version of glibc.
            !is_of_linux(file) || of_glibc(symbol.name).is_some()
        };
        return (!is_defined).then(|| Fault::NotIn(library.to_owned()));
    }
    let promised = placed.platforms().filter_map(|platform| match platform.system() {
        Some(System::Manylinux { major, minor }) => Some((major, minor)),
        _ => None,
    });
    match (of_glibc(symbol.name), promised.min()) {
        (Some(first), Some(promised)) if first > promised => {
            return Some(Fault::Newer(first, promised));
        }
        (Some(_), _) => return None,
        (None, _) => {}
    }
    if placed.loads(Sought::NotOfGnu) {
        return None;
    }
    match of_gcc(symbol.name) {
        Some(library) if placed.loads(Sought::Named(library)) => None,
        Some(library) => Some(Fault::NotLoaded(library)),
        None => Some(Fault::Nobody),
    }
}

fn of_macos(placed: Placed, symbol: Undefined) -> Option<Fault> {
    if MACOS.row(symbol.name).is_some() {
        return None;
    }
    let Some(library) = symbol.library else {
        // Any image that was loaded before may have it, also one that another binary of the wheel loads.
        let elsewhere = placed.outside().iter().any(|library| may_define(library, symbol.name));
        return (!elsewhere).then_some(Fault::Nobody);
    };
    let lacks = is_of_macos(library) || placed.bundled(file_name(library)) && !placed.reexports();
    lacks.then(|| Fault::NotIn(library.to_owned()))
}

/// Returns whether a library of macOS without a table may define a symbol. The names of its frameworks begin with a
/// capital letter; Accelerate has those of BLAS and LAPACK.
fn may_define(library: &str, symbol: &str) -> bool {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| symbol.starts_with(prefix));
    let file = file_name(library);
    if is_of_macos(library) {
        false
    } else if ["libc++", "libstdc++"].iter().any(|name| file.starts_with(name)) {
        begins(&["_Z", "__cxa_", "__gxx_", "__dynamic_cast"])
    } else if file.starts_with("libobjc.") {
        begins(&["objc_", "OBJC_", "_objc_"])
    } else if library.contains(".framework/") && !["Accelerate", "vecLib"].contains(&file) {
        symbol.trim_start_matches(['_', 'k']).starts_with(|first: char| first.is_ascii_uppercase())
    } else {
        true
    }
}
