//! The facts of one wheel.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::binary::{self, Binary, Kept};
use super::error::ReadError;
use super::filename::WheelName;
use super::flaw::{Flaw, Part};
use super::limits::{HELD_LIMIT, SHORT_TEXT_LIMIT, TEXT_LIMIT};
use super::metadata::Headers;
use super::printable::quoted;
use super::release::{Reading, WheelFacts, weight};
use super::room::Room;
use super::sbom::Bill;
use super::zip::{self, Member, Need, Unpacked};
use super::zip_directory::Directory;
use super::{dist_info, entry_points, leaks, record, secrets, zip_structure};

/// The most members of a wheel that are named because this crate cannot read them. The others are counted.
const UNREAD_LIMIT: usize = 100;

/// The first bytes of a database of debug information (`Microsoft C/C++ MSF`).
const MSF: &[u8] = b"Microsof";

impl WheelFacts {
    /// Reads the bytes of the wheel named `file`.
    ///
    /// # Errors
    ///
    /// When anything is wrong with the file name, the archive, `METADATA`, `WHEEL`, `RECORD` or a binary.
    pub fn read(file: String, bytes: &[u8]) -> Result<Self, ReadError> {
        let Reading { facts, flaws } = Self::read_within(&file, &file, bytes, &Room::new())?;
        match (facts, flaws.first()) {
            (Some(facts), None) => Ok(facts),
            (_, Some(flaw)) => Err(flaw.error()),
            (None, None) => Err(ReadError::new("it has no members")),
        }
    }

    /// Reads the bytes of the wheel named `file_name`, which reports call `file`.
    ///
    /// # Errors
    ///
    /// When the archive is of a kind that this crate cannot read.
    pub(super) fn read_within(
        file_name: &str,
        file: &str,
        bytes: &[u8],
        room: &Room,
    ) -> Result<Reading<Self>, ReadError> {
        let mut flaws = Vec::new();
        let name = file_name.parse::<WheelName>();
        let name = name.map_err(|error| flaws.push(Flaw::of_file(Part::Name, error.to_string())));
        // Headers are judged before anything is unpacked.
        let mut directory = match Directory::read(bytes) {
            Ok(directory) => directory,
            Err(error) if error.is_unknown() => return Err(error),
            Err(error) => {
                flaws.push(Flaw::of_file(Part::Zip, error.to_string()));
                return Ok(Reading { facts: None, flaws });
            }
        };
        flaws.append(&mut directory.flaws);
        let dist_info = name.as_ref().ok().map(|name| {
            let names = directory.headers.iter().map(|header| header.name.as_str());
            dist_info::find(name, names, &mut flaws)
        });
        let own = |member: &str| format!("{}/{member}", dist_info.as_deref().unwrap_or_default());
        let wanted = [own("RECORD"), own("METADATA"), own("WHEEL"), own("entry_points.txt")];
        let bills = own("sboms/");
        let (mut binaries, mut homes, mut kept) = (Vec::new(), Vec::new(), Kept::default());
        let (mut private_keys, debug_databases) = (BTreeSet::new(), RefCell::new(BTreeSet::new()));
        let mut read_bills = Vec::new();
        let (mut opaque, mut wrong) = (BTreeSet::new(), Vec::new());
        let (unread, held) = (RefCell::new(Unread::default()), RefCell::new(None));
        let need = |member: &str, size: u64, head: &[u8]| {
            *held.borrow_mut() = None;
            if let Some(place) = wanted.iter().position(|wanted| wanted == member) {
                return Need::Keep(if place == 0 { TEXT_LIMIT } else { SHORT_TEXT_LIMIT });
            }
            if head == MSF {
                debug_databases.borrow_mut().insert(member.to_owned());
            }
            if secrets::begins_like_key(head) && size <= secrets::KEY_LIMIT {
                return Need::Look;
            }
            if !member.starts_with(&bills) && !binary::begins_like_one(head) {
                return Need::Sum;
            }
            if size > HELD_LIMIT {
                let why = format!("member `{}` is larger than {HELD_LIMIT} bytes", quoted(member));
                unread.borrow_mut().add(ReadError::unknown(why));
                return Need::Sum;
            }
            *held.borrow_mut() = room.member(size);
            Need::Look
        };
        let look = |member: &str, content: &[u8]| {
            if wanted.iter().any(|wanted| wanted == member) {
                return;
            }
            if secrets::begins_like_key(content) {
                if secrets::has_private_key(content) {
                    private_keys.insert(member.to_owned());
                }
                return;
            }
            let found = binary::read_kept(content, &mut kept);
            let bill = member.starts_with(&bills);
            if bill {
                read_bills
                    .extend(Bill::read(member, content).map(|read| (member.to_owned(), read)));
            }
            if bill || found.as_ref().is_ok_and(|images| !images.is_empty()) {
                homes.push((member.to_owned(), leaks::homes(content)));
            }
            match found {
                Ok(images) if images.is_empty() => {}
                Ok(images) => binaries.push(Binary { member: member.to_owned(), images }),
                Err(error) => {
                    let what = format!("cannot be understood: {error}");
                    if error.is_unknown() {
                        let why = format!("member `{}` {what}", quoted(member));
                        unread.borrow_mut().add(ReadError::unknown(why));
                    } else {
                        wrong.push(Flaw::of_member(Part::Binary, member, what));
                    }
                    opaque.insert(member.to_owned());
                }
            }
            *held.borrow_mut() = None;
        };
        let unpacked = zip::members(bytes, &directory, need, look);
        drop(held);
        let Unpacked { members, damaged, flaws: mut damage } = match unpacked {
            Ok(unpacked) => unpacked,
            Err(error) => {
                flaws.push(Flaw::of_file(Part::Zip, error.to_string()));
                return Ok(Reading { facts: None, flaws });
            }
        };
        flaws.append(&mut damage);
        flaws.append(&mut wrong);
        opaque.extend(damaged);
        homes.retain(|(_, homes)| !homes.is_empty());
        binary::settle(&mut binaries);
        let (Ok(name), Some(dist_info)) = (name, dist_info) else {
            return Ok(Reading { facts: None, flaws });
        };
        let mut texts = Texts { dist_info: &dist_info, members: &members, opaque: &opaque, flaws };
        let record = texts.read("RECORD", Part::Record, record::read);
        let metadata = texts.read("METADATA", Part::Metadata, Headers::read);
        let wheel = texts.read("WHEEL", Part::Wheel, Headers::read);
        let has_points = members.iter().any(|member| member.name == wanted[3]);
        let entry_points = has_points
            .then(|| texts.read("entry_points.txt", Part::EntryPoints, entry_points::read))
            .flatten();
        let flaws = texts.flaws;
        let facts = Self {
            record,
            metadata,
            wheel,
            entry_points: entry_points.unwrap_or_default(),
            file: file.to_owned(),
            name,
            size: bytes.len() as u64,
            structure: zip_structure::read(&directory),
            members,
            dist_info,
            binaries,
            homes,
            bills: read_bills,
            private_keys,
            debug_databases: debug_databases.into_inner(),
            opaque,
            unread: unread.into_inner().into_errors(),
        };
        Ok(Reading { facts: Some(facts), flaws })
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let kept = |member: &Member| member.content.as_ref().map_or(0, Vec::len) as u64;
        let members = self.members.iter().map(|member| 2 * weight(&member.name) + kept(member));
        let record = self.record.iter().flatten().map(|entry| weight(&entry.path) + 64);
        let points = self.entry_points.iter().map(|point| 3 * weight(&point.line));
        let binaries = self.binaries.iter().map(Binary::weight);
        let homes =
            self.homes.iter().map(|(member, homes)| weight(member) + 64 * homes.len() as u64);
        let bills = self.bills.iter().map(|(member, _)| weight(member) + 512).sum::<u64>();
        let named = self.opaque.iter().chain(&self.private_keys).chain(&self.debug_databases);
        let opaque = named.map(|member| weight(member));
        let collisions = 4096 * self.structure.collisions.len() as u64;
        let sums = [
            members.sum::<u64>(),
            record.sum(),
            points.sum(),
            binaries.sum(),
            homes.sum(),
            opaque.sum(),
        ];
        let headers = [&self.metadata, &self.wheel].into_iter().flatten().map(Headers::weight);
        sums.iter().sum::<u64>() + bills + collisions + headers.sum::<u64>()
    }
}

/// The texts of the `.dist-info` folder.
struct Texts<'a> {
    dist_info: &'a str,
    members: &'a [Member],
    opaque: &'a BTreeSet<String>,
    flaws: Vec<Flaw>,
}

impl Texts<'_> {
    /// Reads a text. Without it, or if it cannot be read, there is a flaw, if there is none of the folder or of the
    /// member already.
    fn read<T>(
        &mut self,
        member: &str,
        part: Part,
        read: impl Fn(&[u8]) -> Result<T, ReadError>,
    ) -> Option<T> {
        let path = format!("{}/{member}", self.dist_info);
        let found = self.members.iter().find(|member| member.name == path);
        let Some(content) = found.and_then(|member| member.content.as_deref()) else {
            let begin = format!("{}/", self.dist_info);
            let has_folder = self.members.iter().any(|member| member.name.starts_with(&begin));
            if has_folder && !self.opaque.contains(&path) {
                let what = format!("it has no member `{}`", quoted(&path));
                self.flaws.push(Flaw::of_file(part, what));
            }
            return None;
        };
        read(content)
            .map_err(|error| self.flaws.push(Flaw::of_member(part, &path, error.to_string())))
            .ok()
    }
}

/// The members that this crate cannot read, some of them by name.
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
            self.errors.push(ReadError::unknown(why));
        }
        self.errors
    }
}
