//! `libc-floor`: no binary needs a newer glibc than the tag promises, and none for musl needs glibc.
//!
//! Symbols of glibc carry versions ([PEP 600](https://peps.python.org/pep-0600/)). Symbols of musl do not, so the needed
//! version of musl cannot be read from a binary.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::platform::{Architecture, System};
use crate::wheel::binary::{ElfFacts, FormatFacts, NeededVersion};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "libc-floor",
    about: "no binary needs a newer C library than the platform tag promises, or another one",
    documentation: include_str!("libc_floor.md"),
    owns: &[],
    run,
};

/// The libraries of glibc. Other libraries use version names that begin with `GLIBC_` too: musl's `libgcc_s` does.
const GLIBC: &[&str] = &[
    "libc.so",
    "libm.so",
    "libpthread.so",
    "libdl.so",
    "librt.so",
    "libutil.so",
    "libresolv.so",
    "libnsl.so",
    "libanl.so",
    "libmvec.so",
    "libBrokenLocale.so",
    "ld-linux",
    "ld64.so",
    "ld.so",
    "libthread_db.so",
];

fn run(input: CheckInput) -> CheckResult {
    let is_promised = |placed: &Placed| placed.platforms().any(|it| it.system().is_some());
    let wanted = |placed: &Placed| elf(*placed).is_some() && is_promised(placed);
    each(input, "ELF file with a C library by its tag", wanted, judge)
}

fn elf<'a>(placed: Placed<'a>) -> Option<&'a ElfFacts> {
    match &placed.image.format {
        FormatFacts::Elf(facts) => Some(facts),
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Findings) {
    let Some(facts) = elf(placed) else { return };
    let needed: Vec<(Vec<u32>, &NeededVersion)> = facts
        .versions
        .iter()
        .filter(|version| !version.weak && of_glibc(&version.library))
        .filter_map(|version| Some((number(&version.version)?, version)))
        .collect();
    let highest = needed.iter().max_by(|one, other| one.0.cmp(&other.0));
    let remedy = "build on, or link against, a system as old as the tag says, or change the tag";
    let lowest = placed
        .platforms()
        .filter_map(|platform| match platform.system() {
            Some(System::Manylinux { major, minor }) => Some((major, minor)),
            _ => None,
        })
        .min();
    if let (Some((version, needed)), Some((major, minor))) = (highest, lowest) {
        let allowed = match (placed.image.architecture, major, minor) {
            // The system behind manylinux2014 has glibc 2.18 symbols on this architecture (auditwheel's policy).
            (Some(Architecture::Aarch64), 2, 17) => vec![2, 18],
            _ => vec![u32::from(major), u32::from(minor)],
        };
        // A third number means a release of the same series: 2.17.1 is as old as 2.17.
        if version[..version.len().min(2)] > allowed[..] {
            let message = says(needed);
            findings.push(placed.finding(
                &CHECK,
                message,
                &format!("no version of glibc after {major}.{minor}"),
                remedy,
            ));
        }
    }
    let musl = placed
        .platforms()
        .any(|platform| matches!(platform.system(), Some(System::Musllinux { .. })));
    let loader = facts.interpreter.as_deref().unwrap_or_default();
    if musl && let Some((_, needed)) = highest {
        let message = says(needed);
        findings.push(placed.finding(&CHECK, message, "nothing of glibc", remedy));
    } else if musl && loader.contains("ld-linux") || lowest.is_some() && loader.contains("ld-musl")
    {
        let message = format!("its loader is `{}`", quoted(loader));
        findings.push(placed.finding(
            &CHECK,
            message,
            "the loader of the C library of its tag",
            remedy,
        ));
    }
}

fn says(needed: &NeededVersion) -> String {
    format!("it needs `{}` of `{}`", quoted(&needed.version), quoted(&needed.library))
}

fn of_glibc(library: &str) -> bool {
    GLIBC.iter().any(|name| library.starts_with(name))
}

/// The numbers in the name of a glibc version; `None` for names without numbers, such as `GLIBC_PRIVATE`.
fn number(version: &str) -> Option<Vec<u32>> {
    // Relative relocations need glibc 2.36, and are marked by this name.
    if version == "GLIBC_ABI_DT_RELR" {
        return Some(vec![2, 36]);
    }
    version.strip_prefix("GLIBC_")?.split('.').map(|part| part.parse().ok()).collect()
}
