//! Mach-O: the libraries and programs of macOS, alone or several in a fat file
//! ([`<mach-o/loader.h>`](https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h)).

use std::collections::BTreeSet;

use object::Endianness;
use object::macho as constants;
use object::read::File;
use object::read::macho::{
    FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFatFile64, MachOFile,
};
use sha2::{Digest, Sha256};

use super::facts::{BinaryImage, FormatFacts, MachoFacts, Signature};
use super::symbols::{LIBRARY_LIMIT, exports, imports, libraries, limited, parse, wrong};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;
use crate::wheel::printable::printable_name;

/// Reads the part for each architecture of a fat file.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read_fat(bytes: &[u8]) -> Result<Vec<BinaryImage>, ReadError> {
    let parts: Vec<&[u8]> = match bytes.get(3) {
        Some(0xbf) => {
            let fat = MachOFatFile64::parse(bytes).map_err(wrong)?;
            fat.arches().iter().map(|part| part.data(bytes)).collect::<Result<_, _>>()
        }
        _ => {
            let fat = MachOFatFile32::parse(bytes).map_err(wrong)?;
            fat.arches().iter().map(|part| part.data(bytes)).collect::<Result<_, _>>()
        }
    }
    .map_err(wrong)?;
    let mut images = Vec::new();
    for part in parts {
        match part {
            [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => images.extend(read(part)?),
            // A static library may be fat as well.
            [b'!', b'<', b'a', b'r', ..] => {}
            _ => return Err(ReadError::new("a part of it is not a Mach-O file")),
        }
    }
    Ok(images)
}

/// Reads a Mach-O file. Object files and debug companions give no image.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<BinaryImage>, ReadError> {
    match parse(bytes)? {
        File::MachO32(file) => image(&file),
        File::MachO64(file) => image(&file),
        _ => Err(ReadError::new("it is not a Mach-O file")),
    }
}

fn image<H: MachHeader<Endian = Endianness>>(
    file: &MachOFile<H>,
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
    let mut facts = MachoFacts { minimum: None, rpaths: Vec::new(), signature: Signature::Absent };
    let mut commands = file.macho_load_commands().map_err(wrong)?;
    while let Some(command) = commands.next().map_err(wrong)? {
        match command.variant().map_err(wrong)? {
            LoadCommandVariant::DyldInfo(info) => {
                tree(file.data(), info.export_off.get(endian), info.export_size.get(endian))?;
            }
            LoadCommandVariant::LinkeditData(place)
                if command.cmd() == constants::LC_DYLD_EXPORTS_TRIE =>
            {
                tree(file.data(), place.dataoff.get(endian), place.datasize.get(endian))?;
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
            LoadCommandVariant::Rpath(rpath) => {
                limited(facts.rpaths.len(), LIBRARY_LIMIT, "run paths")?;
                facts
                    .rpaths
                    .push(printable_name(command.string(endian, rpath.path).map_err(wrong)?));
            }
            LoadCommandVariant::LinkeditData(place)
                if command.cmd() == constants::LC_CODE_SIGNATURE =>
            {
                facts.signature = signature(file.data(), place, endian);
            }
            _ => {}
        }
    }
    Ok(vec![BinaryImage {
        architecture,
        executable,
        libraries: libraries(file)?,
        imports: imports(file, "_")?,
        exports: exports(file, "_")?,
        // Debug information for macOS lies in separate files.
        debug_bytes: 0,
        size: file.data().len() as u64,
        format: FormatFacts::Macho(facts),
    }])
}

/// Refuses an export trie whose branches meet again. A few bytes of such a trie can stand for more names than can be
/// visited.
fn tree(data: &[u8], at: u32, size: u32) -> Result<(), ReadError> {
    let outside = || ReadError::new("its exports lie outside it");
    let end = at.checked_add(size).ok_or_else(outside)? as usize;
    let trie = data.get(at as usize..end).ok_or_else(outside)?;
    let mut seen = BTreeSet::new();
    let mut waiting = if trie.is_empty() { Vec::new() } else { vec![0_usize] };
    while let Some(node) = waiting.pop() {
        if !seen.insert(node) {
            return Err(ReadError::new("its exports do not form a tree"));
        }
        let mut rest = trie.get(node..).ok_or_else(outside)?;
        let terminal = number(&mut rest).ok_or_else(outside)?;
        rest = rest.get(terminal..).ok_or_else(outside)?;
        let (&children, mut rest) = rest.split_first().ok_or_else(outside)?;
        for _ in 0..children {
            let end = rest.iter().position(|byte| *byte == 0).ok_or_else(outside)?;
            rest = &rest[end + 1..];
            waiting.push(number(&mut rest).ok_or_else(outside)?);
        }
    }
    Ok(())
}

/// Reads a ULEB128 number: seven bits in each byte, the lowest first.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The version in a number of 16, 8 and 8 bits, without its third part.
fn version(number: u32) -> (u16, u16) {
    let [high, low, minor, _] = number.to_be_bytes();
    (u16::from_be_bytes([high, low]), minor.into())
}

/// Recomputes the hash of every page
/// ([`cs_blobs.h`](https://github.com/apple-oss-distributions/xnu/blob/main/osfmk/kern/cs_blobs.h)).
fn signature(
    data: &[u8],
    place: &constants::LinkeditDataCommand<Endianness>,
    endian: Endianness,
) -> Signature {
    let broken = |error: object::read::Error| {
        Signature::Broken(printable_name(error.to_string().as_bytes()))
    };
    let blobs = match place.code_signature(endian, data) {
        Ok(signature) => signature.blobs(),
        Err(error) => return broken(error),
    };
    let mut outcome = Signature::Broken("it has no hashes of the code".to_owned());
    // Real signatures have two, for older and newer systems. Each needs a pass over the file.
    for blob in blobs.take(16) {
        let directory = match blob.and_then(|blob| blob.code_directory()) {
            Ok(Some(directory)) => directory,
            Ok(None) => continue,
            Err(error) => return broken(error),
        };
        let header = directory.header();
        if header.hash_type != constants::CS_HASHTYPE_SHA256 || header.hash_size != 32 {
            // A signature with older hashes, for older systems, may lie beside a valid one.
            if !matches!(outcome, Signature::Whole) {
                outcome = Signature::Unknown("its hashes are not SHA-256".to_owned());
            }
            continue;
        }
        let limit = usize::try_from(directory.code_limit()).ok();
        let Some(code) = limit.and_then(|limit| data.get(..limit)) else {
            return Signature::Broken("it covers more code than the file has".to_owned());
        };
        let page = match header.page_size {
            0 => code.len().max(1),
            bits @ 10..=20 => 1 << bits,
            _ => return Signature::Unknown("its pages have an unusual size".to_owned()),
        };
        let mut pages = 0;
        for (number, page) in (0_u32..).zip(code.chunks(page)) {
            match directory.code_hash(number) {
                Ok(hash) if *hash == Sha256::digest(page)[..] => pages += 1,
                Ok(_) => return Signature::Broken(format!("the hash of page {number} differs")),
                Err(error) => return broken(error),
            }
        }
        if pages != header.n_code_slots.get(object::BigEndian) {
            return Signature::Broken("it has more hashes than the code has pages".to_owned());
        }
        outcome = Signature::Whole;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_whose_branches_meet_are_refused() {
        // A root with two children, which are one node without children.
        let meeting = b"\0\x02a\0\x08b\0\x08\0\0";
        let error = tree(meeting, 0, 10).expect_err("no tree");
        assert_eq!(error.to_string(), "its exports do not form a tree");
        let good = b"\0\x02a\0\x08b\0\x0a\0\0\0\0";
        assert_eq!(tree(good, 0, 12), Ok(()));
        assert!(tree(good, 0, 13).is_err());
        assert!(tree(&good[..9], 0, 9).is_err());
    }
}
