//! `run-path`: no binary makes the loader search folders of the machine that built it.
//!
//! On the user's machine, such a folder may belong to anybody, who can then put a library there.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;

pub(super) const CHECK: Check = Check {
    name: "run-path",
    about: "no binary makes the loader look outside the wheel and the system's own folders",
    documentation: include_str!("run_path.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(
        input,
        "ELF or Mach-O file",
        |placed| !matches!(placed.image.format, FormatFacts::Pe),
        judge,
    )
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let mut say = |kind: &str, path: &str, expected: &str| {
        findings.push(placed.finding(
            &CHECK,
            format!("its {kind} holds `{path}`"),
            expected,
            "link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)",
        ));
    };
    match &placed.image.format {
        FormatFacts::Elf(facts) => {
            for (kind, paths) in [("RPATH", &facts.rpath), ("RUNPATH", &facts.runpath)] {
                // An empty run path has no entry, but an empty entry between two colons is the current folder.
                let paths = paths.as_deref().filter(|paths| !paths.is_empty());
                for path in paths.into_iter().flat_map(|paths| paths.split(':')) {
                    if !path.starts_with("$ORIGIN") && !path.starts_with("${ORIGIN}") {
                        say(kind, path, "paths from `$ORIGIN`");
                    }
                }
            }
        }
        FormatFacts::Macho(facts) => {
            for path in &facts.rpaths {
                let relative = path.starts_with('@');
                let system = path.starts_with("/usr/lib") || path.starts_with("/System/");
                if !relative && !system {
                    say("LC_RPATH", path, "paths from `@loader_path`");
                }
            }
        }
        FormatFacts::Pe => {}
    }
}
