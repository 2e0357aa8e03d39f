//! WebAssembly modules: what they take from others and give to others
//! ([binary format](https://webassembly.github.io/spec/core/binary/modules.html),
//! [dynamic linking](https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md)).

use super::facts::{BinaryImage, FormatFacts};
use super::names::{Kept, is_python, limited};
use super::symbols::{Libraries, Symbols};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// The most imports, and the most exports.
const SYMBOL_LIMIT: u32 = 1_000_000;

/// Reads a module. Of a component, which is of another format, nothing but that is read.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    let mut libraries = Libraries::default();
    let mut found = Symbols::new(kept, bytes.len());
    if let Some(sections) = bytes.strip_prefix(b"\0asm\x01\0\0\0") {
        let mut sections = Bytes(sections);
        while !sections.0.is_empty() {
            let kind = sections.byte()?;
            let size = sections.number()?;
            let mut section = Bytes(sections.take(size)?);
            match kind {
                0 if section.name()? == b"dylink.0" => linked(section, &mut libraries, &mut found)?,
                2 => imports(section, &mut found)?,
                7 => exports(section, &mut found)?,
                _ => {}
            }
        }
    }
    let Symbols { imports, exports, linking, .. } = found;
    Ok(vec![BinaryImage {
        architecture: Some(Architecture::Wasm32),
        executable: false,
        libraries: libraries.into_found(),
        imports,
        exports,
        linking,
        debug_bytes: 0,
        size: bytes.len() as u64,
        format: FormatFacts::Wasm,
    }])
}

/// The libraries that a section about dynamic linking names.
fn linked(
    mut section: Bytes,
    libraries: &mut Libraries,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    while !section.0.is_empty() {
        let kind = section.byte()?;
        let size = section.number()?;
        let mut part = Bytes(section.take(size)?);
        if kind == 2 {
            for _ in 0..part.number()? {
                libraries.add(found.kept, part.name()?, false)?;
            }
        }
    }
    Ok(())
}

/// Of the imports, those in CPython's name space. A library for ctypes takes the others from anywhere.
fn imports(mut section: Bytes, found: &mut Symbols) -> Result<(), ReadError> {
    let count = section.number()?;
    limited(count as usize, SYMBOL_LIMIT as usize, "imports")?;
    for _ in 0..count {
        section.name()?;
        let name = section.name()?;
        match section.byte()? {
            0 => _ = section.number()?,
            1 => {
                section.byte()?;
                section.limits()?;
            }
            2 => section.limits()?,
            3 => _ = section.take(2)?,
            4 => {
                section.byte()?;
                section.number()?;
            }
            _ => return Err(ReadError::unknown("it has imports of an unknown kind")),
        }
        found.import(name, b"", !is_python(name))?;
    }
    Ok(())
}

fn exports(mut section: Bytes, found: &mut Symbols) -> Result<(), ReadError> {
    let count = section.number()?;
    limited(count as usize, SYMBOL_LIMIT as usize, "exports")?;
    for _ in 0..count {
        let name = section.name()?;
        section.byte()?;
        section.number()?;
        found.export(name)?;
    }
    Ok(())
}

/// The rest of some bytes.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, size: u32) -> Result<&'a [u8], ReadError> {
        let cut = || ReadError::new("a part of it lies outside the file");
        let (part, rest) = self.0.split_at_checked(size as usize).ok_or_else(cut)?;
        self.0 = rest;
        Ok(part)
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        Ok(self.take(1)?[0])
    }

    /// A number in LEB128: seven bits in each byte, the lowest first.
    fn number(&mut self) -> Result<u32, ReadError> {
        let mut number = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let large = |_| ReadError::new("a number in it is too large");
                return u32::try_from(number).map_err(large);
            }
        }
        Err(ReadError::new("a number in it does not end"))
    }

    /// A name with its length before it.
    fn name(&mut self) -> Result<&'a [u8], ReadError> {
        let size = self.number()?;
        let name = self.take(size)?;
        if is_python(name) {
            limited(name.len(), NAME_LIMIT, "bytes in a name")?;
        }
        Ok(name)
    }

    /// The limits of a memory or a table. The lowest bit says whether there is a second one.
    fn limits(&mut self) -> Result<(), ReadError> {
        let flags = self.byte()?;
        if flags & 4 != 0 {
            return Err(ReadError::unknown("it has a memory of 64 bits"));
        }
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        [&[kind, u8::try_from(content.len()).expect("small")], content].concat()
    }

    fn name(text: &str) -> Vec<u8> {
        [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat()
    }

    #[test]
    fn imports_exports_and_libraries_are_read() {
        let needed = [&[1], &name("libown.so")[..]].concat();
        let linked = [name("dylink.0"), section(2, &needed)].concat();
        let function = [name("env"), name("PyLong_FromLong"), vec![0, 5]].concat();
        let memory = [name("env"), name("memory"), vec![2, 1, 1, 9]].concat();
        let imports = [vec![2], function, memory].concat();
        let exports = [vec![1], name("PyInit__native"), vec![0, 7]].concat();
        let module = [
            b"\0asm\x01\0\0\0".to_vec(),
            section(0, &linked),
            section(2, &imports),
            section(7, &exports),
        ]
        .concat();
        let images = read(&module, &mut Kept::default()).expect("a module");
        assert_eq!(images[0].modules().collect::<Vec<_>>(), ["_native"]);
        assert_eq!(images[0].libraries[0].name, "libown.so");
        let imports: Vec<&str> = images[0].imports.iter().map(|import| &*import.name).collect();
        assert_eq!(imports, ["PyLong_FromLong"]);
        let cut = read(&module[..module.len() - 1], &mut Kept::default()).expect_err("cut");
        assert_eq!(cut.to_string(), "a part of it lies outside the file");
        // The first import is of a kind that does not exist.
        let mut other = module.clone();
        let kind = other.windows(2).position(|pair| pair == [0, 5]).expect("the function");
        other[kind] = 9;
        let error = read(&other, &mut Kept::default()).expect_err("unknown");
        assert!(error.is_unknown(), "{error}");
    }

    #[test]
    fn a_component_is_not_read() {
        let images = read(b"\0asm\x0d\0\x01\0what", &mut Kept::default()).expect("a component");
        assert!(images[0].exports.is_empty());
    }
}
