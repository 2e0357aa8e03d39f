//! `run-path`: no binary makes the loader search folders of the machine that built it.
//!
//! On the user's machine, such a folder may belong to anybody, who can then put a library there.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;

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

fn judge(placed: Placed, findings: &mut Findings) {
    let mut say = |kind: &str, path: &str, expected: &str| {
        findings.push(placed.finding(
            &CHECK,
            format!("its {kind} holds {path}"),
            expected,
            "link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)",
        ));
    };
    match &placed.image.format {
        FormatFacts::Elf(facts) => {
            for (kind, paths) in [("RPATH", &facts.rpath), ("RUNPATH", &facts.runpath)] {
                // An empty run path has no entry, but an empty entry between two colons is the current folder.
                let paths = paths.as_deref().filter(|paths| !paths.is_empty());
                let paths = paths.into_iter().flat_map(|paths| paths.split(':'));
                let wrong = paths
                    .filter(|path| !path.starts_with("$ORIGIN") && !path.starts_with("${ORIGIN}"));
                each_distinct(wrong, |path| say(kind, path, "paths from `$ORIGIN`"));
            }
        }
        FormatFacts::Macho(facts) => {
            let wrong = facts.rpaths.iter().map(String::as_str).filter(|path| {
                let relative = path.starts_with('@');
                let system = path.starts_with("/usr/lib") || path.starts_with("/System/");
                !relative && !system
            });
            each_distinct(wrong, |path| say("LC_RPATH", path, "paths from `@loader_path`"));
        }
        FormatFacts::Pe => {}
    }
}

/// The most paths of one binary that are shown.
const SHOWN: usize = 20;

/// Passes each path once to `say`. Those after the first are counted.
fn each_distinct<'a>(paths: impl Iterator<Item = &'a str>, mut say: impl FnMut(&str)) {
    let paths: BTreeSet<&str> = paths.collect();
    for path in paths.iter().take(SHOWN) {
        say(&format!("`{}`", quoted(path)));
    }
    if paths.len() > SHOWN {
        say(&format!("{} more such paths", paths.len() - SHOWN));
    }
}
