//! The source distribution: a gzipped tar with one folder
//! ([source distribution format](https://packaging.python.org/en/latest/specifications/source-distribution-format/)).

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Component, Path};

use flate2::bufread::MultiGzDecoder;

use super::error::ReadError;
use super::limits::{MEMBER_COUNT_LIMIT, SOURCE_LIMIT};
use super::metadata::Headers;

/// A file of the sdist, unpacked in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path below the archive's one folder.
    pub path: String,
    /// The unpacked content.
    pub content: Vec<u8>,
    /// True if the file is executable for anyone.
    pub executable: bool,
}

/// Reads every file of the sdist named `file` (`NAME-VERSION.tar.gz`).
///
/// # Errors
///
/// When the bytes are not a gzipped tar or exceed a limit, or when a member lies outside the folder `NAME-VERSION`,
/// occurs twice, or is neither a file nor a folder.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<SourceFile>, ReadError> {
    let folder = file
        .strip_suffix(".tar.gz")
        .ok_or_else(|| ReadError::new(format!("`{file}` does not end in `.tar.gz`")))?;
    // Python's `gzip` reads all members of a gzip file, and so does this. One byte more than the limit may be read, so
    // that an archive beyond the limit is told from one that ends there.
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(SOURCE_LIMIT + 1));
    let files = unpack(&mut archive, folder);
    let mut rest = archive.into_inner();
    // The checksum stands at the end of a gzip stream, so the stream is read to its end.
    let goes_on = files.is_ok() && holds_more(&mut rest).map_err(cut)?;
    if rest.limit() == 0 {
        return Err(ReadError::new(format!("it unpacks to more than {SOURCE_LIMIT} bytes")));
    }
    if goes_on {
        return Err(ReadError::new("it has data after the end of the archive"));
    }
    files
}

fn unpack<R: Read>(
    archive: &mut tar::Archive<R>,
    folder: &str,
) -> Result<Vec<SourceFile>, ReadError> {
    let mut files = Vec::new();
    let mut paths = BTreeSet::new();
    for (count, entry) in archive.entries().map_err(cut)?.enumerate() {
        let mut entry = entry.map_err(cut)?;
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| ReadError::new("a member's name is not UTF-8"))?;
        if count == MEMBER_COUNT_LIMIT {
            return Err(ReadError::new(format!("it has more than {MEMBER_COUNT_LIMIT} members")));
        }
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if !kind.is_file() {
            return Err(ReadError::new(format!("member `{name}` is neither a file nor a folder")));
        }
        if entry.size() > SOURCE_LIMIT {
            return Err(ReadError::new(format!(
                "member `{name}` is larger than {SOURCE_LIMIT} bytes"
            )));
        }
        let path = inside(&name, folder).ok_or_else(|| {
            ReadError::new(format!("member `{name}` lies outside the folder `{folder}`"))
        })?;
        if !paths.insert(path.clone()) {
            return Err(ReadError::new(format!("it has two members `{name}`")));
        }
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(cut)?;
        files.push(SourceFile { path, content, executable });
    }
    Ok(files)
}

fn cut(error: std::io::Error) -> ReadError {
    ReadError::new(format!("it is not a gzipped tar: {error}"))
}

/// Returns whether anything but the zeros that pad a tar follows.
fn holds_more(rest: &mut impl Read) -> std::io::Result<bool> {
    let mut buffer = vec![0; 64 << 10];
    let mut more = false;
    loop {
        match rest.read(&mut buffer)? {
            0 => return Ok(more),
            length => more |= buffer[..length].iter().any(|byte| *byte != 0),
        }
    }
}

/// The fields of an sdist's `PKG-INFO`.
///
/// # Errors
///
/// When there is none, or it cannot be read.
pub fn metadata(files: &[SourceFile]) -> Result<Headers, ReadError> {
    let file = files
        .iter()
        .find(|file| file.path == "PKG-INFO")
        .ok_or_else(|| ReadError::new("it has no `PKG-INFO`"))?;
    Headers::read(&file.content).map_err(|error| ReadError::new(format!("`PKG-INFO`: {error}")))
}

/// The version in `pyproject.toml`, and with maturin as the build backend also the one in `Cargo.toml`.
pub fn versions(files: &[SourceFile]) -> Vec<(&'static str, String)> {
    let table = |wanted: &str| -> Option<toml::Table> {
        let file = files.iter().find(|file| file.path == wanted)?;
        toml::from_str(std::str::from_utf8(&file.content).ok()?).ok()
    };
    let version =
        |table: &toml::Table, key: &str| Some(table.get(key)?.get("version")?.as_str()?.to_owned());
    let Some(project) = table("pyproject.toml") else { return Vec::new() };
    let mut versions = Vec::new();
    versions.extend(version(&project, "project").map(|version| ("pyproject.toml", version)));
    let backend = project.get("build-system").and_then(|system| system.get("build-backend"));
    let maturin = backend.and_then(|backend| backend.as_str()) == Some("maturin");
    // With `manifest-path` the crate lies in another folder.
    let moved = || project.get("tool")?.get("maturin")?.get("manifest-path");
    if maturin && moved().is_none() {
        let manifest = table("Cargo.toml");
        let version = manifest.and_then(|manifest| version(&manifest, "package"));
        versions.extend(version.map(|version| ("Cargo.toml", version)));
    }
    versions
}

/// The path below `folder`, if the name stays below it on every system.
fn inside(name: &str, folder: &str) -> Option<String> {
    let path = name.strip_prefix(folder)?.strip_prefix('/')?;
    let plain = !path.is_empty()
        && !path
            .contains(|character: char| matches!(character, '\\' | ':') || character.is_control())
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn sdist(members: &[(&str, tar::EntryType)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind) in members {
            let mut header = tar::Header::new_gnu();
            // Set byte by byte: the crate would refuse the names that are tested here.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(4);
            header.set_mode(0o755);
            header.set_cksum();
            builder.append(&header, &b"Name"[..]).expect("memory");
        }
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&builder.into_inner().expect("memory")).expect("memory");
        gzip.finish().expect("memory")
    }

    #[test]
    fn files_are_read_with_their_path_below_the_folder() {
        let files = read("a-1.tar.gz", &sdist(&[("a-1/src/b.rs", tar::EntryType::Regular)]))
            .expect("a good sdist");
        let file =
            SourceFile { path: "src/b.rs".into(), content: b"Name".into(), executable: true };
        assert_eq!(files, [file]);
        assert_eq!(metadata(&files).expect_err("none").to_string(), "it has no `PKG-INFO`");
    }

    #[test]
    fn each_way_to_be_wrong_has_its_reason() {
        let reason =
            |members: &[_]| read("a-1.tar.gz", &sdist(members)).expect_err("bad").to_string();
        for name in ["b-1/x", "a-1/../x", "/a-1/x", "a-1/C:x", "a-1/..\\x", "a-1x"] {
            assert_eq!(
                reason(&[(name, tar::EntryType::Regular)]),
                format!("member `{name}` lies outside the folder `a-1`")
            );
        }
        assert_eq!(
            reason(&[("a-1/x", tar::EntryType::Symlink)]),
            "member `a-1/x` is neither a file nor a folder"
        );
        let good = sdist(&[("a-1/x", tar::EntryType::Regular)]);
        let cut = read("a-1.tar.gz", &good[..good.len() / 2]).expect_err("cut").to_string();
        assert!(cut.starts_with("it is not a gzipped tar: "), "{cut}");
        assert!(read("a-1.zip", &good).is_err());
    }
}
