//! `vc-runtime`: the parts of the Visual C++ runtime that a binary for Windows needs are in Python or in the wheel.
//!
//! CPython brings `vcruntime140.dll` and `vcruntime140_1.dll`
//! ([PC/layout](https://github.com/python/cpython/blob/main/PC/layout/main.py)), and Windows 10 brings the universal C
//! runtime. The other parts exist only on machines where somebody installed them.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "vc-runtime",
    about: "what binaries for Windows need of the Visual C++ runtime is in Python or in the wheel",
    documentation: include_str!("vc_runtime.md"),
    owns: &[],
    run,
};

/// Beginnings of the names of DLLs that neither Windows nor CPython brings.
const APART: &[&str] = &[
    "msvcp140",
    "concrt140",
    "vcomp140",
    "vcamp140",
    "vccorlib140",
    "mfc140",
    "msvcp120",
    "msvcr120",
    "msvcp110",
    "msvcr110",
    "msvcp100",
    "msvcr100",
];

fn run(input: CheckInput) -> CheckResult {
    each(input, "PE file", |placed| matches!(placed.image.format, FormatFacts::Pe), judge)
}

fn judge(placed: Placed, findings: &mut Findings) {
    for library in placed.image.libraries.iter().filter(|library| !library.optional) {
        let name = library.name.to_ascii_lowercase();
        let bundled = placed.bundled(&name);
        // The check `debug-build` judges debug runtimes.
        let debug = name.ends_with("d.dll");
        if !bundled && !debug && APART.iter().any(|part| name.starts_with(part)) {
            findings.push(placed.finding(
                &CHECK,
                format!("it needs `{}`", quoted(&library.name)),
                "a part of the runtime that Windows or CPython brings, or that is in the wheel",
                "link the runtime statically (`-C target-feature=+crt-static`, `/MT`), or add it with delvewheel",
            ));
        }
    }
}
