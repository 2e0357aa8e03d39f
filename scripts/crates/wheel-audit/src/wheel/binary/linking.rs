//! The symbols by which an image is linked to others, outside CPython's name space.
//!
//! A library may have hundreds of thousands of them. The undefined ones are kept as one text, and of the defined ones a
//! hash is kept, and only until the last binary of the wheel is read: then what the wheel itself defines is settled.

use std::collections::BTreeMap;

use super::names::{Kept, limited};
use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// The most libraries that the symbols of an image name.
const SOURCE_LIMIT: usize = 10_000;
/// The most symbols of an image, on each side.
const SYMBOL_LIMIT: usize = 4_000_000;

/// What an image takes from others and gives to others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Linking {
    /// The undefined names, one behind the other.
    names: String,
    rows: Vec<Row>,
    /// The libraries that are named as sources.
    pub(super) sources: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// The hashes of the names that it defines.
    pub(super) defined: Vec<u64>,
}

/// An undefined name.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Where it ends in the text.
    end: u32,
    /// 0 if any loaded image may define it. Otherwise the number of a source, from 1.
    source: u32,
}

/// A symbol that another image must define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undefined<'a> {
    pub(crate) name: &'a str,
    /// The library that must define it, in formats that record that.
    pub(crate) library: Option<&'a str>,
}

impl Linking {
    /// Adds a symbol that another image must define. Names too long for a name of a file are left out.
    pub(super) fn undefined(
        &mut self,
        kept: &mut Kept,
        name: &[u8],
        library: &[u8],
    ) -> Result<(), ReadError> {
        if name.is_empty() || name.len() > NAME_LIMIT {
            return Ok(());
        }
        kept.count(name.len() + size_of::<Row>())?;
        limited(self.rows.len(), SYMBOL_LIMIT, "undefined symbols")?;
        let source = if library.is_empty() { 0 } else { self.source(kept, library)? };
        self.names.push_str(&String::from_utf8_lossy(name));
        let end = u32::try_from(self.names.len())
            .map_err(|_| ReadError::new("the names of its undefined symbols are too long"))?;
        self.rows.push(Row { end, source });
        Ok(())
    }

    fn source(&mut self, kept: &mut Kept, library: &[u8]) -> Result<u32, ReadError> {
        let library = String::from_utf8_lossy(library);
        if let Some(number) = self.numbers.get(&*library) {
            return Ok(*number);
        }
        limited(self.sources.len(), SOURCE_LIMIT, "libraries of symbols")?;
        self.sources.push(kept.name(library.as_bytes())?);
        let number = self.sources.len() as u32;
        self.numbers.insert(library.into_owned(), number);
        Ok(number)
    }

    /// Adds the hash of a symbol that other images may use.
    pub(super) fn defined(&mut self, kept: &mut Kept, hash: u64) -> Result<(), ReadError> {
        kept.count(size_of::<u64>())?;
        limited(self.defined.len(), SYMBOL_LIMIT, "exports")?;
        self.defined.push(hash);
        Ok(())
    }

    /// The symbols that another image must define, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Undefined<'_>> {
        let starts = std::iter::once(0).chain(self.rows.iter().map(|row| row.end));
        starts.zip(&self.rows).map(|(start, row)| Undefined {
            name: &self.names[start as usize..row.end as usize],
            library: self.sources.get((row.source as usize).wrapping_sub(1)).map(String::as_str),
        })
    }

    /// Keeps some of the undefined symbols, and nothing of the defined ones.
    pub(super) fn retain(&mut self, wanted: impl Fn(Undefined) -> bool) {
        let mut names = String::new();
        let mut rows = Vec::new();
        for (undefined, row) in self.iter().zip(&self.rows) {
            if wanted(undefined) {
                names.push_str(undefined.name);
                rows.push(Row { end: names.len() as u32, source: row.source });
            }
        }
        names.shrink_to_fit();
        rows.shrink_to_fit();
        let sources = if rows.is_empty() { Vec::new() } else { std::mem::take(&mut self.sources) };
        *self = Self { names, rows, sources, ..Self::default() };
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        let sources: usize = self.sources.iter().map(|source| source.len() + 32).sum();
        self.names.len() + self.rows.len() * size_of::<Row>() + sources
    }
}

/// A hash of a name that can be continued: [FNV-1a](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
#[derive(Clone, Copy)]
pub(super) struct NameHash(pub(super) u64);

impl NameHash {
    pub(super) const START: Self = Self(0xcbf2_9ce4_8422_2325);

    pub(super) fn then(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }

    pub(super) fn of(name: &[u8]) -> u64 {
        Self::START.then(name).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_kept_with_their_libraries() {
        let (mut linking, mut kept) = (Linking::default(), Kept::default());
        for (name, library) in
            [("one", ""), ("two", "libc.so.6"), ("", "x"), ("three", "libc.so.6")]
        {
            linking.undefined(&mut kept, name.as_bytes(), library.as_bytes()).expect("few");
        }
        let all = |linking: &Linking| {
            let undefined = linking.iter();
            undefined
                .map(|it| format!("{} {}", it.name, it.library.unwrap_or("-")))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(&linking), ["one -", "two libc.so.6", "three libc.so.6"]);
        linking.retain(|undefined| undefined.name != "two");
        assert_eq!(all(&linking), ["one -", "three libc.so.6"]);
    }

    #[test]
    fn a_hash_can_be_continued() {
        assert_eq!(NameHash::of(b"malloc"), NameHash::START.then(b"mal").then(b"loc").0);
        assert_ne!(NameHash::of(b"malloc"), NameHash::of(b"calloc"));
    }
}
