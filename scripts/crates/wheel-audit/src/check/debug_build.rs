//! `debug-build`: no binary was built for debugging.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::wheel::binary::{Binary, FormatFacts};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "debug-build",
    about: "no binary is mostly debug information, or needs a debug build of Python or the C runtime",
    documentation: include_str!("debug_build.md"),
    owns: &[],
    run,
};

/// Debug builds of Microsoft's runtimes, which may not be redistributed.
const DEBUG_RUNTIMES: &[&str] =
    &["ucrtbased.dll", "vcruntime140d.dll", "vcruntime140_1d.dll", "msvcp140d.dll"];
/// Symbols that only a debug build of CPython has.
const DEBUG_SYMBOLS: &[&str] = &[
    "_Py_NegativeRefcount",
    "_Py_RefTotal",
    "_Py_INCREF_IncRefTotal",
    "_Py_DECREF_DecRefTotal",
    "PyModule_Create2TraceRefs",
];

/// The size in bytes from which debug information matters.
const LEAST: u64 = 1 << 20;

fn run(input: CheckInput) -> CheckResult {
    let is_read = |placed: &Placed| !matches!(placed.image.format, FormatFacts::Wasm);
    let mut findings = each(input, "binary", is_read, judge)?;
    // Some good releases have debug information in a few libraries. More than half of all bytes is a mistake.
    for wheel in &input.release.wheels {
        let images = || wheel.binaries.iter().flat_map(|binary| &binary.images);
        let debug: u64 = images().fold(0, |sum, image| sum.saturating_add(image.debug_bytes));
        let size: u64 = images().map(|image| image.size).sum();
        if debug > LEAST && debug > size / 2 {
            let of = |binary: &Binary| -> u64 {
                binary.images.iter().fold(0, |sum, image| sum.saturating_add(image.debug_bytes))
            };
            let Some(most) = wheel.binaries.iter().max_by_key(|binary| of(binary)) else {
                continue;
            };
            let finding = CHECK.inside(
                &wheel.file,
                &most.member,
                "it holds most of the debug information, which is more than half of all binaries"
                    .to_owned(),
                "stripped binaries",
                "build with `--release` and `strip = true`, or run `strip --strip-debug` on it",
            );
            findings.push(finding.warning());
        }
    }
    Ok(findings)
}

fn judge(placed: Placed, findings: &mut Findings) {
    let mut say = |message: String, expected: &str, remedy: &str| {
        findings.push(placed.finding(&CHECK, message, expected, remedy));
    };
    for library in &placed.image.libraries {
        let name = library.name.to_ascii_lowercase();
        let python = name.starts_with("python3") && name.ends_with("_d.dll");
        if python || DEBUG_RUNTIMES.contains(&name.as_str()) {
            say(
                format!("it needs `{}`, which is part of a debug build", quoted(&library.name)),
                "the library of a release build",
                "build with the release configuration",
            );
        }
    }
    // An ABI tag that ends in `d` promises a debug build.
    let promised = placed.wheel.name.abis.iter().any(|abi| abi.ends_with('d'));
    for import in placed.image.imports.iter().filter(|import| !import.optional && !promised) {
        if DEBUG_SYMBOLS.contains(&import.name.as_str()) {
            say(
                format!("it uses `{}`, which only a debug build of CPython has", import.name),
                "symbols of a release build",
                "build with a Python that is no debug build",
            );
        }
    }
}
