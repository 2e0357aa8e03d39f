//! A whole release: every file of a `dist/` folder, read into facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::binary::Binary;
use super::build_files::BuildFiles;
use super::entry_points::EntryPoint;
use super::error::ReadError;
use super::file::Opened;
use super::filename::WheelName;
use super::flaw::{Flaw, Part};
use super::limits::ARCHIVE_LIMIT;
use super::metadata::Headers;
use super::paths::Collision;
use super::printable::quoted;
use super::record::RecordEntry;
use super::room::Room;
use super::sbom::Bill;
use super::sdist::SdistName;
use super::sum::Sha256Sum;
use super::zip::Member;
use super::zip_structure::Structure;
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
    /// The flaws in the bytes of all files. The checks make findings of it.
    pub flaws: Vec<Flaw>,
}

/// A file in `dist/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistFile {
    /// The file name; the path if files of one name come from several folders.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The SHA-256 of the file.
    pub sum: Sha256Sum,
}

/// The facts of one wheel.
#[derive(Clone, Debug)]
pub struct WheelFacts {
    /// The file name; the path if files of one name come from several folders.
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
    /// The lines of `RECORD`, if it can be read.
    pub(crate) record: Option<Vec<RecordEntry>>,
    /// The fields of `METADATA`, if it can be read.
    pub(crate) metadata: Option<Headers>,
    /// The fields of the `WHEEL` file, if it can be read.
    pub(crate) wheel: Option<Headers>,
    /// The lines of `entry_points.txt`.
    pub(crate) entry_points: Vec<EntryPoint>,
    /// The members that are programs or libraries.
    pub binaries: Vec<Binary>,
    /// The home folders that binaries and SBOMs name, by member.
    pub(crate) homes: Vec<(String, BTreeSet<String>)>,
    /// The bills of materials in JSON, by member.
    pub(crate) bills: Vec<(String, Bill)>,
    /// The members that have a private key.
    pub(crate) private_keys: BTreeSet<String>,
    /// The members that are databases of debug information, as Microsoft's linker writes them.
    pub(crate) debug_databases: BTreeSet<String>,
    /// The members whose content or meaning is not known, because their bytes are wrong.
    pub(crate) opaque: BTreeSet<String>,
    /// The reason for each member that looks like a binary and that this crate cannot read.
    pub unread: Vec<ReadError>,
}

/// The facts of one source distribution.
#[derive(Clone, Debug)]
pub struct SdistFacts {
    /// The file name; the path if files of one name come from several folders.
    pub file: String,
    /// The parts of the file name, if it has them.
    pub(crate) name: Option<SdistName>,
    /// The folder that holds everything.
    pub(crate) folder: String,
    /// False if not every member is known.
    pub(crate) is_whole: bool,
    /// The path of every file, below the archive's one folder.
    pub(crate) paths: Vec<String>,
    /// The files that are there several times with the same bytes.
    pub(crate) repeated: Vec<String>,
    /// The files that have a private key.
    pub(crate) private_keys: Vec<String>,
    /// The version that each of the project's own files gives.
    pub(crate) versions: Vec<(&'static str, String)>,
    /// The files that its build files name.
    pub(crate) build: BuildFiles,
    /// The fields of `PKG-INFO`, if it can be read.
    pub(crate) metadata: Option<Headers>,
    /// Names that are one on some systems.
    pub(crate) collisions: Vec<Collision>,
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
    /// Reads files on all processors. Also returns the files and members that this crate cannot read, each with the
    /// reason.
    ///
    /// The files share one room in memory, however many workers there are: 1 GiB for archives, 768 MiB for one large
    /// member, 16 MiB for each worker's small ones, and 512 MiB for what is kept of all files.
    pub fn read(paths: &[PathBuf]) -> (Self, Vec<String>) {
        let room = Room::new();
        let labels = labels(paths);
        let files: Vec<(&PathBuf, String)> = paths.iter().zip(labels).collect();
        let parts = parallel::map(&files, |(path, label)| {
            let mut part = Self::default();
            let outcome = part.add_within(path, label, &room);
            (part, outcome)
        });
        let (mut release, mut unread) = (Self::default(), Vec::new());
        for ((_, label), (part, outcome)) in files.iter().zip(parts) {
            if let Err(error) = outcome {
                unread.push(format!("`{}`: {error}", quoted(label)));
            }
            for wheel in &part.wheels {
                let file = quoted(&wheel.file);
                unread.extend(wheel.unread.iter().map(|error| format!("`{file}`: {error}")));
            }
            release.files.extend(part.files);
            release.wheels.extend(part.wheels);
            release.sdists.extend(part.sdists);
            release.flaws.extend(part.flaws);
        }
        (release, unread)
    }

    /// Adds the facts of one file. What is wrong with its bytes becomes findings of the checks.
    ///
    /// # Errors
    ///
    /// When this crate cannot read the file. The file itself is in `files` even then, if its bytes could be had.
    pub fn add(&mut self, path: &Path) -> Result<(), ReadError> {
        self.add_within(path, &file_name(path), &Room::new())
    }

    /// The flaws in the bytes of the files, as text.
    pub fn wrong(&self) -> impl Iterator<Item = String> {
        self.flaws.iter().map(|flaw| format!("`{}`: {}", quoted(&flaw.file), flaw.error()))
    }

    fn add_within(&mut self, path: &Path, label: &str, room: &Room) -> Result<(), ReadError> {
        if path.is_dir() {
            let what = "it is a folder, and what is in it was not judged";
            self.flaws.push(Flaw::of_file(Part::Folder, what).of(label));
            return Ok(());
        }
        if path.file_name().is_some_and(|name| name.to_str().is_none()) {
            return Err(ReadError::new("its name is not UTF-8"));
        }
        if path.metadata().is_ok_and(|about| about.is_file() && about.len() > ARCHIVE_LIMIT) {
            let what = format!("it is larger than {ARCHIVE_LIMIT} bytes, and was not judged");
            self.flaws.push(Flaw::of_file(Part::Size, what).of(label));
            return Ok(());
        }
        let opened = Opened::open(path)?;
        let _place = room.archive(opened.size());
        self.add_bytes_within(&file_name(path), label, &opened.read()?, room)
    }

    /// Adds the facts of the bytes of a file of this name.
    ///
    /// # Errors
    ///
    /// When this crate cannot read them. The file itself is in `files` even then.
    pub fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), ReadError> {
        self.add_bytes_within(name, name, bytes, &Room::new())
    }

    fn add_bytes_within(
        &mut self,
        name: &str,
        label: &str,
        bytes: &[u8],
        room: &Room,
    ) -> Result<(), ReadError> {
        let (size, sum) = (bytes.len() as u64, Sha256Sum::digest(bytes));
        self.files.push(DistFile { name: label.to_owned(), size, sum });
        let (flaws, wheel, sdist) = if name.ends_with(".whl") {
            let Reading { facts, flaws } = WheelFacts::read_within(name, label, bytes, room)?;
            (flaws, facts, None)
        } else if name.ends_with(".tar.gz") {
            let Reading { facts, flaws } = SdistFacts::read(name, label, bytes);
            (flaws, None, facts)
        } else {
            return Ok(());
        };
        let weight = wheel.as_ref().map_or(0, WheelFacts::weight)
            + sdist.as_ref().map_or(0, SdistFacts::weight)
            + flaws.iter().map(Flaw::weight).sum::<u64>();
        room.keep(weight)?;
        self.wheels.extend(wheel);
        self.sdists.extend(sdist);
        self.flaws.extend(flaws.into_iter().map(|flaw| flaw.of(label)));
        Ok(())
    }
}

/// The facts of a file, if its members can be listed, and what is wrong with its bytes.
pub(super) struct Reading<T> {
    pub(super) facts: Option<T>,
    pub(super) flaws: Vec<Flaw>,
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names by which files are told apart: the file name, or the path where several have one name.
fn labels(paths: &[PathBuf]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in paths {
        *counts.entry(file_name(path)).or_default() += 1;
    }
    let label = |path: &PathBuf| match file_name(path) {
        name if counts[&name] == 1 => name,
        _ => path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"),
    };
    paths.iter().map(label).collect()
}

/// The bytes of a text that is kept, with its place in a list.
pub(super) fn weight(text: &str) -> u64 {
    text.len() as u64 + 64
}
