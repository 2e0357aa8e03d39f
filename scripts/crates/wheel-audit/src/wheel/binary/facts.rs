//! Facts about the binaries of a wheel: what ELF, Mach-O and PE have in common, and what each has alone.

use std::collections::BTreeSet;

use super::linking::Linking;
use crate::platform::Architecture;

/// A member that is a program or a library.
#[derive(Clone, Debug)]
pub struct Binary {
    /// The path in the wheel.
    pub member: String,
    /// One image, or several in a fat Mach-O file.
    pub(crate) images: Vec<BinaryImage>,
}

/// Machine code for one architecture.
#[derive(Clone, Debug)]
pub(crate) struct BinaryImage {
    pub(crate) architecture: Option<Architecture>,
    /// True for a program, false for a library.
    pub(crate) executable: bool,
    /// The libraries that the loader must find.
    pub(crate) libraries: Vec<Library>,
    /// The imported symbols in CPython's name space.
    pub(crate) imports: BTreeSet<Import>,
    /// The exported symbols in CPython's name space.
    pub(crate) exports: BTreeSet<String>,
    /// The symbols outside it that no binary of the wheel defines.
    pub(crate) linking: Linking,
    /// The size of the debug information in bytes.
    pub(crate) debug_bytes: u64,
    /// The size in bytes.
    pub(crate) size: u64,
    pub(crate) format: FormatFacts,
}

/// Facts that only one format has.
#[derive(Clone, Debug)]
pub(crate) enum FormatFacts {
    Elf(ElfFacts),
    Macho(MachoFacts),
    Pe,
    /// WebAssembly.
    Wasm,
}

/// A library that an image needs, by the name that the image gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Library {
    pub(crate) name: String,
    /// True if the image loads without it.
    pub(crate) optional: bool,
}

/// A symbol that another file must define.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) name: String,
    /// The library that must define it, in formats that record that.
    pub(crate) library: Option<String>,
    /// True if the image loads without it.
    pub(crate) optional: bool,
}

/// Facts that only ELF has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ElfFacts {
    /// The symbol versions that it needs from other libraries.
    pub(crate) versions: Vec<NeededVersion>,
    pub(crate) rpath: Option<String>,
    pub(crate) runpath: Option<String>,
    /// True if it requests an executable stack; `None` without `PT_GNU_STACK`.
    pub(crate) executable_stack: Option<bool>,
    /// True if the loader must change its code.
    pub(crate) text_relocations: bool,
    /// The alignment of each `PT_LOAD` segment, in bytes.
    pub(crate) alignments: Vec<u64>,
    /// The x86-64 levels that it states as needed, one bit each; bit 0 is the baseline.
    pub(crate) needed_isa: u32,
    /// The loader in `PT_INTERP`.
    pub(crate) interpreter: Option<String>,
}

/// A version that a library must define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NeededVersion {
    pub(crate) library: String,
    /// The version's name: `GLIBC_2.17`.
    pub(crate) version: String,
    /// True if the loader continues without it.
    pub(crate) weak: bool,
}

/// Facts that only Mach-O has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MachoFacts {
    /// The oldest macOS that it states; `None` if it states none or is for another system.
    pub(crate) minimum: Option<(u16, u16)>,
    pub(crate) rpaths: Vec<String>,
    /// True if other libraries' symbols can be had through it.
    pub(crate) reexports: bool,
    pub(crate) signature: Signature,
}

/// The code signature. macOS on arm64 kills a process that loads unsigned code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Absent,
    /// Every page has the hash that the signature records.
    Whole,
    /// The signature does not match the code, for this reason.
    Broken(String),
    /// The signature is of a kind that this crate does not compute.
    Unknown(String),
}

impl Binary {
    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> u64 {
        let images = self.images.iter().map(|image| {
            let libraries: usize = image.libraries.iter().map(|library| library.name.len()).sum();
            let library = |import: &Import| import.library.as_ref().map_or(0, String::len);
            let imports: usize =
                image.imports.iter().map(|import| import.name.len() + library(import) + 96).sum();
            let exports: usize = image.exports.iter().map(|name| name.len() + 48).sum();
            let versions: usize = match &image.format {
                FormatFacts::Elf(facts) => {
                    let lengths = facts.versions.iter();
                    lengths.map(|need| need.library.len() + need.version.len() + 64).sum()
                }
                _ => 0,
            };
            libraries + imports + exports + versions + image.linking.weight() + 512
        });
        (images.sum::<usize>() + self.member.len()) as u64
    }
}

impl Binary {
    /// Returns true if CPython can find a module in it.
    pub(crate) fn has_module(&self) -> bool {
        self.images.iter().any(|image| image.modules().next().is_some())
    }
}

impl BinaryImage {
    /// The names under which CPython finds a module in it: the rest of the exports that begin with `PyInit_` and
    /// `PyModExport_`.
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
            FormatFacts::Wasm => "WebAssembly",
        }
    }
}
