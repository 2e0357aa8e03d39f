//! Facts about the binaries of a wheel: what ELF, Mach-O and PE have in common, and what each has alone.

use std::collections::BTreeSet;

use crate::platform::Architecture;

/// A member that is a program or a library.
#[derive(Clone, Debug)]
pub struct Binary {
    /// The path in the wheel.
    pub member: String,
    /// One, or one for each machine in a fat Mach-O file.
    pub(crate) images: Vec<BinaryImage>,
}

/// Machine code for one machine.
#[derive(Clone, Debug)]
pub(crate) struct BinaryImage {
    pub(crate) architecture: Option<Architecture>,
    /// Whether it is a program of its own, and not a library.
    pub(crate) executable: bool,
    /// The libraries that it asks the loader for.
    pub(crate) libraries: Vec<Library>,
    /// The symbols of CPython's name space that it takes from elsewhere.
    pub(crate) imports: BTreeSet<Import>,
    /// The symbols of CPython's name space that it defines.
    pub(crate) exports: BTreeSet<String>,
    /// How many bytes of it are the compiler's description of its source.
    pub(crate) debug_bytes: u64,
    /// How many bytes it has.
    pub(crate) size: u64,
    pub(crate) format: FormatFacts,
}

/// What is known of one format alone.
#[derive(Clone, Debug)]
pub(crate) enum FormatFacts {
    Elf(ElfFacts),
    Macho(MachoFacts),
    Pe,
}

/// A library, by the name under which it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Library {
    pub(crate) name: String,
    /// Whether the image loads without it.
    pub(crate) optional: bool,
}

/// A symbol that another file must define.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) name: String,
    /// The library that must define it, where the format says.
    pub(crate) library: Option<String>,
    /// Whether the image loads without it.
    pub(crate) optional: bool,
}

/// What is known of an ELF file alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ElfFacts {
    /// The versions that it asks of other libraries.
    pub(crate) versions: Vec<NeededVersion>,
    pub(crate) rpath: Option<String>,
    pub(crate) runpath: Option<String>,
    /// Whether it asks for a stack that can be executed; none where it does not say.
    pub(crate) executable_stack: Option<bool>,
    /// Whether its code is changed while it is loaded.
    pub(crate) text_relocations: bool,
    /// The alignment of each part that is loaded, in bytes.
    pub(crate) alignments: Vec<u64>,
    /// The x86-64 levels that it says it needs, as a set of bits; 1 is the baseline.
    pub(crate) needed_isa: u32,
    /// The loader that it names.
    pub(crate) interpreter: Option<String>,
}

/// A version that a library must define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NeededVersion {
    pub(crate) library: String,
    /// The version's name: `GLIBC_2.17`.
    pub(crate) version: String,
    /// Whether the loader goes on without it.
    pub(crate) weak: bool,
}

/// What is known of a Mach-O file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MachoFacts {
    /// The oldest macOS that it says it runs on; none where it does not say, or is for another system.
    pub(crate) minimum: Option<(u16, u16)>,
    pub(crate) rpaths: Vec<String>,
    pub(crate) signature: Signature,
}

/// The signature of the code, without which macOS on arm64 ends the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Absent,
    /// The hash of every page is that of the page.
    Whole,
    /// For this reason it does not fit the code.
    Broken(String),
    /// It is of a kind that is not computed here.
    Unknown(String),
}

impl BinaryImage {
    /// The names under which CPython would find a module in it: what follows `PyInit_` and
    /// `PyModExport_`, without the mark of a name that is not ASCII.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().filter_map(|name| {
            ["PyInit_", "PyModExport_"].iter().find_map(|prefix| name.strip_prefix(prefix))
        })
    }

    /// The architecture's name, for people.
    pub(crate) fn architecture_name(&self) -> &'static str {
        self.architecture.map_or("another machine", Architecture::name)
    }

    /// The format's name, for people.
    pub(crate) fn format_name(&self) -> &'static str {
        match self.format {
            FormatFacts::Elf(_) => "ELF",
            FormatFacts::Macho(_) => "Mach-O",
            FormatFacts::Pe => "PE",
        }
    }
}
