//! Which binaries of a wheel load a library outside it, themselves or through each other.

use std::collections::{BTreeMap, BTreeSet};

use super::system_symbols::{is_of_gcc, is_of_linux};
use crate::names::file_name;
use crate::wheel::release::WheelFacts;

/// A library outside a wheel that is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sought {
    /// One that has no table of symbols on glibc's systems.
    NotOfGnu,
    /// One that has none on musl's.
    NotOfMusl,
    /// The one of this file name.
    Named(&'static str),
}

impl Sought {
    /// Returns whether it is the library that an image names so.
    pub(super) fn is(self, library: &str) -> bool {
        let file = file_name(library);
        match self {
            Self::NotOfGnu => !is_of_linux(file),
            Self::NotOfMusl => !is_of_linux(file) || is_of_gcc(file),
            Self::Named(name) => file == name,
        }
    }
}

/// The binaries of the wheel that load it, by file name in lower case. Files of one name count as one.
pub(super) fn loading(wheel: &WheelFacts, sought: Sought) -> BTreeSet<String> {
    let name = |path: &str| file_name(path).to_ascii_lowercase();
    let files: BTreeSet<String> =
        wheel.binaries.iter().map(|binary| name(&binary.member)).collect();
    let mut needed_by: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let (mut found, mut waiting) = (BTreeSet::new(), Vec::new());
    for binary in &wheel.binaries {
        for library in binary.images.iter().flat_map(|image| &image.libraries) {
            let file = name(&library.name);
            if files.contains(&file) {
                needed_by.entry(file).or_default().push(&binary.member);
            } else if sought.is(&library.name) {
                waiting.push(name(&binary.member));
            }
        }
    }
    while let Some(file) = waiting.pop() {
        if found.insert(file.clone()) {
            waiting.extend(needed_by.remove(&file).into_iter().flatten().map(name));
        }
    }
    found
}
