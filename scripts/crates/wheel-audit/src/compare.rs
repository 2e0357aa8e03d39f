//! Comparison of two builds: the wheels of two builders by what Python and pip see, and two builds of one file byte for
//! byte.
//!
//! Bytes differ between linkers, but what a wheel offers and what it asks for must not. Two builders that agree on that
//! do not share the mistake of one of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::platform::PlatformTag;
use crate::wheel::filename::WheelName;
use crate::wheel::metadata::Headers;
use crate::wheel::release::WheelFacts;
use crate::wheel::{ReadError, Sha256Sum, is_sbom, listed, quoted, sdist, zip};

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
            let mut alone = one.difference(other).map(String::as_str).peekable();
            if alone.peek().is_some() {
                let difference = format!("{what} of {whose} alone: {}", listed(alone));
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
    let fields = wheel.metadata.iter().flat_map(Headers::sorted);
    fields.map(|(key, value)| format!("{key}: {value}")).collect()
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

/// The first difference between two builds of one wheel or sdist, in words. No archive is in memory unpacked.
pub fn first_difference(file: &str, one: &[u8], other: &[u8]) -> String {
    let (Ok(first), Ok(second)) = (sums(file, one), sums(file, other)) else {
        return "it cannot be unpacked".to_owned();
    };
    for (position, (name, sum)) in first.iter().enumerate() {
        let shown = quoted(name);
        match second.get(position) {
            None => return format!("the second has no `{shown}`"),
            Some((other, _)) if other != name => {
                return format!(
                    "where the first has `{shown}`, the second has `{}`",
                    quoted(other)
                );
            }
            Some((_, other_sum)) if other_sum != sum => {
                let at = common(&content(file, one, name), &content(file, other, name));
                return format!("`{shown}` differs from byte {at} on");
            }
            Some(_) => {}
        }
    }
    match second.get(first.len()) {
        Some((name, _)) => format!("the first has no `{}`", quoted(name)),
        None => "its members are the same, but not how they are packed".to_owned(),
    }
}

/// The names and sums of all members, in the order of the archive.
fn sums(file: &str, bytes: &[u8]) -> Result<Vec<(String, Sha256Sum)>, ReadError> {
    if file.ends_with(".whl") {
        let members = zip::read(bytes, |_| false)?;
        return Ok(members.into_iter().map(|member| (member.name, member.sum)).collect());
    }
    let mut sums = Vec::new();
    sdist::visit(file, bytes, |source, content| {
        sums.push((source.path.to_owned(), Sha256Sum::read(content)?));
        Ok(())
    })?;
    Ok(sums)
}

/// The content of one member that [`sums`] saw; nothing if it is too large to be held.
fn content(file: &str, bytes: &[u8], wanted: &str) -> Vec<u8> {
    let mut found = Vec::new();
    // An archive that can be read once can be read twice, so that a failure means the size.
    let _read = if file.ends_with(".whl") {
        zip::visit_one(bytes, wanted, |content| content.clone_into(&mut found)).is_ok()
    } else {
        sdist::visit(file, bytes, |source, content| {
            if source.path == wanted {
                content.read_to_end(&mut found).map_err(|_| ReadError::new("it is cut short"))?;
            }
            Ok(())
        })
        .is_ok()
    };
    found
}

/// The number of bytes at the beginning that are the same.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}
