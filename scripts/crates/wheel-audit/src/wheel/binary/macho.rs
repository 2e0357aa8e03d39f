//! Mach-O: the libraries and programs of macOS, alone or several in a fat file
//! ([`<mach-o/loader.h>`](https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h)).

use object::Endianness;
use object::macho as constants;
use object::read::File;
use object::read::macho::{
    FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFatFile64, MachOFile,
};

use super::facts::{BinaryImage, FormatFacts, MachoFacts, Signature};
use super::macho_symbols::{Tables, symbols};
use super::names::{Kept, limited};
use super::signature::signature;
use super::symbols::{Libraries, Symbols, cut, lies_in, parse, wrong};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;

/// The most bytes of load commands. Real files have some kilobytes.
const COMMANDS_LIMIT: usize = 16 << 20;
/// The most run paths.
const RUN_PATH_LIMIT: usize = 1_000;

/// Reads the part for each architecture of a fat file.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read_fat(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    let places: Vec<(u64, u64)> = match bytes.get(3) {
        Some(0xbf) => {
            let fat = MachOFatFile64::parse(bytes).map_err(wrong)?;
            fat.arches().iter().map(FatArch::file_range).collect()
        }
        _ => {
            let fat = MachOFatFile32::parse(bytes).map_err(wrong)?;
            fat.arches().iter().map(FatArch::file_range).collect()
        }
    };
    apart(&places)?;
    let part = |(at, size): (u64, u64)| {
        let rest = bytes.get(usize::try_from(at).ok()?..)?;
        rest.get(..usize::try_from(size).ok()?)
    };
    let parts: Option<Vec<&[u8]>> = places.into_iter().map(part).collect();
    let parts = parts.ok_or_else(|| ReadError::new("a part of it lies outside it"))?;
    let mut images = Vec::new();
    for part in parts {
        match part {
            [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => images.extend(read(part, kept)?),
            // A static library may be fat as well.
            [b'!', b'<', b'a', b'r', ..] => {}
            _ => return Err(ReadError::new("a part of it is not a Mach-O file")),
        }
    }
    Ok(images)
}

/// Refuses parts that share bytes. One part could stand for twenty.
fn apart(places: &[(u64, u64)]) -> Result<(), ReadError> {
    let mut places = places.to_vec();
    places.sort_unstable();
    match places.windows(2).all(|pair| pair[0].0.saturating_add(pair[0].1) <= pair[1].0) {
        true => Ok(()),
        false => Err(ReadError::new("its parts for several machines share bytes")),
    }
}

/// Reads a Mach-O file. Object files and debug companions give no image.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    let size =
        bytes.get(20..24).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes);
    limited(size as usize, COMMANDS_LIMIT, "bytes of load commands")?;
    match parse(bytes)? {
        File::MachO32(file) => image(&file, kept),
        File::MachO64(file) => image(&file, kept),
        _ => Err(ReadError::new("it is not a Mach-O file")),
    }
}

fn image<H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<H>,
    kept: &mut Kept,
) -> Result<Vec<BinaryImage>, ReadError> {
    let (header, endian) = (file.macho_header(), file.endian());
    let kind = header.filetype(endian);
    let executable = kind == constants::MH_EXECUTE;
    if !executable && kind != constants::MH_DYLIB && kind != constants::MH_BUNDLE {
        return Ok(Vec::new());
    }
    let architecture = match header.cputype(endian) {
        constants::CPU_TYPE_X86_64 => Some(Architecture::X86_64),
        constants::CPU_TYPE_X86 => Some(Architecture::I686),
        constants::CPU_TYPE_ARM64 => Some(Architecture::Aarch64),
        _ => None,
    };
    let mut facts = MachoFacts {
        minimum: None,
        rpaths: Vec::new(),
        reexports: false,
        signature: Signature::Absent,
    };
    let (mut libraries, mut tables, mut place) = (Libraries::default(), Tables::default(), None);
    let mut is_cut = false;
    let mut commands = file.macho_load_commands().map_err(wrong)?;
    while let Some(command) = commands.next().map_err(wrong)? {
        match command.variant().map_err(wrong)? {
            LoadCommandVariant::DyldInfo(info) => once(&mut tables.info, info)?,
            LoadCommandVariant::Symtab(table) => once(&mut tables.symbols, table)?,
            LoadCommandVariant::LinkeditData(data) => match command.cmd() {
                constants::LC_DYLD_EXPORTS_TRIE => once(&mut tables.trie, data)?,
                constants::LC_DYLD_CHAINED_FIXUPS => once(&mut tables.fixups, data)?,
                constants::LC_CODE_SIGNATURE => once(&mut place, data)?,
                _ => {}
            },
            LoadCommandVariant::Dylib(library) => {
                let name = command.string(endian, library.dylib.name).map_err(wrong)?;
                let optional = command.cmd() == constants::LC_LOAD_WEAK_DYLIB;
                facts.reexports |= command.cmd() == constants::LC_REEXPORT_DYLIB;
                tables.libraries.push(libraries.add(kept, name, optional)?);
            }
            LoadCommandVariant::BuildVersion(build, _)
                if build.platform.get(endian) == constants::PLATFORM_MACOS =>
            {
                facts.minimum = Some(version(build.minos.get(endian).0));
            }
            LoadCommandVariant::VersionMin(minimum)
                if command.cmd() == constants::LC_VERSION_MIN_MACOSX =>
            {
                facts.minimum = Some(version(minimum.version.get(endian).0));
            }
            LoadCommandVariant::Segment32(segment, _) => {
                let place = (segment.fileoff.get(endian), segment.filesize.get(endian));
                is_cut |= !lies_in(file.data(), place.0.into(), place.1.into());
            }
            LoadCommandVariant::Segment64(segment, _) => {
                let place = (segment.fileoff.get(endian), segment.filesize.get(endian));
                is_cut |= !lies_in(file.data(), place.0, place.1);
            }
            LoadCommandVariant::Rpath(rpath) => {
                limited(facts.rpaths.len(), RUN_PATH_LIMIT, "run paths")?;
                let path = command.string(endian, rpath.path).map_err(wrong)?;
                facts.rpaths.push(kept.name(path)?);
            }
            _ => {}
        }
    }
    if is_cut {
        return Err(cut());
    }
    if let Some(place) = place {
        facts.signature = signature(file.data(), place, endian);
    }
    let mut found = Symbols::new(kept, file.data().len());
    symbols(file, &tables, &mut found)?;
    let Symbols { imports, exports, linking, .. } = found;
    Ok(vec![BinaryImage {
        architecture,
        executable,
        libraries: libraries.into_found(),
        imports,
        exports,
        linking,
        // Debug information for macOS lies in separate files.
        debug_bytes: 0,
        size: file.data().len() as u64,
        format: FormatFacts::Macho(facts),
    }])
}

/// Refuses a second load command of a kind of which there is one. Each may refer to the whole file.
fn once<T>(known: &mut Option<T>, found: T) -> Result<(), ReadError> {
    match known.replace(found) {
        None => Ok(()),
        Some(_) => Err(ReadError::new("it has two load commands of one kind")),
    }
}

/// The version in a number of 16, 8 and 8 bits, without its third part.
fn version(number: u32) -> (u16, u16) {
    let [high, low, minor, _] = number.to_be_bytes();
    (u16::from_be_bytes([high, low]), minor.into())
}
