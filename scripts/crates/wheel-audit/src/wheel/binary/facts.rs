//! Facts about the binaries of a wheel: what ELF, Mach-O and PE have in common, and what each has alone.

use std::collections::BTreeSet;

use crate::platform::Architecture;

/// A member that is a program or a library.
#[derive(Clone, Debug)]
pub struct Binary {
    pub member: String,
    /// One, or one for each machine in a fat Mach-O file.
    pub images: Vec<BinaryImage>,
}

/// Machine code for one machine.
#[derive(Clone, Debug)]
pub struct BinaryImage {
    pub architecture: Option<Architecture>,
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
    pub format: FormatFacts,
}

/// What is known of one format alone.
#[derive(Clone, Debug)]
pub enum FormatFacts {
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

/// What is known of an ELF file alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElfFacts {
    /// The versions that it asks of other libraries.
    pub versions: Vec<NeededVersion>,
    pub rpath: Option<String>,
    pub runpath: Option<String>,
    /// Whether it asks for a stack that can be executed; none where it does not say.
    pub executable_stack: Option<bool>,
    /// Whether its code is changed while it is loaded.
    pub text_relocations: bool,
    /// The alignment of each part that is loaded, in bytes.
    pub alignments: Vec<u64>,
    /// The x86-64 levels that it says it needs, as a set of bits; 1 is the baseline.
    pub needed_isa: u32,
    /// The loader that it names.
    pub interpreter: Option<String>,
}

/// A version that a library must define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededVersion {
    pub library: String,
    /// The version's name: `GLIBC_2.17`.
    pub version: String,
    /// Whether the loader goes on without it.
    pub weak: bool,
}

/// What is known of a Mach-O file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachoFacts {
    /// The oldest macOS that it says it runs on; none where it does not say, or is for another system.
    pub minimum: Option<(u16, u16)>,
    pub rpaths: Vec<String>,
    pub signature: Signature,
}

/// The signature of the code, without which macOS on arm64 ends the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    Absent,
    /// The hash of every page is that of the page.
    Whole,
    /// For this reason it does not fit the code.
    Broken(String),
    /// It is of a kind that is not computed here.
    Unknown(String),
}

/// What is known of a PE file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeFacts {
    /// Whether it is a DLL.
    pub dll: bool,
}

impl BinaryImage {
    /// The names under which CPython would find a module in it: what follows `PyInit_` and
    /// `PyModExport_`, without the mark of a name that is not ASCII.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().filter_map(|name| {
            ["PyInit_", "PyModExport_"].iter().find_map(|prefix| name.strip_prefix(prefix))
        })
    }

    /// The architecture's name, for people.
    pub(crate) fn architecture_name(&self) -> &'static str {
        self.architecture.map_or("another machine", Architecture::name)
    }

    /// The format's name, for people.
    pub fn format_name(&self) -> &'static str {
        match self.format {
            FormatFacts::Elf(_) => "ELF",
            FormatFacts::Macho(_) => "Mach-O",
            FormatFacts::Pe(_) => "PE",
        }
    }
}
