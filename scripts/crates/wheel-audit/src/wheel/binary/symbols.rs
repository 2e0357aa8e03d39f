//! Libraries and symbols, which the `object` crate reads in one way from ELF, Mach-O and PE.
//!
//! Only symbols in CPython's name space are kept. The others are many, and no check judges them.

use std::collections::BTreeSet;

use object::read::{File, NameOrOrdinal, Object, ObjectSection};

use super::facts::{Import, Library};
use crate::wheel::error::ReadError;
use crate::wheel::printable::printable_name;

/// The most libraries that a binary may ask for.
pub(super) const LIBRARY_LIMIT: usize = 1_000;
/// The most symbols in CPython's name space, on each side; CPython itself has some thousands.
pub(super) const SYMBOL_LIMIT: usize = 100_000;

/// The libraries that a file needs, each once.
pub(super) fn libraries<'data>(object: &impl Object<'data>) -> Result<Vec<Library>, ReadError> {
    let mut libraries: Vec<Library> = Vec::new();
    for library in object.import_libraries().map_err(wrong)? {
        let library = library.map_err(wrong)?;
        let optional = optional(library.flags());
        let library = Library { name: printable_name(library.name()), optional };
        if !libraries.contains(&library) {
            libraries.push(library);
        }
        limited(libraries.len(), LIBRARY_LIMIT, "libraries")?;
    }
    Ok(libraries)
}

/// The imported symbols in CPython's name space. Symbols in Mach-O files have a `prefix`.
pub(super) fn imports<'data>(
    object: &impl Object<'data>,
    prefix: &str,
) -> Result<BTreeSet<Import>, ReadError> {
    let mut imports = BTreeSet::new();
    for import in object.imports().map_err(wrong)? {
        let import = import.map_err(wrong)?;
        if let NameOrOrdinal::Name(symbol) = import.name()
            && let Some(name) = python_name(symbol, prefix)
        {
            let library =
                Some(printable_name(import.library())).filter(|library| !library.is_empty());
            imports.insert(Import { name, library, optional: import.is_weak() });
            limited(imports.len(), SYMBOL_LIMIT, "symbols of Python")?;
        }
    }
    Ok(imports)
}

/// The exported symbols in CPython's name space.
pub(super) fn exports<'data>(
    object: &impl Object<'data>,
    prefix: &str,
) -> Result<BTreeSet<String>, ReadError> {
    let mut exports = BTreeSet::new();
    for export in object.exports().map_err(wrong)? {
        let export = export.map_err(wrong)?;
        if let NameOrOrdinal::Name(symbol) = export.name() {
            exports.extend(python_name(symbol, prefix));
            limited(exports.len(), SYMBOL_LIMIT, "symbols of Python")?;
        }
    }
    Ok(exports)
}

/// The size of a file's debug information in bytes: sections of ELF files, and of PE files from MinGW.
pub(super) fn debug_bytes<'data>(object: &impl Object<'data>) -> u64 {
    let debug = |section: &object::read::Result<&str>| {
        section
            .as_ref()
            .is_ok_and(|name| name.starts_with(".debug_") || name.starts_with(".zdebug_"))
    };
    let sections = object.sections().filter(|section| debug(&section.name()));
    sections.map(|section| section.file_range().map_or(0, |(_, size)| size)).sum()
}

/// Refuses a count that no real file reaches, so that memory stays bounded.
pub(super) fn limited(count: usize, limit: usize, what: &str) -> Result<(), ReadError> {
    if count > limit {
        return Err(ReadError::new(format!("it has more than {limit} {what}")));
    }
    Ok(())
}

/// A symbol's name, if it lies in CPython's name space.
pub(super) fn python_name(symbol: &[u8], prefix: &str) -> Option<String> {
    let name = symbol.strip_prefix(prefix.as_bytes()).unwrap_or(symbol);
    (name.starts_with(b"Py") || name.starts_with(b"_Py")).then(|| printable_name(name))
}

fn optional(flags: object::read::ImportLibraryFlags) -> bool {
    use object::macho::LC_LOAD_WEAK_DYLIB;
    use object::read::ImportLibraryFlags;
    match flags {
        ImportLibraryFlags::MachO { cmd, .. } => cmd == LC_LOAD_WEAK_DYLIB,
        _ => false,
    }
}

pub(super) fn wrong(error: object::read::Error) -> ReadError {
    ReadError::new(error.to_string())
}

/// Parses a file of any format.
pub(crate) fn parse(bytes: &[u8]) -> Result<File<'_>, ReadError> {
    File::parse(bytes).map_err(wrong)
}
