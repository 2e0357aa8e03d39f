//! The symbols of Mach-O files, in whichever of their tables the linker put them.

use object::macho as constants;
use object::read::macho::{MachHeader, MachOFile, Nlist};
use object::read::{ImportFlags, Object};
use object::{Endian, Endianness};

use super::export_trie::{self, PREFIX};
use super::names::{self, Strings};
use super::symbols::{Symbols, wrong};
use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// Where the tables are, and the libraries by number.
#[derive(Default)]
pub(super) struct Tables<'data> {
    pub(super) info: Option<&'data constants::DyldInfoCommand<Endianness>>,
    pub(super) symbols: Option<&'data constants::SymtabCommand<Endianness>>,
    pub(super) trie: Option<&'data constants::LinkeditDataCommand<Endianness>>,
    pub(super) fixups: Option<&'data constants::LinkeditDataCommand<Endianness>>,
    pub(super) libraries: Vec<String>,
}

/// The symbols that the file takes from others, and those that it gives.
pub(super) fn symbols<H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<H>,
    tables: &Tables,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    let (endian, data) = (file.endian(), file.data());
    // The later kinds of tables come first, as the loader takes them.
    if let Some(place) = tables.fixups {
        let fixups = part(data, place.dataoff.get(endian), place.datasize.get(endian))?;
        chained(fixups, endian, tables, found)?;
    } else if tables.info.is_some() {
        for import in file.imports().map_err(wrong)? {
            let import = import.map_err(wrong)?;
            let object::read::NameOrOrdinal::Name(symbol) = import.name() else { continue };
            let name = symbol.strip_prefix(PREFIX).unwrap_or(symbol);
            // A symbol of several images, of which the loader takes the first, is in this one as well.
            let optional = import.is_weak() || is_shared(import.flags());
            if name.len() <= NAME_LIMIT || names::is_python(name) {
                found.import(name, import.library(), optional)?;
            }
        }
    } else {
        listed_imports(file, tables, found)?;
    }
    let trie = match (tables.trie, tables.info) {
        (Some(place), _) => Some((place.dataoff, place.datasize)),
        (None, Some(info)) => Some((info.export_off, info.export_size)),
        (None, None) => None,
    };
    match trie {
        Some((at, size)) => {
            let trie = part(data, at.get(endian), size.get(endian))
                .map_err(|_| ReadError::new("its exports lie outside it"))?;
            export_trie::visit(trie, found)?;
        }
        None => listed_exports(file, tables, found)?,
    }
    Ok(())
}

fn is_shared(flags: ImportFlags) -> bool {
    let weak = constants::BIND_SPECIAL_DYLIB_WEAK_LOOKUP;
    matches!(flags, ImportFlags::MachOBind { dylib, .. } if dylib == weak)
}

fn part(data: &[u8], at: u32, size: u32) -> Result<&[u8], ReadError> {
    data.get(at as usize..)
        .and_then(|rest| rest.get(..size as usize))
        .ok_or_else(|| ReadError::new("a table of its symbols lies outside it"))
}

/// The names of the table of symbols.
fn strings<'data, H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<'data, H>,
    tables: &Tables,
) -> Result<Strings<'data>, ReadError> {
    let Some(table) = tables.symbols else { return Ok(Strings(&[])) };
    let endian = file.endian();
    part(file.data(), table.stroff.get(endian), table.strsize.get(endian)).map(Strings)
}

fn listed_imports<H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<H>,
    tables: &Tables,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    let (endian, strings) = (file.endian(), strings(file, tables)?);
    let two_levels = file.macho_header().flags(endian).contains(constants::MH_TWOLEVEL);
    for symbol in file.macho_symbol_table().symbols() {
        if !symbol.is_undefined() {
            continue;
        }
        let Some(name) = strings.symbol(symbol.n_strx(endian) as usize, PREFIX)? else { continue };
        let about = symbol.n_desc(endian);
        // Numbers begin with 1. Those that are reserved stand for no library.
        let number = about.library().index().filter(|_| two_levels);
        let library = match number.and_then(|number| usize::from(number).checked_sub(1)) {
            None => "",
            Some(number) => library(tables, number)?,
        };
        let weak = about.contains(constants::N_WEAK_REF);
        found.import(name, library.as_bytes(), weak)?;
    }
    Ok(())
}

fn listed_exports<H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<H>,
    tables: &Tables,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    let (endian, strings) = (file.endian(), strings(file, tables)?);
    for symbol in file.macho_symbol_table().symbols() {
        let kind = symbol.n_type();
        let defined =
            [constants::N_ABS, constants::N_INDR, constants::N_SECT].contains(&kind.typ());
        if kind.is_stab() || !kind.is_ext() || kind.is_pext() || !defined {
            continue;
        }
        if let Some(name) = strings.symbol(symbol.n_strx(endian) as usize, PREFIX)? {
            found.export(name)?;
        }
    }
    Ok(())
}

fn library<'a>(tables: &'a Tables, number: usize) -> Result<&'a str, ReadError> {
    let library = tables.libraries.get(number).map(String::as_str);
    library.ok_or_else(|| ReadError::new("a symbol is from a library that it does not name"))
}

/// Reads the imports of chained fixups
/// ([`<mach-o/fixup-chains.h>`](https://github.com/apple-oss-distributions/dyld/blob/main/include/mach-o/fixup-chains.h)).
/// A name may begin anywhere, and names may overlap.
fn chained(
    fixups: &[u8],
    endian: Endianness,
    tables: &Tables,
    found: &mut Symbols,
) -> Result<(), ReadError> {
    let cut = || ReadError::new("its chained fixups are cut short");
    let at = |at: usize| -> Result<u32, ReadError> {
        let four = fixups.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(cut)?;
        Ok(endian.read_u32(*four))
    };
    let (start, names, count, form) = (at(8)?, at(12)?, at(16)?, at(20)?);
    if at(0)? != 0 || at(24)? != 0 {
        return Err(ReadError::unknown("its chained fixups are of an unknown kind"));
    }
    let size = match form {
        1 => 4,
        2 => 8,
        3 => 16,
        _ => return Err(ReadError::unknown("its chained fixups are of an unknown kind")),
    };
    let strings = Strings(fixups.get(names as usize..).ok_or_else(cut)?);
    for number in 0..count as usize {
        let place = number
            .checked_mul(size)
            .and_then(|offset| offset.checked_add(start as usize))
            .ok_or_else(cut)?;
        let (ordinal, weak, name) = if form == 3 {
            let (low, high) = (at(place)?, at(place + 4)?);
            (i32::from((low & 0xffff) as i16), low >> 16 & 1 != 0, high)
        } else {
            let word = at(place)?;
            // The last fifteen numbers of libraries are negative ones.
            let ordinal = (word & 0xff) as u8;
            let special = i32::from(ordinal as i8);
            let ordinal = if ordinal > 0xf0 { special } else { i32::from(ordinal) };
            (ordinal, word >> 8 & 1 != 0, word >> 9)
        };
        // Number 0 is the file itself.
        if ordinal == 0 {
            continue;
        }
        let Some(name) = strings.symbol(name as usize, PREFIX)? else { continue };
        let library = match usize::try_from(ordinal - 1) {
            Ok(number) => library(tables, number)?,
            Err(_) => "",
        };
        let shared = ordinal == constants::BIND_SPECIAL_DYLIB_WEAK_LOOKUP.0;
        found.import(name, library.as_bytes(), weak || shared)?;
    }
    Ok(())
}
