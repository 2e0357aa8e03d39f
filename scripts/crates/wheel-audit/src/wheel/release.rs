//! A whole release: every file of a `dist/` folder, read into facts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::binary::{self, Binary};
use super::entry_points::{self, EntryPoint};
use super::error::ReadError;
use super::filename::WheelName;
use super::limits::ARCHIVE_LIMIT;
use super::metadata::Headers;
use super::printable::printable;
use super::record::{self, RecordEntry};
use super::sum::Sha256Sum;
use super::zip::{self, Member};
use super::zip_structure::{self, Structure};
use super::{leaks, sdist};
use crate::parallel;

/// The facts of all files of a release.
#[derive(Clone, Debug, Default)]
pub struct ReleaseFacts {
    /// Every file in the folder, good or bad, sorted by name.
    pub files: Vec<DistFile>,
    /// The wheels that could be read.
    pub wheels: Vec<WheelFacts>,
    /// The sdists that could be read.
    pub sdists: Vec<SdistFacts>,
}

/// A file in `dist/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistFile {
    /// The file name.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The SHA-256 of the file.
    pub sum: Sha256Sum,
}

/// The facts of one wheel.
#[derive(Clone, Debug)]
pub struct WheelFacts {
    /// The file name.
    pub file: String,
    /// The parts of the file name.
    pub name: WheelName,
    /// Size of the file in bytes.
    pub size: u64,
    /// Every member of the archive, in its order.
    pub members: Vec<Member>,
    /// The structure of the archive.
    pub structure: Structure,
    /// The `.dist-info` folder, without a slash.
    pub(crate) dist_info: String,
    pub(crate) record: Vec<RecordEntry>,
    pub(crate) metadata: Headers,
    /// The fields of the `WHEEL` file.
    pub(crate) wheel: Headers,
    /// The lines of `entry_points.txt`.
    pub(crate) entry_points: Vec<EntryPoint>,
    /// The members that are programs or libraries.
    pub binaries: Vec<Binary>,
    /// The home folders that binaries and SBOMs name, by member.
    pub(crate) homes: Vec<(String, BTreeSet<String>)>,
    /// The reason for each member that looks like a binary and could not be read.
    pub unread: Vec<ReadError>,
}

/// The facts of one source distribution.
#[derive(Clone, Debug)]
pub struct SdistFacts {
    /// The file name.
    pub file: String,
    /// The path of every file, below the archive's one folder.
    pub(crate) paths: Vec<String>,
    /// The version that each of the project's own files gives.
    pub(crate) versions: Vec<(&'static str, String)>,
    pub(crate) metadata: Headers,
}

/// The files in `dist/`, sorted; hidden ones (the `.gitignore` that keeps the folder) are not part of
/// a release. A folder that is not there holds no files.
///
/// # Errors
///
/// When the folder cannot be listed.
pub fn list(dist: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let unreadable = |error: std::io::Error| {
        ReadError::new(format!("cannot list `{}`: {error}", dist.display()))
    };
    if !dist.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(dist).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

impl ReleaseFacts {
    /// Reads files on all processors. Also returns the files that could not be read, each with the reason.
    ///
    /// Each worker reads one file at a time, so that memory is bounded by the number of workers times the largest file
    /// with its largest member.
    pub fn read(paths: &[PathBuf]) -> (Self, Vec<String>) {
        let parts = parallel::map(paths, |path| {
            let mut part = Self::default();
            let outcome = part.add(path);
            (part, outcome)
        });
        let (mut release, mut unread) = (Self::default(), Vec::new());
        for (path, (part, outcome)) in paths.iter().zip(parts) {
            if let Err(error) = outcome {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                unread.push(printable(&format!("`{name}`: {error}")));
            }
            for wheel in &part.wheels {
                unread
                    .extend(wheel.unread.iter().map(|error| format!("`{}`: {error}", wheel.file)));
            }
            release.files.extend(part.files);
            release.wheels.extend(part.wheels);
            release.sdists.extend(part.sdists);
        }
        (release, unread)
    }

    /// Adds the facts of one file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or looks like a wheel or an sdist and is none. The file itself is
    /// in `files` even then, if its bytes could be had.
    pub fn add(&mut self, path: &Path) -> Result<(), ReadError> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| ReadError::new("its name is not UTF-8"))?
            .to_owned();
        let unreadable =
            |error: std::io::Error| ReadError::new(format!("cannot be opened: {error}"));
        let about = fs::metadata(path).map_err(unreadable)?;
        // Opening a named pipe would wait for a writer forever.
        if !about.is_file() {
            return Err(ReadError::new("it is not a file"));
        }
        if about.len() > ARCHIVE_LIMIT {
            return Err(ReadError::new(format!("it is larger than {ARCHIVE_LIMIT} bytes")));
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        self.files.push(DistFile {
            name: name.clone(),
            size: about.len(),
            sum: Sha256Sum::digest(&bytes),
        });
        if name.ends_with(".whl") {
            self.wheels.push(WheelFacts::read(name, &bytes)?);
        } else if name.ends_with(".tar.gz") {
            let files = sdist::read(&name, &bytes)?;
            let metadata = sdist::metadata(&files)?;
            let versions = sdist::versions(&files);
            let paths = files.into_iter().map(|file| file.path).collect();
            self.sdists.push(SdistFacts { file: name, paths, versions, metadata });
        }
        Ok(())
    }
}

impl WheelFacts {
    /// Reads the bytes of the wheel named `file`.
    ///
    /// # Errors
    ///
    /// When the file name, the archive, `METADATA`, `WHEEL` or `RECORD` cannot be read.
    pub fn read(file: String, bytes: &[u8]) -> Result<Self, ReadError> {
        let name: WheelName = file.parse()?;
        let dist_info = format!("{}-{}.dist-info", name.distribution, name.version);
        let own = |member: &str| format!("{dist_info}/{member}");
        let wanted = [own("RECORD"), own("METADATA"), own("WHEEL"), own("entry_points.txt")];
        let (mut binaries, mut unread) = (Vec::new(), Vec::new());
        let keep = |member: &str| wanted.iter().any(|wanted| wanted == member);
        let (mut homes, bills) = (Vec::new(), own("sboms/"));
        let members = zip::visit(bytes, keep, |member, content| {
            let found = binary::read(member, content);
            let bill = member.starts_with(&bills);
            if bill || found.as_ref().is_ok_and(Option::is_some) {
                homes.push((member.to_owned(), leaks::homes(content)));
            }
            match found {
                Ok(found) => binaries.extend(found),
                Err(error) => unread.push(error),
            }
        })?;
        homes.retain(|(_, homes)| !homes.is_empty());
        let content = |wanted: &str| {
            members
                .iter()
                .find(|member| member.name == wanted)
                .and_then(|member| member.content.as_deref())
                .ok_or_else(|| ReadError::new(format!("it has no member `{wanted}`")))
        };
        let within =
            |member: &str, error: ReadError| ReadError::new(format!("`{member}`: {error}"));
        let headers =
            |member: &str| Headers::read(content(member)?).map_err(|error| within(member, error));
        Ok(Self {
            record: record::read(content(&wanted[0])?)
                .map_err(|error| within(&wanted[0], error))?,
            metadata: headers(&wanted[1])?,
            wheel: headers(&wanted[2])?,
            entry_points: match content(&wanted[3]) {
                Ok(content) => {
                    entry_points::read(content).map_err(|error| within(&wanted[3], error))?
                }
                Err(_) => Vec::new(),
            },
            file,
            name,
            size: bytes.len() as u64,
            structure: zip_structure::read(bytes)?,
            members,
            dist_info,
            binaries,
            homes,
            unread,
        })
    }
}
