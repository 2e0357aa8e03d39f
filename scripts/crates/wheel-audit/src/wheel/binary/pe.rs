//! PE: the libraries and programs of Windows
//! ([PE format](https://learn.microsoft.com/en-us/windows/win32/debug/pe-format)).

use object::pe as constants;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::read::{File, Object};

use super::facts::{BinaryImage, FormatFacts};
use super::names::{self, Kept, Strings, limited, terminated};
use super::symbols::{Libraries, Symbols, cut, is_debug, lies_in, parse, wrong};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;

/// The most imports, and the most exports with a name. Tables may point at one name many times.
const SYMBOL_LIMIT: usize = 1_000_000;
/// The most sections, each of which may hold an address. Loaders of Windows allow no more.
const SECTION_LIMIT: usize = 96;

/// Returns whether a file that begins like a DOS program is a PE file.
pub(super) fn is_pe(bytes: &[u8]) -> bool {
    let at = bytes.get(0x3c..0x40).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    at.and_then(|at| bytes.get(at as usize..)).is_some_and(|header| header.starts_with(b"PE\0\0"))
}

/// Reads a PE file.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    match parse(bytes)? {
        File::Pe32(file) => image(&file, kept),
        File::Pe64(file) => image(&file, kept),
        _ => Err(ReadError::new("it is not a PE file")),
    }
}

fn image<H: ImageNtHeaders>(
    file: &PeFile<H>,
    kept: &mut Kept,
) -> Result<Vec<BinaryImage>, ReadError> {
    limited(file.section_table().len(), SECTION_LIMIT, "sections")?;
    let place = |section: &constants::ImageSectionHeader| section.pe_file_range();
    let mut places = file.section_table().iter().map(place);
    if !places.all(|(at, size)| lies_in(file.data(), at.into(), size.into())) {
        return Err(cut());
    }
    let header = file.nt_headers().file_header();
    let architecture = match header.machine.get(object::LittleEndian) {
        constants::IMAGE_FILE_MACHINE_AMD64 => Some(Architecture::X86_64),
        constants::IMAGE_FILE_MACHINE_I386 => Some(Architecture::I686),
        constants::IMAGE_FILE_MACHINE_ARM64 => Some(Architecture::Aarch64),
        _ => None,
    };
    let flags = header.characteristics.get(object::LittleEndian);
    let dll = flags.0 & constants::IMAGE_FILE_DLL.0 != 0;
    let mut found = Symbols::new(kept, file.data().len());
    let libraries = imports(file, &mut found)?;
    exports(file, &mut found)?;
    let Symbols { imports, exports, linking, .. } = found;
    Ok(vec![BinaryImage {
        architecture,
        executable: !dll,
        libraries: libraries.into_found(),
        imports,
        exports,
        linking,
        debug_bytes: debug_bytes(file),
        size: file.data().len() as u64,
        format: FormatFacts::Pe,
    }])
}

/// Reads the import table, then the table of delayed imports.
///
/// The `object` crate looks for names in the table's own section. Tools that write longer names into a finished file put
/// them into another section, so this reads the tables itself.
fn imports<H: ImageNtHeaders>(
    file: &PeFile<H>,
    found: &mut Symbols,
) -> Result<Libraries, ReadError> {
    let mut libraries = Libraries::default();
    let mut count = 0;
    let width = if file.is_64() { 8 } else { 4 };
    for (directory, length, name_at, thunks_at, optional) in [
        (constants::IMAGE_DIRECTORY_ENTRY_IMPORT, 20, 12, [0, 16], false),
        (constants::IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, 32, 4, [16, 12], true),
    ] {
        let Some(directory) = file.data_directory(directory) else { continue };
        let (mut at, _) = directory.address_range();
        if at == 0 {
            continue;
        }
        loop {
            let descriptor = bytes_at(file, at, length)?;
            let name = number(&descriptor[name_at..]);
            if name == 0 {
                break;
            }
            let library = libraries.add(found.kept, terminated(loaded(file, name)?)?, optional)?;
            // The loader overwrites the second table, so it may lack names.
            let [first, second] = thunks_at.map(|place| number(&descriptor[place..]));
            let mut thunk = if first == 0 { second } else { first };
            while thunk != 0 {
                let entry = bytes_at(file, thunk, width)?;
                if entry.iter().all(|byte| *byte == 0) {
                    break;
                }
                count += 1;
                limited(count, SYMBOL_LIMIT, "imports")?;
                let by_number = entry[width - 1] & 0x80 != 0;
                if !by_number {
                    let symbol = loaded(file, number(entry).saturating_add(2))?;
                    if let Some(name) = names::symbol(symbol, b"")? {
                        found.import(name, library.as_bytes(), optional)?;
                    }
                }
                thunk = next(thunk, width)?;
            }
            at = next(at, length)?;
        }
    }
    Ok(libraries)
}

fn next(at: u32, length: usize) -> Result<u32, ReadError> {
    at.checked_add(u32::try_from(length).unwrap_or(u32::MAX)).ok_or_else(outside)
}

/// The bytes from a load address to the end of its section.
fn loaded<'data, H: ImageNtHeaders>(
    file: &PeFile<'data, H>,
    at: u32,
) -> Result<&'data [u8], ReadError> {
    file.section_table().pe_data_at(file.data(), at).ok_or_else(outside)
}

fn bytes_at<'data, H: ImageNtHeaders>(
    file: &PeFile<'data, H>,
    at: u32,
    length: usize,
) -> Result<&'data [u8], ReadError> {
    loaded(file, at)?.get(..length).ok_or_else(outside)
}

fn exports<H: ImageNtHeaders>(file: &PeFile<H>, found: &mut Symbols) -> Result<(), ReadError> {
    let Some(table) = file.export_table().map_err(wrong)? else { return Ok(()) };
    limited(table.name_pointers().len(), SYMBOL_LIMIT, "exports")?;
    for (pointer, index) in table.name_iter() {
        table.address_by_index(index).map_err(wrong)?;
        if let Some(name) = names::symbol(loaded(file, pointer)?, b"")? {
            found.export(name)?;
        }
    }
    Ok(())
}

/// The size of the debug information, in bytes. MinGW puts it into sections whose long names stand behind the symbols.
fn debug_bytes<H: ImageNtHeaders>(file: &PeFile<H>) -> u64 {
    let header = file.nt_headers().file_header();
    let [symbols, count] = [header.pointer_to_symbol_table, header.number_of_symbols]
        .map(|field| u64::from(field.get(object::LittleEndian)));
    // A symbol has 18 bytes.
    let strings = usize::try_from(symbols + 18 * count).unwrap_or(usize::MAX);
    let strings = Strings(file.data().get(strings..).unwrap_or_default());
    let debug = |name: &[u8; 8]| match name.strip_prefix(b"/") {
        Some(digits) => {
            let end = digits.iter().position(|byte| *byte == 0).unwrap_or(digits.len());
            let place = std::str::from_utf8(&digits[..end]).ok().and_then(|text| text.parse().ok());
            place.is_some_and(|at| strings.from(at).is_ok_and(is_debug))
        }
        None => is_debug(name),
    };
    let sections = file.section_table().iter().filter(|section| debug(&section.name));
    sections.map(|section| u64::from(section.pe_file_range().1)).sum()
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn outside() -> ReadError {
    ReadError::new("its imports or exports point outside it")
}
