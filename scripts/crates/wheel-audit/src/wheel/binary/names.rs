//! Names in string tables, within limits.
//!
//! A table of symbols may point at every place of one long string, or a million times at one place. So the names that
//! are looked at are counted, and those that are kept again.

use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// The most bytes that the names in the binaries of one wheel may have together. CPython's own have some 100 kB.
const KEPT_LIMIT: usize = 64 << 20;
/// The bytes that a name takes beside its own, about. They are counted too, so that short names are not too many.
const OVERHEAD: usize = 64;
/// The most libraries that the binaries of one wheel may ask for together.
const LIBRARIES_LIMIT: usize = 100_000;
/// The most libraries that a binary may ask for.
const LIBRARY_LIMIT: usize = 1_000;

/// The amount that was kept of the binaries of a wheel.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: usize,
    libraries: usize,
}

impl Kept {
    /// A name as a text.
    pub(super) fn name(&mut self, name: &[u8]) -> Result<String, ReadError> {
        limited(name.len(), NAME_LIMIT, "bytes in a name")?;
        self.count(name.len() + OVERHEAD)?;
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    /// Counts bytes that are kept once more.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.bytes += bytes;
        if self.bytes > KEPT_LIMIT {
            return Err(ReadError::new(format!(
                "the names in it and in the binaries before it have more than {KEPT_LIMIT} bytes"
            )));
        }
        Ok(())
    }

    /// Counts a library that is asked for, the `number`th of its binary.
    pub(super) fn library(&mut self, number: usize) -> Result<(), ReadError> {
        limited(number, LIBRARY_LIMIT, "libraries")?;
        self.libraries += 1;
        limited(self.libraries, LIBRARIES_LIMIT, "libraries together with the binaries before it")
    }
}

/// A table of strings that end with NUL.
#[derive(Clone, Copy)]
pub(super) struct Strings<'data>(pub(super) &'data [u8]);

impl<'data> Strings<'data> {
    /// The bytes from a place to the end of the table.
    pub(super) fn from(self, at: usize) -> Result<&'data [u8], ReadError> {
        self.0
            .get(at..)
            .filter(|rest| !rest.is_empty())
            .ok_or_else(|| ReadError::new("a name in it lies outside its table of strings"))
    }

    /// The name at a place.
    pub(super) fn name(self, at: usize) -> Result<&'data [u8], ReadError> {
        terminated(self.from(at)?)
    }

    /// The name of a symbol without its prefix. None if it is longer than names may be and not of CPython's name space:
    /// names of C++ may have any length.
    pub(super) fn symbol(self, at: usize, prefix: &[u8]) -> Result<Option<&'data [u8]>, ReadError> {
        symbol(self.from(at)?, prefix)
    }
}

/// The bytes before the first NUL.
pub(super) fn terminated(bytes: &[u8]) -> Result<&[u8], ReadError> {
    let within = &bytes[..bytes.len().min(NAME_LIMIT + 1)];
    match memchr::memchr(0, within) {
        Some(end) => Ok(&within[..end]),
        None if within.len() > NAME_LIMIT => {
            Err(ReadError::new(format!("a name in it has more than {NAME_LIMIT} bytes")))
        }
        None => Err(ReadError::new("a name in it does not end")),
    }
}

/// The name of a symbol without its prefix, at the beginning of some bytes. None as [`Strings::symbol`] says.
pub(super) fn symbol<'a>(bytes: &'a [u8], prefix: &[u8]) -> Result<Option<&'a [u8]>, ReadError> {
    let rest = bytes.strip_prefix(prefix).unwrap_or(bytes);
    match terminated(rest) {
        Err(_) if !is_python(rest) && rest.len() > NAME_LIMIT => Ok(None),
        name => name.map(Some),
    }
}

/// Returns whether a name lies in CPython's name space.
pub(super) fn is_python(name: &[u8]) -> bool {
    name.starts_with(b"Py") || name.starts_with(b"_Py")
}

/// Refuses a count that no real file reaches.
pub(super) fn limited(count: usize, limit: usize, what: &str) -> Result<(), ReadError> {
    if count > limit {
        return Err(ReadError::new(format!("it has more than {limit} {what}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_one_by_one_and_together() {
        let long = [b'P', b'y'].into_iter().chain([b'x'; NAME_LIMIT - 2]).collect::<Vec<_>>();
        let table = [&b"\0Py_A\0"[..], &long, b"\0", &long, b"x\0open"].concat();
        let strings = Strings(&table);
        assert_eq!(strings.name(1), Ok(&b"Py_A"[..]));
        assert_eq!(strings.symbol(1, b"_"), Ok(Some(&b"Py_A"[..])));
        assert_eq!(strings.symbol(2, b"y"), Ok(Some(&b"_A"[..])));
        assert_eq!(strings.name(6), Ok(&long[..]));
        let reason = |error: ReadError| error.to_string();
        let at = 7 + NAME_LIMIT;
        let error = strings.symbol(at, b"").map_err(reason);
        assert_eq!(error, Err("a name in it has more than 4096 bytes".to_owned()));
        assert_eq!(strings.symbol(at + 1, b"y"), Ok(Some(&[b'x'; NAME_LIMIT - 1][..])));
        let longer = [b'y'; 2 * NAME_LIMIT];
        assert_eq!(Strings(&longer).symbol(0, b""), Ok(None));
        let error = strings.name(table.len() - 4).map_err(reason);
        assert_eq!(error, Err("a name in it does not end".to_owned()));
        let error = strings.name(table.len()).map_err(reason);
        assert_eq!(error, Err("a name in it lies outside its table of strings".to_owned()));
        let mut kept = Kept::default();
        let fits = (0..).take_while(|_| kept.name(&long).is_ok()).count();
        assert_eq!(fits, KEPT_LIMIT / (NAME_LIMIT + OVERHEAD));
    }
}
