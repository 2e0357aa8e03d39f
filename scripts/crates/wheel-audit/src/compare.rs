//! Comparison of two builds: the wheels of two builders by what Python and pip see, and two builds of one file byte for
//! byte.
//!
//! Bytes differ between linkers, but what a wheel offers and what it asks for must not. Two builders that agree on that
//! do not share the mistake of one of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::platform::PlatformTag;
use crate::wheel::filename::WheelName;
use crate::wheel::release::WheelFacts;
use crate::wheel::{is_sbom, sdist, zip};

/// One builder's wheels beside another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparisons {
    /// The second builder's wheels, each beside ours for the same Pythons and the same platform.
    pub compared: Vec<Comparison>,
    /// File names of the second builder's wheels to which none of ours corresponds.
    pub unmatched: Vec<String>,
}

/// One of our wheels beside the second builder's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The file name of our wheel.
    pub ours: String,
    /// The file name of the second builder's wheel.
    pub theirs: String,
    /// Differences where the two must be the same.
    pub differences: Vec<String>,
    /// Differences that each builder is free to make.
    pub notes: Vec<String>,
}

/// Compares each of the second builder's wheels with ours for the same Pythons and the same platform.
pub fn compare(ours: &[WheelFacts], theirs: &[WheelFacts]) -> Comparisons {
    let mut result = Comparisons::default();
    for second in theirs {
        match ours.iter().find(|first| same_purpose(&first.name, &second.name)) {
            Some(first) => result.compared.push(pair(first, second)),
            None => result.unmatched.push(second.file.clone()),
        }
    }
    result
}

/// Returns whether two wheels are for the same Pythons and the same platform. The oldest version of the platform may differ, as
/// each builder chooses its own.
pub fn same_purpose(one: &WheelName, other: &WheelName) -> bool {
    purpose(one).is_some_and(|purpose_of_one| purpose(other) == Some(purpose_of_one))
}

/// Returns whether the wheel's platform is known, so that it can be compared with another.
pub fn is_comparable(name: &WheelName) -> bool {
    purpose(name).is_some()
}

/// Python tags, ABI tags, and the platform without its version.
fn purpose(name: &WheelName) -> Option<(BTreeSet<&String>, BTreeSet<&String>, PlatformTag)> {
    let platform = PlatformTag::read(name.platforms.first()?)?.without_version();
    Some((name.pythons.iter().collect(), name.abis.iter().collect(), platform))
}

fn pair(first: &WheelFacts, second: &WheelFacts) -> Comparison {
    let mut comparison = Comparison {
        ours: first.file.clone(),
        theirs: second.file.clone(),
        ..Comparison::default()
    };
    let mut compare_sets = |what: &str, facts: fn(&WheelFacts) -> BTreeSet<String>| {
        let (first, second) = (facts(first), facts(second));
        for (one, other, whose) in [(&first, &second, "ours"), (&second, &first, "theirs")] {
            let alone: Vec<&str> = one.difference(other).map(String::as_str).collect();
            if !alone.is_empty() {
                let difference = format!("{what} of {whose} alone: {}", alone.join(", "));
                comparison.differences.push(difference);
            }
        }
    };
    compare_sets("exports", exports);
    compare_sets("symbols of CPython", imports);
    compare_sets("metadata", metadata);
    compare_sets("members", members);
    let platforms = |wheel: &WheelFacts| wheel.name.platforms.join(".");
    if platforms(first) != platforms(second) {
        comparison.notes.push(format!(
            "another floor: ours is `{}`, theirs `{}`",
            platforms(first),
            platforms(second)
        ));
    }
    comparison
}

fn exports(wheel: &WheelFacts) -> BTreeSet<String> {
    // The exports of a grafted library are its own matter.
    let own = wheel.binaries.iter().filter(|binary| !is_grafted(&binary.member));
    let images = own.flat_map(|binary| &binary.images);
    images.flat_map(|image| image.exports.iter().cloned()).collect()
}

fn imports(wheel: &WheelFacts) -> BTreeSet<String> {
    let images = wheel.binaries.iter().flat_map(|binary| &binary.images);
    images.flat_map(|image| image.imports.iter().map(|import| import.name.clone())).collect()
}

fn metadata(wheel: &WheelFacts) -> BTreeSet<String> {
    wheel.metadata.sorted().into_iter().map(|(key, value)| format!("{key}: {value}")).collect()
}

fn members(wheel: &WheelFacts) -> BTreeSet<String> {
    // Each builder writes an SBOM of its own, and may graft libraries in.
    let names = wheel.members.iter().map(|member| member.name.clone());
    names.filter(|name| !is_sbom(name) && !is_grafted(name)).collect()
}

/// Returns whether auditwheel or delocate put the member into the wheel.
fn is_grafted(member: &str) -> bool {
    member.contains(".libs/") || member.contains(".dylibs/")
}

/// The first difference between two builds of one wheel or sdist, in words.
pub fn first_difference(file: &str, one: &[u8], other: &[u8]) -> String {
    let (Some(one), Some(other)) = (unpacked(file, one), unpacked(file, other)) else {
        return "it cannot be unpacked".to_owned();
    };
    for (position, (name, content)) in one.iter().enumerate() {
        match other.get(position) {
            None => return format!("the second has no `{name}`"),
            Some((second, _)) if second != name => {
                return format!("where the first has `{name}`, the second has `{second}`");
            }
            Some((_, second)) if second != content => {
                let at = content.iter().zip(second).take_while(|(one, other)| one == other).count();
                return format!("`{name}` differs from byte {at} on");
            }
            Some(_) => {}
        }
    }
    match other.get(one.len()) {
        Some((name, _)) => format!("the first has no `{name}`"),
        None => "its members are the same, but not how they are packed".to_owned(),
    }
}

/// The names and contents of all members, in the order of the archive.
fn unpacked(file: &str, bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    if file.ends_with(".whl") {
        let mut members = Vec::new();
        let look = |name: &str, content: &[u8]| members.push((name.to_owned(), content.to_owned()));
        zip::visit(bytes, |_| false, look).ok()?;
        Some(members)
    } else {
        let files = sdist::read(file, bytes).ok()?;
        Some(files.into_iter().map(|file| (file.path, file.content)).collect())
    }
}
