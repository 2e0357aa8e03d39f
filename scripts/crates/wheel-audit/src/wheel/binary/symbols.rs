//! The parts that the readers of the formats have in common.

use std::collections::BTreeSet;

use object::read::File;

use super::facts::{Import, Library};
use super::names::{Kept, limited};
use crate::wheel::error::ReadError;

/// The most symbols in CPython's name space, on each side; CPython itself has some thousands.
const SYMBOL_LIMIT: usize = 100_000;

/// The libraries that a file needs, each once, in its order.
#[derive(Default)]
pub(super) struct Libraries {
    found: Vec<Library>,
    seen: BTreeSet<(String, bool)>,
    count: usize,
}

impl Libraries {
    pub(super) fn add(
        &mut self,
        kept: &mut Kept,
        name: &[u8],
        optional: bool,
    ) -> Result<String, ReadError> {
        self.count += 1;
        kept.library(self.count)?;
        let name = kept.name(name)?;
        if self.seen.insert((name.clone(), optional)) {
            self.found.push(Library { name: name.clone(), optional });
        }
        Ok(name)
    }

    pub(super) fn into_found(self) -> Vec<Library> {
        self.found
    }
}

/// Adds a symbol that another file must define.
pub(super) fn add_import(
    imports: &mut BTreeSet<Import>,
    kept: &mut Kept,
    name: &[u8],
    library: &[u8],
    optional: bool,
) -> Result<(), ReadError> {
    let library = Some(kept.name(library)?).filter(|library| !library.is_empty());
    imports.insert(Import { name: kept.name(name)?, library, optional });
    limited(imports.len(), SYMBOL_LIMIT, "symbols of Python")
}

/// Adds a symbol that other files may use.
pub(super) fn add_export(
    exports: &mut BTreeSet<String>,
    kept: &mut Kept,
    name: &[u8],
) -> Result<(), ReadError> {
    exports.insert(kept.name(name)?);
    limited(exports.len(), SYMBOL_LIMIT, "symbols of Python")
}

/// Returns whether a section holds debug information, by the beginning of its name.
pub(super) fn is_debug(name: &[u8]) -> bool {
    name.starts_with(b".debug_") || name.starts_with(b".zdebug_")
}

/// Returns whether so many bytes from a place on are within the file.
pub(super) fn lies_in(bytes: &[u8], at: u64, size: u64) -> bool {
    size == 0 || at.checked_add(size).is_some_and(|end| end <= bytes.len() as u64)
}

/// The error for a file that lacks bytes at its end.
pub(super) fn cut() -> ReadError {
    ReadError::new("a part of it lies outside the file")
}

pub(super) fn wrong(error: object::read::Error) -> ReadError {
    ReadError::new(error.to_string())
}

/// Parses a file of any format.
pub(crate) fn parse(bytes: &[u8]) -> Result<File<'_>, ReadError> {
    File::parse(bytes).map_err(wrong)
}
