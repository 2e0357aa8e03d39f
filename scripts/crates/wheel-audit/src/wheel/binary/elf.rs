//! ELF: the libraries and programs of Linux
//! ([gABI](https://gabi.xinuos.com/), [System V ABI: symbol versioning](https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html)).

use object::Endianness;
use object::elf as constants;
use object::read::elf::{Dyn, ElfFile, FileHeader, NoteIterator, ProgramHeader, SectionHeader};
use object::read::{File, SectionIndex};

use super::elf_symbols::{Versions, strings, symbols, versions};
use super::facts::{BinaryImage, ElfFacts, FormatFacts};
use super::names::{Kept, Strings, limited};
use super::symbols::{Libraries, Symbols, cut, is_debug, parse, wrong};
use crate::platform::Architecture;
use crate::wheel::error::ReadError;

/// The most segments. Linkers make a dozen.
const SEGMENT_LIMIT: usize = 1_000;
/// The most bytes of notes about properties. There is one note of some dozen bytes.
const NOTE_LIMIT: usize = 1 << 20;

/// Reads an ELF file. Object files and core dumps give no image.
///
/// # Errors
///
/// When the bytes contradict themselves.
pub(super) fn read(bytes: &[u8], kept: &mut Kept) -> Result<Vec<BinaryImage>, ReadError> {
    match parse(bytes)? {
        File::Elf32(file) => image(&file, kept),
        File::Elf64(file) => image(&file, kept),
        _ => Err(ReadError::new("it is not an ELF file")),
    }
}

fn image<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<H>,
    kept: &mut Kept,
) -> Result<Vec<BinaryImage>, ReadError> {
    let (header, endian) = (file.elf_header(), file.endian());
    let kind = header.e_type(endian);
    if kind != constants::ET_DYN && kind != constants::ET_EXEC {
        return Ok(Vec::new());
    }
    let little = header.is_little_endian();
    let architecture = match header.e_machine(endian) {
        constants::EM_X86_64 if header.is_class_64() => Some(Architecture::X86_64),
        constants::EM_386 => Some(Architecture::I686),
        constants::EM_AARCH64 if little && header.is_class_64() => Some(Architecture::Aarch64),
        constants::EM_ARM if little => Some(Architecture::Armv7l),
        constants::EM_PPC64 if little => Some(Architecture::Ppc64le),
        constants::EM_PPC64 => Some(Architecture::Ppc64),
        constants::EM_S390 if header.is_class_64() => Some(Architecture::S390x),
        constants::EM_RISCV if header.is_class_64() => Some(Architecture::Riscv64),
        constants::EM_LOONGARCH if header.is_class_64() => Some(Architecture::Loongarch64),
        _ => None,
    };
    let Some((facts, libraries, versions)) = facts(file, kept)? else {
        return Ok(Vec::new());
    };
    let mut found = Symbols::new(kept, file.data().len());
    symbols(file, &versions, &mut found)?;
    let Symbols { imports, exports, linking, .. } = found;
    let facts = ElfFacts { versions: versions.needed, ..facts };
    // A position-independent program has the type of a library, but names a loader.
    let executable = kind == constants::ET_EXEC || facts.interpreter.is_some();
    Ok(vec![BinaryImage {
        architecture,
        executable,
        libraries: libraries.into_found(),
        imports,
        exports,
        linking,
        debug_bytes: debug_bytes(file)?,
        size: file.data().len() as u64,
        format: FormatFacts::Elf(facts),
    }])
}

/// The facts; `None` for a companion file with debug information only.
fn facts<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<H>,
    kept: &mut Kept,
) -> Result<Option<(ElfFacts, Libraries, Versions)>, ReadError> {
    let (endian, data) = (file.endian(), file.data());
    let sections = file.elf_section_table();
    let (mut facts, mut libraries) = (ElfFacts::default(), Libraries::default());
    let (mut dynamic, mut notes_size, mut is_cut) = (None, 0, false);
    limited(file.elf_program_headers().len(), SEGMENT_LIMIT, "segments")?;
    for segment in file.elf_program_headers() {
        let kind = segment.p_type(endian);
        if kind == constants::PT_LOAD {
            facts.alignments.push(segment.p_align(endian).into());
            is_cut |= segment.data(endian, data).is_err();
        } else if kind == constants::PT_GNU_STACK {
            facts.executable_stack = Some(segment.p_flags(endian).0 & constants::PF_X.0 != 0);
        } else if kind == constants::PT_INTERP {
            let name = segment.data(endian, data).map_err(|()| cut())?;
            facts.interpreter = Some(kept.name(name.strip_suffix(b"\0").unwrap_or(name))?);
        } else if kind == constants::PT_DYNAMIC {
            dynamic = Some(segment);
        } else if kind == constants::PT_GNU_PROPERTY {
            let notes = segment.data(endian, data).map_err(|()| cut())?;
            notes_size += notes.len();
            limited(notes_size, NOTE_LIMIT, "bytes of notes")?;
            facts.needed_isa |= needed_isa::<H>(endian, segment.p_align(endian), notes)?;
        }
    }
    let Some(dynamic) = dynamic else {
        // A statically linked program, or split-off debug information.
        let split = sections.iter().any(|section| {
            section.sh_type(endian) == constants::SHT_NOBITS
                && section.sh_flags(endian).0 & constants::SHF_EXECINSTR.0 != 0
        });
        if split {
            return Ok(None);
        }
        let whole = (facts, libraries, Versions::default());
        return if is_cut { Err(cut()) } else { Ok(Some(whole)) };
    };
    // `strip --only-keep-debug` keeps the headers of the library without their content.
    let table = sections.iter().find(|section| {
        let kind = section.sh_type(endian);
        kind == constants::SHT_DYNAMIC
            || kind == constants::SHT_NOBITS
                && section.sh_addr(endian).into() == dynamic.p_vaddr(endian).into()
    });
    match table {
        None => {
            return Err(ReadError::unknown("it has no section headers, which list its symbols"));
        }
        Some(table) if table.sh_type(endian) == constants::SHT_NOBITS => return Ok(None),
        // The loader reads the segment and the `object` crate reads the section, so the two must be the same bytes.
        Some(table)
            if table.sh_addr(endian).into() != dynamic.p_vaddr(endian).into()
                || table.sh_offset(endian).into() != dynamic.p_offset(endian).into() =>
        {
            return Err(ReadError::new("its dynamic section and its dynamic segment differ"));
        }
        Some(_) => {}
    }
    if is_cut {
        return Err(cut());
    }
    let (entries, link) = sections
        .dynamic(endian, data)
        .map_err(wrong)?
        .ok_or_else(|| ReadError::new("it has no dynamic section"))?;
    let strings = strings(file, link)?;
    for entry in entries {
        let tag = entry.tag(endian);
        let value = entry.val(endian);
        let at = usize::try_from(value).unwrap_or(usize::MAX);
        match tag {
            constants::DT_NULL => break,
            constants::DT_NEEDED => {
                libraries.add(kept, strings.name(at)?, false)?;
            }
            constants::DT_RPATH => facts.rpath = Some(kept.name(strings.name(at)?)?),
            constants::DT_RUNPATH => facts.runpath = Some(kept.name(strings.name(at)?)?),
            constants::DT_TEXTREL => facts.text_relocations = true,
            constants::DT_FLAGS => {
                facts.text_relocations |= value & constants::DF_TEXTREL.0 != 0;
            }
            _ => {}
        }
    }
    Ok(Some((facts, libraries, versions(file, kept)?)))
}

/// The size of the debug information, in bytes.
fn debug_bytes<H: FileHeader<Endian = Endianness>>(file: &ElfFile<H>) -> Result<u64, ReadError> {
    let (header, endian) = (file.elf_header(), file.endian());
    let sections = file.elf_section_table();
    if sections.is_empty() {
        return Ok(0);
    }
    let names = header.shstrndx(endian, file.data()).map_err(wrong)?;
    let names = match names as usize {
        0 => Strings(&[]),
        number => strings(file, SectionIndex(number))?,
    };
    let mut bytes = 0_u64;
    for section in sections.iter() {
        let name = names.from(section.sh_name(endian) as usize);
        if name.is_ok_and(is_debug) {
            bytes = bytes.saturating_add(section.file_range(endian).map_or(0, |(_, size)| size));
        }
    }
    Ok(bytes)
}

fn needed_isa<H: FileHeader<Endian = Endianness>>(
    endian: Endianness,
    align: H::Word,
    notes: &[u8],
) -> Result<u32, ReadError> {
    let mut needed = 0;
    let mut notes = NoteIterator::<H>::new(endian, align, notes).map_err(wrong)?;
    while let Some(note) = notes.next().map_err(wrong)? {
        let Some(mut properties) = note.gnu_properties(endian) else { continue };
        while let Some(property) = properties.next().map_err(wrong)? {
            if property.pr_type() == constants::GNU_PROPERTY_X86_ISA_1_NEEDED {
                needed |= property.data_u32(endian).map_err(wrong)?;
            }
        }
    }
    Ok(needed)
}
