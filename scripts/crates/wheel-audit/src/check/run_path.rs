//! `run-path`: no binary makes the loader search folders of the machine that built it.
//!
//! On the user's machine, such a folder may belong to anybody, who can then put a library there.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::linked_libraries;
use super::placed::{Placed, each};
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "run-path",
    about: "no binary makes the loader look outside the wheel and the system's own folders",
    documentation: include_str!("run_path.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(
        input,
        "ELF or Mach-O file",
        |placed| matches!(placed.image.format, FormatFacts::Elf(_) | FormatFacts::Macho(_)),
        judge,
    )
}

fn judge(placed: Placed, findings: &mut Findings) {
    // Where a library is missing, the loader looks for it in such a folder.
    let needed = linked_libraries::missing(placed).next().is_some();
    let mut say = |kind: &str, path: &str, expected: &str, relative: bool| {
        let finding = placed.finding(
            &CHECK,
            format!("its {kind} holds {path}"),
            expected,
            "link without `-rpath`, or remove the entry (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`)",
        );
        findings.push(if needed || relative { finding } else { finding.warning() });
    };
    match &placed.image.format {
        FormatFacts::Elf(facts) => {
            for (kind, paths) in [("RPATH", &facts.rpath), ("RUNPATH", &facts.runpath)] {
                // An empty run path has no entry, but an empty entry between two colons is the current folder.
                let paths = paths.as_deref().filter(|paths| !paths.is_empty());
                let paths = paths.into_iter().flat_map(|paths| paths.split(':'));
                let wrong = paths
                    .filter(|path| !path.starts_with("$ORIGIN") && !path.starts_with("${ORIGIN}"));
                each_distinct(wrong, |path, relative| {
                    say(kind, path, "paths from `$ORIGIN`", relative);
                });
            }
        }
        FormatFacts::Macho(facts) => {
            let wrong = facts.rpaths.iter().map(String::as_str).filter(|path| {
                let relative = path.starts_with('@');
                let system = path.starts_with("/usr/lib") || path.starts_with("/System/");
                !relative && !system
            });
            each_distinct(wrong, |path, relative| {
                say("LC_RPATH", path, "paths from `@loader_path`", relative);
            });
        }
        FormatFacts::Pe | FormatFacts::Wasm => {}
    }
}

/// The most paths of one binary that are shown.
const SHOWN: usize = 20;

/// Passes each path once to `say`, with true for one that depends on the current folder. Those after the first are
/// counted.
fn each_distinct<'a>(paths: impl Iterator<Item = &'a str>, mut say: impl FnMut(&str, bool)) {
    let paths: BTreeSet<&str> = paths.collect();
    let relative = |path: &str| !path.starts_with('/');
    for path in paths.iter().take(SHOWN) {
        say(&format!("`{}`", quoted(path)), relative(path));
    }
    if paths.len() > SHOWN {
        let any = paths.iter().skip(SHOWN).any(|path| relative(path));
        say(&format!("{} more such paths", paths.len() - SHOWN), any);
    }
}
