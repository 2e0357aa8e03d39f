//! A whole release: every file of a `dist/` folder, read into facts.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::binary::{self, Binary, Kept};
use super::entry_points::{self, EntryPoint};
use super::error::ReadError;
use super::file::Opened;
use super::filename::WheelName;
use super::leaks;
use super::limits::{HELD_LIMIT, SHORT_TEXT_LIMIT, TEXT_LIMIT};
use super::metadata::Headers;
use super::paths::Collision;
use super::printable::quoted;
use super::record::{self, RecordEntry};
use super::room::Room;
use super::sdist::{self, Contents};
use super::sum::Sha256Sum;
use super::zip::{self, Member, Need};
use super::zip_directory::Directory;
use super::zip_structure::{self, Structure};
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
    /// Names that are one on some systems.
    pub(crate) collisions: Vec<Collision>,
}

/// The most members of a wheel that are named because they could not be read. The others are counted.
const UNREAD_LIMIT: usize = 100;

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
    /// The files share one room in memory, however many workers there are: 1 GiB for archives, 768 MiB for one large
    /// member, 16 MiB for each worker's small ones, and 512 MiB for what is kept of all files.
    pub fn read(paths: &[PathBuf]) -> (Self, Vec<String>) {
        let room = Room::new();
        let parts = parallel::map(paths, |path| {
            let mut part = Self::default();
            let outcome = part.add_within(path, &room);
            (part, outcome)
        });
        let (mut release, mut unread) = (Self::default(), Vec::new());
        for (path, (part, outcome)) in paths.iter().zip(parts) {
            if let Err(error) = outcome {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                unread.push(format!("`{}`: {error}", quoted(&name)));
            }
            for wheel in &part.wheels {
                let file = quoted(&wheel.file);
                unread.extend(wheel.unread.iter().map(|error| format!("`{file}`: {error}")));
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
        self.add_within(path, &Room::new())
    }

    fn add_within(&mut self, path: &Path, room: &Room) -> Result<(), ReadError> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| ReadError::new("its name is not UTF-8"))?
            .to_owned();
        let opened = Opened::open(path)?;
        let size = opened.size();
        let _place = room.archive(size);
        let bytes = opened.read()?;
        self.files.push(DistFile { name: name.clone(), size, sum: Sha256Sum::digest(&bytes) });
        if name.ends_with(".whl") {
            let wheel = WheelFacts::read_within(name, &bytes, room)?;
            room.keep(wheel.weight())?;
            self.wheels.push(wheel);
        } else if name.ends_with(".tar.gz") {
            let Contents { paths, files, collisions } = sdist::contents(&name, &bytes)?;
            let metadata = sdist::metadata(&files)?;
            let versions = sdist::versions(&files)?;
            let sdist = SdistFacts { file: name, paths, versions, metadata, collisions };
            room.keep(sdist.weight())?;
            self.sdists.push(sdist);
        }
        Ok(())
    }
}

/// The bytes of a text that is kept, with its place in a list.
fn weight(text: &str) -> u64 {
    text.len() as u64 + 64
}

impl SdistFacts {
    /// About how many bytes it takes.
    fn weight(&self) -> u64 {
        let paths: u64 = self.paths.iter().map(|path| weight(path)).sum();
        paths + self.metadata.weight() + 4096 * self.collisions.len() as u64
    }
}

impl WheelFacts {
    /// Reads the bytes of the wheel named `file`.
    ///
    /// # Errors
    ///
    /// When the file name, the archive, `METADATA`, `WHEEL` or `RECORD` cannot be read.
    pub fn read(file: String, bytes: &[u8]) -> Result<Self, ReadError> {
        Self::read_within(file, bytes, &Room::new())
    }

    fn read_within(file: String, bytes: &[u8], room: &Room) -> Result<Self, ReadError> {
        let name: WheelName = file.parse()?;
        let dist_info = format!("{}-{}.dist-info", name.distribution, name.version);
        let own = |member: &str| format!("{dist_info}/{member}");
        let wanted = [own("RECORD"), own("METADATA"), own("WHEEL"), own("entry_points.txt")];
        let bills = own("sboms/");
        // Headers are judged before anything is unpacked.
        let directory = Directory::read(bytes)?;
        let (mut binaries, mut homes, mut kept) = (Vec::new(), Vec::new(), Kept::default());
        let (unread, held) = (RefCell::new(Unread::default()), RefCell::new(None));
        let need = |member: &str, size: u64, head: &[u8]| {
            if let Some(place) = wanted.iter().position(|wanted| wanted == member) {
                return Need::Keep(if place == 0 { TEXT_LIMIT } else { SHORT_TEXT_LIMIT });
            }
            if !member.starts_with(&bills) && !binary::begins_like_one(head) {
                return Need::Sum;
            }
            if size > HELD_LIMIT {
                let why = format!("member `{}` is larger than {HELD_LIMIT} bytes", quoted(member));
                unread.borrow_mut().add(ReadError::new(why));
                return Need::Sum;
            }
            *held.borrow_mut() = room.member(size);
            Need::Look
        };
        let members = zip::members(bytes, &directory, need, |member, content| {
            if wanted.iter().any(|wanted| wanted == member) {
                return;
            }
            let found = binary::read_kept(member, content, &mut kept);
            let bill = member.starts_with(&bills);
            if bill || found.as_ref().is_ok_and(Option::is_some) {
                homes.push((member.to_owned(), leaks::homes(content)));
            }
            match found {
                Ok(found) => binaries.extend(found),
                Err(error) => unread.borrow_mut().add(error),
            }
            *held.borrow_mut() = None;
        })?;
        drop(held);
        let unread = unread.into_inner().into_errors();
        homes.retain(|(_, homes)| !homes.is_empty());
        let content = |wanted: &str| {
            members
                .iter()
                .find(|member| member.name == wanted)
                .and_then(|member| member.content.as_deref())
                .ok_or_else(|| ReadError::new(format!("it has no member `{}`", quoted(wanted))))
        };
        let within = |member: &str, error: ReadError| {
            ReadError::new(format!("`{}`: {error}", quoted(member)))
        };
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
            structure: zip_structure::read(&directory),
            members,
            dist_info,
            binaries,
            homes,
            unread,
        })
    }

    /// About how many bytes it takes.
    fn weight(&self) -> u64 {
        let kept = |member: &Member| member.content.as_ref().map_or(0, Vec::len) as u64;
        let members = self.members.iter().map(|member| 2 * weight(&member.name) + kept(member));
        let record = self.record.iter().map(|entry| weight(&entry.path) + 64);
        let points = self.entry_points.iter().map(|point| 2 * weight(&point.line));
        let binaries = self.binaries.iter().map(Binary::weight);
        let homes =
            self.homes.iter().map(|(member, homes)| weight(member) + 64 * homes.len() as u64);
        let collisions = 4096 * self.structure.collisions.len() as u64;
        let sums = [members.sum::<u64>(), record.sum(), points.sum(), binaries.sum(), homes.sum()];
        sums.iter().sum::<u64>() + collisions + self.metadata.weight() + self.wheel.weight()
    }
}

/// The members that could not be read, some of them by name.
#[derive(Default)]
struct Unread {
    errors: Vec<ReadError>,
    more: usize,
}

impl Unread {
    fn add(&mut self, error: ReadError) {
        if self.errors.len() < UNREAD_LIMIT {
            self.errors.push(error);
        } else {
            self.more += 1;
        }
    }

    fn into_errors(mut self) -> Vec<ReadError> {
        if self.more > 0 {
            let why = format!("{} more members cannot be understood", self.more);
            self.errors.push(ReadError::new(why));
        }
        self.errors
    }
}
