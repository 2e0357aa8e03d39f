//! Binaries in a wheel: what ELF, Mach-O and PE have in common, in one vocabulary.
//!
//! A member is a binary by its first bytes, whatever its name. Of symbols only those of CPython's name
//! space are kept: the others are many, and nothing is judged by them.

use std::collections::BTreeSet;

use object::read::{File, NameOrOrdinal, Object, ObjectSection};

use super::elf::{self, ElfFacts};
use super::macho::{self, MachoFacts};
use super::pe::{self, PeFacts};
use super::{ReadError, printable};

/// The longest name or path that is kept of a binary, in bytes; what is beyond is cut off.
const NAME_LIMIT: usize = 4096;
/// The most libraries that a binary may ask for.
pub(super) const LIBRARY_LIMIT: usize = 1_000;
/// The most symbols in CPython's name space, on each side; CPython itself has some thousands.
pub(super) const SYMBOL_LIMIT: usize = 100_000;

/// A member that is a program or a library.
#[derive(Clone, Debug)]
pub struct Binary {
    pub member: String,
    /// One, or one for each machine in a fat Mach-O file.
    pub images: Vec<Image>,
}

/// Machine code for one machine.
#[derive(Clone, Debug)]
pub struct Image {
    pub machine: Machine,
    /// Whether it is a program of its own, and not a library.
    pub executable: bool,
    /// The libraries that it asks the loader for.
    pub libraries: Vec<Library>,
    /// The symbols of CPython's name space that it takes from elsewhere.
    pub imports: BTreeSet<Import>,
    /// The symbols of CPython's name space that it defines.
    pub exports: BTreeSet<String>,
    /// How many bytes of it are the compiler's description of its source.
    pub debug_bytes: u64,
    /// How many bytes it has.
    pub size: u64,
    pub format: Format,
}

/// What is known of one format alone.
#[derive(Clone, Debug)]
pub enum Format {
    Elf(ElfFacts),
    Macho(MachoFacts),
    Pe(PeFacts),
}

/// A library, by the name under which it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    pub name: String,
    /// Whether the image loads without it.
    pub optional: bool,
}

/// A symbol that another file must define.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub name: String,
    /// The library that must define it, where the format says.
    pub library: Option<String>,
    /// Whether the image loads without it.
    pub optional: bool,
}

/// A kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    X86_64,
    I686,
    Aarch64,
    Armv7l,
    Ppc64le,
    Ppc64,
    S390x,
    Riscv64,
    Loongarch64,
    /// One that no platform tag stands for.
    Other,
}

const LINUX: &[(&str, Machine)] = &[
    ("x86_64", Machine::X86_64),
    ("i686", Machine::I686),
    ("aarch64", Machine::Aarch64),
    ("armv7l", Machine::Armv7l),
    ("ppc64le", Machine::Ppc64le),
    ("ppc64", Machine::Ppc64),
    ("s390x", Machine::S390x),
    ("riscv64", Machine::Riscv64),
    ("loongarch64", Machine::Loongarch64),
];

impl Machine {
    /// The machine of a Linux platform tag.
    pub fn of_linux(name: &str) -> Option<Self> {
        LINUX.iter().find(|(known, _)| *known == name).map(|(_, machine)| *machine)
    }

    /// The name as Linux platform tags spell it.
    pub fn name(self) -> &'static str {
        LINUX.iter().find(|(_, machine)| *machine == self).map_or("another machine", |row| row.0)
    }
}

impl Image {
    /// The names under which CPython would find a module in it: what follows `PyInit_` and
    /// `PyModExport_`, without the mark of a name that is not ASCII.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().filter_map(|name| {
            ["PyInit_", "PyModExport_"].iter().find_map(|prefix| name.strip_prefix(prefix))
        })
    }

    /// The format's name, for people.
    pub fn format_name(&self) -> &'static str {
        match self.format {
            Format::Elf(_) => "ELF",
            Format::Macho(_) => "Mach-O",
            Format::Pe(_) => "PE",
        }
    }
}

/// Reads a member if it is a binary that is loaded or run; object files and debug companions are none.
///
/// # Errors
///
/// When the first bytes are those of a binary and the others are not what such a file holds.
pub fn read(member: &str, bytes: &[u8]) -> Result<Option<Binary>, ReadError> {
    let images = match bytes {
        [0x7f, b'E', b'L', b'F', ..] => elf::read(bytes),
        [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => macho::read(bytes),
        // A Java class file begins alike, with a number of at least 45 where this has few machines.
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..] => macho::read_fat(bytes),
        [b'M', b'Z', ..] if pe::is_pe(bytes) => pe::read(bytes),
        _ => return Ok(None),
    };
    let images = images.map_err(|error| {
        ReadError::new(format!("member `{member}` cannot be understood: {error}"))
    })?;
    let binary = Binary { member: member.to_owned(), images };
    Ok(if binary.images.is_empty() { None } else { Some(binary) })
}

/// The libraries that a file asks for, each once.
pub(super) fn libraries<'data>(object: &impl Object<'data>) -> Result<Vec<Library>, ReadError> {
    let mut libraries: Vec<Library> = Vec::new();
    for library in object.import_libraries().map_err(wrong)? {
        let library = library.map_err(wrong)?;
        let optional = optional(library.flags());
        let library = Library { name: text(library.name()), optional };
        if !libraries.contains(&library) {
            libraries.push(library);
        }
        few(libraries.len(), LIBRARY_LIMIT, "libraries")?;
    }
    Ok(libraries)
}

/// The symbols of CPython's name space that a file takes from elsewhere; in Mach-O each name has a
/// prefix.
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
            let library = Some(text(import.library())).filter(|library| !library.is_empty());
            imports.insert(Import { name, library, optional: import.is_weak() });
            few(imports.len(), SYMBOL_LIMIT, "symbols of Python")?;
        }
    }
    Ok(imports)
}

/// The symbols of CPython's name space that a file defines.
pub(super) fn exports<'data>(
    object: &impl Object<'data>,
    prefix: &str,
) -> Result<BTreeSet<String>, ReadError> {
    let mut exports = BTreeSet::new();
    for export in object.exports().map_err(wrong)? {
        let export = export.map_err(wrong)?;
        if let NameOrOrdinal::Name(symbol) = export.name() {
            exports.extend(python_name(symbol, prefix));
            few(exports.len(), SYMBOL_LIMIT, "symbols of Python")?;
        }
    }
    Ok(exports)
}

/// How many bytes of a file are debug information: ELF's sections and those that MinGW makes.
pub(super) fn debug_bytes<'data>(object: &impl Object<'data>) -> u64 {
    let debug = |section: &object::read::Result<&str>| {
        section
            .as_ref()
            .is_ok_and(|name| name.starts_with(".debug_") || name.starts_with(".zdebug_"))
    };
    let sections = object.sections().filter(|section| debug(&section.name()));
    sections.map(|section| section.file_range().map_or(0, |(_, size)| size)).sum()
}

/// Refuses what no file of use has, before it fills the memory.
pub(super) fn few(count: usize, limit: usize, what: &str) -> Result<(), ReadError> {
    if count > limit {
        return Err(ReadError::new(format!("it has more than {limit} {what}")));
    }
    Ok(())
}

/// A symbol's name, if it lies in CPython's name space.
pub(super) fn python_name(symbol: &[u8], prefix: &str) -> Option<String> {
    let name = symbol.strip_prefix(prefix.as_bytes()).unwrap_or(symbol);
    (name.starts_with(b"Py") || name.starts_with(b"_Py")).then(|| text(name))
}

fn optional(flags: object::read::ImportLibraryFlags) -> bool {
    use object::macho::LC_LOAD_WEAK_DYLIB;
    use object::read::ImportLibraryFlags;
    match flags {
        ImportLibraryFlags::MachO { cmd, .. } => cmd == LC_LOAD_WEAK_DYLIB,
        _ => false,
    }
}

/// A name from a file, fit to be printed.
pub(super) fn text(bytes: &[u8]) -> String {
    // Many names may lie in one long string, each a little shorter than the one before.
    printable(&String::from_utf8_lossy(&bytes[..bytes.len().min(NAME_LIMIT)]))
}

pub(super) fn wrong(error: object::read::Error) -> ReadError {
    ReadError::new(error.to_string())
}

/// The parsed file of whichever format.
pub(crate) fn parse(bytes: &[u8]) -> Result<File<'_>, ReadError> {
    File::parse(bytes).map_err(wrong)
}
