//! `runtime-floor`: no binary needs a newer libstdc++ or libgcc than the platform tag promises.
//!
//! Symbols of both carry versions, and systems of one tag have at least those of its policy
//! ([manylinux](https://github.com/pypa/manylinux#manylinux)).

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::platform::System;
use crate::wheel::binary::{FormatFacts, NeededVersion};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "runtime-floor",
    about: "no binary needs a newer libstdc++ or libgcc than the platform tag promises",
    documentation: include_str!("runtime_floor.md"),
    owns: &[],
    run,
};

/// The newest versions for each tag, the oldest tag first.
const TABLE: &str = include_str!("../../data/runtime_versions.txt");

/// The libraries, each with the families of its versions.
const LIBRARIES: [(&str, &[&str]); 2] =
    [("libstdc++.so.6", &["GLIBCXX", "CXXABI"]), ("libgcc_s.so.1", &["GCC"])];

fn run(input: CheckInput) -> CheckResult {
    let wanted = |placed: &Placed| glibc(*placed).is_some() && needed(*placed).next().is_some();
    each(input, "ELF file that needs libstdc++ or libgcc of a manylinux system", wanted, judge)
}

/// The oldest glibc that its tags promise.
fn glibc(placed: Placed) -> Option<(u16, u16)> {
    let versions = placed.platforms().filter_map(|platform| match platform.system() {
        Some(System::Manylinux { major, minor }) => Some((major, minor)),
        _ => None,
    });
    versions.min()
}

/// The versions that it needs of the system's libraries.
fn needed<'a>(placed: Placed<'a>) -> impl Iterator<Item = &'a NeededVersion> {
    let versions = match &placed.image.format {
        FormatFacts::Elf(facts) => facts.versions.as_slice(),
        _ => &[],
    };
    versions.iter().filter(move |version| {
        let of_system = LIBRARIES.iter().any(|(library, _)| *library == version.library);
        of_system
            && !version.weak
            && !placed.bundled(&version.library)
            && !placed.required(&version.library)
    })
}

fn judge(placed: Placed, findings: &mut Findings) {
    let Some(row) = glibc(placed).and_then(row) else { return };
    for (library, families) in LIBRARIES {
        for family in families {
            let of_family = needed(placed).filter(|version| version.library == library);
            let highest = of_family
                .filter_map(|version| Some((numbers(&version.version, family)?, version)))
                .max_by(|one, other| one.0.cmp(&other.0));
            let newest = row.split_whitespace().find(|cell| numbers(cell, family).is_some());
            let (Some((version, needed)), Some(newest)) = (highest, newest) else { continue };
            if Some(version) > numbers(newest, family) {
                let message = format!("it needs `{}` of `{library}`", quoted(&needed.version));
                findings.push(placed.finding(
                    &CHECK,
                    message,
                    &format!("no version after `{newest}`"),
                    "build in the image of the tag, link the library statically, or put it into the wheel",
                ));
            }
        }
    }
}

/// The row for a version of glibc. None if it is newer than the last, or older than the first.
fn row(glibc: (u16, u16)) -> Option<&'static str> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let tag = |row: &str| -> Option<(u16, u16)> {
        let (major, minor) = row.split(' ').next()?.strip_prefix("manylinux_")?.split_once('_')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let rows: Vec<(Option<(u16, u16)>, &str)> = rows.map(|row| (tag(row), row)).collect();
    let known = rows.last().is_some_and(|(last, _)| Some(glibc) <= *last);
    let mut older = rows.into_iter().filter(|(tag, _)| *tag <= Some(glibc));
    older.next_back().filter(|_| known).map(|(_, row)| row)
}

/// The numbers of a version of a family. None for versions without numbers, such as `CXXABI_FLOAT128`.
fn numbers(version: &str, family: &str) -> Option<Vec<u32>> {
    let numbers = version.strip_prefix(family)?.strip_prefix('_')?;
    numbers.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_the_versions_of_its_policy_or_of_the_one_before() {
        let newest = |glibc, family| {
            let row = row(glibc)?;
            row.split_whitespace().find(|cell| numbers(cell, family).is_some())
        };
        assert_eq!(newest((2, 17), "GLIBCXX"), Some("GLIBCXX_3.4.19"));
        assert_eq!(newest((2, 29), "CXXABI"), Some("CXXABI_1.3.11"));
        assert_eq!(newest((2, 5), "GCC"), Some("GCC_4.2.0"));
        assert_eq!(newest((2, 4), "GCC"), None);
        assert_eq!(newest((2, 99), "GCC"), None);
        for row in TABLE.lines().filter(|line| !line.starts_with('#')) {
            for family in ["GLIBCXX", "CXXABI", "GCC"] {
                let cells = row.split_whitespace();
                assert_eq!(
                    cells.filter(|cell| numbers(cell, family).is_some()).count(),
                    1,
                    "{row}"
                );
            }
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(numbers("GLIBCXX_3.4.9", "GLIBCXX") < numbers("GLIBCXX_3.4.19", "GLIBCXX"));
        assert_eq!(numbers("CXXABI_FLOAT128", "CXXABI"), None);
        assert_eq!(numbers("GLIBCXX_3.4", "CXXABI"), None);
    }
}
