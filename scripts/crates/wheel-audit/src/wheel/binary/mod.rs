//! Binaries in a wheel: ELF, Mach-O and PE files in one vocabulary.

mod elf;
mod elf_symbols;
mod export_trie;
mod facts;
mod linking;
mod macho;
mod macho_symbols;
mod names;
mod pe;
mod read;
mod settle;
mod signature;
mod symbols;
mod wasm;

pub use facts::Binary;
pub(crate) use facts::{
    BinaryImage, ElfFacts, FormatFacts, Import, Library, NeededVersion, Signature,
};
pub(crate) use linking::Undefined;
pub(crate) use names::Kept;
pub use read::read;
pub(crate) use read::{begins_like_one, read_kept};
pub(crate) use settle::settle;
pub(crate) use symbols::parse;
