//! Renaming musl's C library in an extension that zig linked.
//!
//! On Alpine the library is named `libc.musl-ARCH.so.1`, and extensions that are linked there need that name. zig writes
//! `libc.so` instead. musl's loader accepts both, but auditwheel knows only the first.
//!
//! A finished file has no room for a longer name. Therefore the linker gets the long name as the extension's own
//! (`DT_SONAME`), which puts it into the file. This edit moves the name from `DT_SONAME` to `DT_NEEDED`.

use object::Endianness;
use object::elf::{DT_NEEDED, DT_SONAME};
use object::read::File;
use object::read::elf::{Dyn, ElfFile, FileHeader};

use crate::wheel::ReadError;
use crate::wheel::binary::parse;

/// zig's name for musl's C library.
const ZIGS: &[u8] = b"libc.so";

/// Puts `name` in the place of zig's name. A file that does not need zig's name stays unchanged.
///
/// # Errors
///
/// When the file is not ELF, or its `DT_SONAME` is not `name`.
pub(super) fn renamed(bytes: &[u8], name: &str) -> Result<Vec<u8>, ReadError> {
    match parse(bytes)? {
        File::Elf32(file) => with_name(&file, name),
        File::Elf64(file) => with_name(&file, name),
        _ => Err(ReadError::new("it is not an ELF file")),
    }
}

fn with_name<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<H>,
    name: &str,
) -> Result<Vec<u8>, ReadError> {
    let (endian, data) = (file.endian(), file.data());
    let wrong = |what: &str| ReadError::new(format!("its dynamic section {what}"));
    let sections = file.elf_section_table();
    let (entries, strings) = sections
        .dynamic(endian, data)
        .map_err(|_| wrong("cannot be read"))?
        .ok_or_else(|| wrong("is not there"))?;
    let strings = sections.strings(endian, data, strings).map_err(|_| wrong("has no names"))?;
    let named = |tag, wanted: &[u8]| {
        entries.iter().position(|entry| {
            entry.tag(endian) == tag
                && u32::try_from(entry.val(endian)).is_ok_and(|at| strings.get(at) == Ok(wanted))
        })
    };
    let mut changed = data.to_vec();
    let Some(needed) = named(DT_NEEDED, ZIGS) else { return Ok(changed) };
    let own = named(DT_SONAME, name.as_bytes())
        .ok_or_else(|| wrong(&format!("does not hold the name `{name}`")))?;
    let size = size_of_val(&entries[0]);
    let start = entries.as_ptr().addr() - data.as_ptr().addr();
    let end = start + size_of_val(entries);
    let at = |position: usize| start + position * size;
    // An entry is a tag and a value. `DT_NEEDED` keeps its tag and gets the value of `DT_SONAME`.
    let half = size / 2;
    changed.copy_within(at(own) + half..at(own) + size, at(needed) + half);
    // The loader stops at the first empty entry, so the entries after `DT_SONAME` move up.
    changed.copy_within(at(own) + size..end, at(own));
    changed[end - size..end].fill(0);
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use wheel_fixtures::elf::Elf;

    use super::*;
    use crate::wheel::binary::{self, BinaryImage};

    const NAME: &str = "libc.musl-x86_64.so.1";
    const X86_64: u16 = 62;

    fn linked(needed: &[&'static str], soname: Option<&'static str>) -> Vec<u8> {
        let versions = Vec::new();
        Elf { needed: needed.to_vec(), versions, soname, ..Elf::new(X86_64) }.bytes()
    }

    fn image(bytes: &[u8]) -> BinaryImage {
        let binary = binary::read("a.so", bytes).expect("it is ELF").expect("it is a library");
        binary.images.into_iter().next().expect("it has code")
    }

    fn libraries(bytes: &[u8]) -> Vec<String> {
        image(bytes).libraries.iter().map(|library| library.name.clone()).collect()
    }

    #[test]
    fn it_loses_its_own_name_and_gives_it_to_musl() {
        let before = linked(&["liba.so", "libc.so", "libz.so.1"], Some(NAME));
        let after = renamed(&before, NAME).expect("it was linked for it");
        assert_eq!(libraries(&after), ["liba.so", NAME, "libz.so.1"]);
        assert_eq!(after.len(), before.len());
        // Nothing is left to rename, and the name is no longer its own.
        let again = renamed(&after, NAME).expect("it is ELF");
        assert_eq!(again, after);
        let images = [&before, &after].map(|bytes| image(bytes));
        assert_eq!(images[0].imports, images[1].imports);
        assert_eq!(images[0].exports, images[1].exports);
    }

    #[test]
    fn what_was_linked_without_the_name_is_refused() {
        for soname in [None, Some("libother.so")] {
            let error = renamed(&linked(&["libc.so"], soname), NAME).expect_err("no room");
            let expected = format!("its dynamic section does not hold the name `{NAME}`");
            assert_eq!(error.to_string(), expected);
        }
        assert!(renamed(b"no ELF", NAME).is_err());
    }
}
