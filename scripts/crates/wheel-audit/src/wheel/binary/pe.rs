//! PE: the libraries and programs of Windows
//! ([PE format](https://learn.microsoft.com/en-us/windows/win32/debug/pe-format)).

use std::collections::BTreeSet;

use object::pe as constants;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::read::{File, Object};

use super::facts::{BinaryImage, FormatFacts, Import, Library};
use super::symbols::{
    LIBRARY_LIMIT, SYMBOL_LIMIT, debug_bytes, exports, limited, parse, python_name,
};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;
use crate::wheel::printable::printable_name;

/// The most imports that are read. Import tables may point at one name many times.
const IMPORT_LIMIT: usize = 1_000_000;
/// The longest name that is read.
const NAME_LIMIT: usize = 16 << 10;

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
pub(super) fn read(bytes: &[u8]) -> Result<Vec<BinaryImage>, ReadError> {
    match parse(bytes)? {
        File::Pe32(file) => image(&file),
        File::Pe64(file) => image(&file),
        _ => Err(ReadError::new("it is not a PE file")),
    }
}

fn image<H: ImageNtHeaders>(file: &PeFile<H>) -> Result<Vec<BinaryImage>, ReadError> {
    let header = file.nt_headers().file_header();
    let architecture = match header.machine.get(object::LittleEndian) {
        constants::IMAGE_FILE_MACHINE_AMD64 => Some(Architecture::X86_64),
        constants::IMAGE_FILE_MACHINE_I386 => Some(Architecture::I686),
        constants::IMAGE_FILE_MACHINE_ARM64 => Some(Architecture::Aarch64),
        _ => None,
    };
    let flags = header.characteristics.get(object::LittleEndian);
    let dll = flags.0 & constants::IMAGE_FILE_DLL.0 != 0;
    let (libraries, imports) = imports(file)?;
    Ok(vec![BinaryImage {
        architecture,
        executable: !dll,
        libraries,
        imports,
        exports: exports(file, "")?,
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
) -> Result<(Vec<Library>, BTreeSet<Import>), ReadError> {
    let (mut libraries, mut imports) = (Vec::new(), BTreeSet::new());
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
            let library = terminated(file, name)?;
            // The loader overwrites the second table, so it may lack names.
            let [first, second] = thunks_at.map(|place| number(&descriptor[place..]));
            let mut thunk = if first == 0 { second } else { first };
            while thunk != 0 {
                let entry = bytes_at(file, thunk, width)?;
                if entry.iter().all(|byte| *byte == 0) {
                    break;
                }
                count += 1;
                if count > IMPORT_LIMIT {
                    return Err(ReadError::new(format!("it has more than {IMPORT_LIMIT} imports")));
                }
                let by_number = entry[width - 1] & 0x80 != 0;
                if !by_number {
                    let symbol = terminated(file, number(entry).saturating_add(2))?;
                    if let Some(name) = python_name(symbol.as_bytes(), "") {
                        let library = Some(library.clone());
                        imports.insert(Import { name, library, optional });
                        limited(imports.len(), SYMBOL_LIMIT, "symbols of Python")?;
                    }
                }
                thunk = next(thunk, width)?;
            }
            let library = Library { name: library, optional };
            if !libraries.contains(&library) {
                libraries.push(library);
            }
            count += 1;
            limited(libraries.len(), LIBRARY_LIMIT, "libraries")?;
            at = next(at, length)?;
        }
    }
    Ok((libraries, imports))
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

fn terminated<H: ImageNtHeaders>(file: &PeFile<H>, at: u32) -> Result<String, ReadError> {
    let bytes = loaded(file, at)?;
    let bytes = &bytes[..bytes.len().min(NAME_LIMIT)];
    let end = bytes.iter().position(|byte| *byte == 0).ok_or_else(outside)?;
    Ok(printable_name(&bytes[..end]))
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn outside() -> ReadError {
    ReadError::new("its imports point outside it")
}
