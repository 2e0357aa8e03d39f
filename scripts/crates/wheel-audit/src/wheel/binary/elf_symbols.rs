//! The symbols of ELF files, and the versions that they need.

use std::collections::{BTreeMap, BTreeSet};

use object::Endianness;
use object::elf as constants;
use object::read::SectionIndex;
use object::read::elf::{ElfFile, FileHeader, SectionHeader, Sym};

use super::facts::NeededVersion;
use super::names::{Kept, Strings, limited};
use super::symbols::{Symbols, wrong};
use crate::wheel::error::ReadError;

/// The most symbol versions that a file may need. The largest files need some hundreds.
const VERSION_LIMIT: usize = 10_000;

/// The versions that a file needs, and the library behind each version's number.
#[derive(Default)]
pub(super) struct Versions {
    pub(super) needed: Vec<NeededVersion>,
    libraries: BTreeMap<u16, String>,
    /// The numbers of glibc's private versions, which no table has.
    private: BTreeSet<u16>,
}

/// The strings of a section; none for section 0.
pub(super) fn strings<'data, H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'data, H>,
    section: SectionIndex,
) -> Result<Strings<'data>, ReadError> {
    let endian = file.endian();
    if section == SectionIndex(0) {
        return Ok(Strings(&[]));
    }
    let section = file.elf_section_table().section(section).map_err(wrong)?;
    if section.sh_type(endian) != constants::SHT_STRTAB {
        return Err(ReadError::new("its strings are not in a section of strings"));
    }
    section.data(endian, file.data()).map(Strings).map_err(wrong)
}

pub(super) fn versions<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<H>,
    kept: &mut Kept,
) -> Result<Versions, ReadError> {
    let (endian, sections) = (file.endian(), file.elf_section_table());
    let mut versions = Versions::default();
    let needs = sections.gnu_verneed(endian, file.data()).map_err(wrong)?;
    let Some((mut needs, link)) = needs else { return Ok(versions) };
    let strings = strings(file, link)?;
    // Entries may overlap, and may say that very many follow.
    let mut count = 0;
    while let Some((need, mut wanted)) = needs.next().map_err(wrong)? {
        count += 1;
        limited(count, VERSION_LIMIT, "versions")?;
        let library = kept.name(strings.name(need.vn_file.get(endian) as usize)?)?;
        while let Some(version) = wanted.next().map_err(wrong)? {
            count += 1;
            limited(count, VERSION_LIMIT, "versions")?;
            kept.count(2 * library.len())?;
            let name = kept.name(strings.name(version.vna_name.get(endian) as usize)?)?;
            let number = version.vna_other(endian).index().0;
            versions.libraries.insert(number, library.clone());
            if name == "GLIBC_PRIVATE" {
                versions.private.insert(number);
            }
            versions.needed.push(NeededVersion {
                library: library.clone(),
                version: name,
                weak: version.vna_flags.get(endian).0 & constants::VER_FLG_WEAK.0 != 0,
            });
        }
    }
    Ok(versions)
}

/// The symbols that the file takes from others, and those that it gives.
pub(super) fn symbols<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<H>,
    versions: &Versions,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    let endian = file.endian();
    let table = file.elf_dynamic_symbol_table();
    let strings = strings(file, table.string_section())?;
    let numbers = file.elf_section_table().gnu_versym(endian, file.data()).map_err(wrong)?;
    let numbers = numbers.map_or(&[][..], |(numbers, _)| numbers);
    for (number, symbol) in table.symbols().iter().enumerate().skip(1) {
        let undefined = symbol.is_undefined(endian);
        if !undefined && !is_exported(symbol, endian) {
            continue;
        }
        let at = symbol.st_name(endian) as usize;
        if at == 0 {
            continue;
        }
        let Some(name) = strings.symbol(at, b"")? else { continue };
        if undefined {
            let version = numbers.get(number).map(|version| version.0.get(endian).index());
            let version = version.filter(|version| !version.is_special());
            let library = match version {
                None => "",
                Some(version) => versions.libraries.get(&version.0).map_or("", String::as_str),
            };
            let private = version.is_some_and(|version| versions.private.contains(&version.0));
            let weak = private || symbol.st_bind() == constants::STB_WEAK;
            found.import(name, library.as_bytes(), weak)?;
        } else {
            found.export(name)?;
        }
    }
    Ok(())
}

fn is_exported<S: Sym<Endian = Endianness>>(symbol: &S, endian: Endianness) -> bool {
    let section = symbol.st_shndx(endian);
    let special =
        section.is_special() && section != constants::SHN_ABS && section != constants::SHN_XINDEX;
    let kinds = [
        constants::STT_NOTYPE,
        constants::STT_OBJECT,
        constants::STT_FUNC,
        constants::STT_TLS,
        constants::STT_GNU_IFUNC,
    ];
    !symbol.is_local() && !special && kinds.contains(&symbol.st_type())
}
