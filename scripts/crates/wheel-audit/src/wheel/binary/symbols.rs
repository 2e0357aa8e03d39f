//! The parts that the readers of the formats have in common.

use std::collections::BTreeSet;

use object::read::File;

use super::facts::{Import, Library};
use super::linking::{Linking, NameHash};
use super::names::{Kept, is_python, limited};
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

/// The symbols of an image: those of CPython by name, the others as far as a linker needs them.
pub(super) struct Symbols<'kept> {
    pub(super) imports: BTreeSet<Import>,
    pub(super) exports: BTreeSet<String>,
    pub(super) linking: Linking,
    pub(super) kept: &'kept mut Kept,
    /// The bytes of names that may still be looked at.
    rest: usize,
}

impl<'kept> Symbols<'kept> {
    /// No symbols yet, of a file of this size. A million symbols may point into one long string, so the names that are
    /// looked at are counted.
    pub(super) fn new(kept: &'kept mut Kept, size: usize) -> Self {
        let rest = (1 << 20) + size.saturating_mul(4);
        let (imports, exports) = (BTreeSet::new(), BTreeSet::new());
        Self { imports, exports, linking: Linking::default(), kept, rest }
    }

    /// Adds a symbol that another file must define, by its name without the prefix of all symbols.
    pub(super) fn import(
        &mut self,
        name: &[u8],
        library: &[u8],
        optional: bool,
    ) -> Result<(), ReadError> {
        self.look(name.len())?;
        if is_python(name) {
            let library = Some(self.kept.name(library)?).filter(|library| !library.is_empty());
            self.imports.insert(Import { name: self.kept.name(name)?, library, optional });
            limited(self.imports.len(), SYMBOL_LIMIT, "symbols of Python")
        } else if optional {
            Ok(())
        } else {
            self.linking.undefined(self.kept, name, library)
        }
    }

    /// Adds a symbol that other files may use.
    pub(super) fn export(&mut self, name: &[u8]) -> Result<(), ReadError> {
        self.look(name.len())?;
        if is_python(name) {
            self.exports.insert(self.kept.name(name)?);
            limited(self.exports.len(), SYMBOL_LIMIT, "symbols of Python")?;
        }
        self.linking.defined(self.kept, NameHash::of(name))
    }

    /// Adds a symbol that other files may use, of which only the hash is known.
    pub(super) fn export_hash(&mut self, hash: NameHash) -> Result<(), ReadError> {
        self.linking.defined(self.kept, hash.0)
    }

    fn look(&mut self, bytes: usize) -> Result<(), ReadError> {
        let rest = self.rest.checked_sub(bytes + 1);
        self.rest = rest.ok_or_else(|| ReadError::new("its symbols have too many long names"))?;
        Ok(())
    }
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
