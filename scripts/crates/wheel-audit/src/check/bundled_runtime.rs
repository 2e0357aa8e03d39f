//! `bundled-runtime`: no extension for Windows brings a runtime library under the name that all programs know.
//!
//! Windows loads one DLL of each name into a process, and the first one serves everybody after it.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};

use crate::names::file_name;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "bundled-runtime",
    about: "a wheel for Windows brings no runtime library under its own name",
    documentation: include_str!("bundled_runtime.md"),
    owns: &[],
    run,
};

/// Beginnings of the names of the parts of Visual C++'s runtime; a digit follows. The list is that of delvewheel
/// (`_dll_list.py`, 2026-11).
const VISUAL_C: &[&str] =
    &["vcruntime", "vccorlib", "msvcp", "msvcr", "concrt", "mfc", "vcamp", "vcomp"];
/// The runtime libraries of other compilers.
const OTHERS: &[&str] = &[
    "libgcc_s_seh-1.dll",
    "libgcc_s_dw2-1.dll",
    "libgcc_s_sjlj-1.dll",
    "libstdc++-6.dll",
    "libwinpthread-1.dll",
    "libgomp-1.dll",
    "libomp.dll",
    "libiomp5md.dll",
    "libomp140.x86_64.dll",
    "libomp140.i386.dll",
    "libomp140.aarch64.dll",
];

fn run(input: CheckInput) -> CheckResult {
    let for_windows = |wheel: &&WheelFacts| {
        wheel.name.platforms.iter().any(|platform| platform.starts_with("win"))
    };
    // A program of its own process shares nothing.
    let loads = |wheel: &&WheelFacts| wheel.binaries.iter().any(|binary| binary.has_module());
    let (mut findings, mut looked) = (Findings::default(), false);
    for wheel in input.release.wheels.iter().filter(for_windows).filter(loads) {
        looked = true;
        for member in wheel.members.iter().filter(|member| is_runtime(file_name(&member.name))) {
            let finding = CHECK.inside(
                &wheel.file,
                &member.name,
                "it is a runtime library under its own name".to_owned(),
                "a name of the wheel alone, such as `msvcp140-1a2b3c.dll`",
                "let delvewheel put it into the wheel, which gives it such a name, or link the runtime statically",
            );
            findings.push(finding.warning());
        }
    }
    match looked {
        true => Ok(findings.done()),
        false => Err(NotJudged::NoSubject("no extension for Windows".to_owned())),
    }
}

/// Returns whether a file has the name of a runtime library. A hash after a hyphen makes it another name.
fn is_runtime(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    let Some(stem) = file.strip_suffix(".dll") else { return false };
    let of_visual_c = VISUAL_C.iter().any(|begin| {
        stem.strip_prefix(begin).is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit()) && !rest.contains('-')
        })
    });
    of_visual_c || OTHERS.contains(&file.as_str())
}
