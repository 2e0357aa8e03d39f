//! Binaries in a wheel: ELF, Mach-O and PE files in one vocabulary.

mod elf;
mod facts;
mod macho;
mod pe;
mod read;
mod symbols;

pub use facts::Binary;
pub(crate) use facts::{BinaryImage, ElfFacts, FormatFacts, Import, NeededVersion, Signature};
pub use read::read;
pub(crate) use symbols::parse;
