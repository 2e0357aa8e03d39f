//! Faults of the bytes of a file, found while they are read. The check that owns the rule makes findings of them.

use super::error::ReadError;
use super::printable::{message, quoted};

/// The part of a file that is wrong. Each has one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The name of the file.
    Name,
    /// A folder in the place of a file.
    Folder,
    /// The size of the file.
    Size,
    /// The archive of a wheel.
    Zip,
    /// The archive of an sdist.
    Tar,
    /// A program or a library.
    Binary,
    /// `RECORD`.
    Record,
    /// `WHEEL`.
    Wheel,
    /// `METADATA` or `PKG-INFO`.
    Metadata,
    /// `entry_points.txt`.
    EntryPoints,
    /// `pyproject.toml` or `Cargo.toml`.
    Project,
}

/// A fault of the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The file name.
    pub(crate) file: String,
    pub(crate) part: Part,
    pub(crate) member: Option<String>,
    /// The fault. For a member of an archive, a verb with what follows it.
    pub(crate) what: String,
}

impl Flaw {
    /// A fault of the whole file.
    pub(crate) fn of_file(part: Part, what: impl AsRef<str>) -> Self {
        Self { file: String::new(), part, member: None, what: message(what.as_ref()) }
    }

    /// A fault of a member.
    pub(crate) fn of_member(part: Part, member: &str, what: impl AsRef<str>) -> Self {
        Self { member: Some(member.to_owned()), ..Self::of_file(part, what) }
    }

    /// The same fault of the file of this name.
    pub(super) fn of(self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self }
    }

    /// The error of a reader that reads whole files only.
    pub(super) fn error(&self) -> ReadError {
        ReadError::new(match &self.member {
            None => self.what.clone(),
            Some(member) if matches!(self.part, Part::Zip | Part::Tar | Part::Binary) => {
                format!("member `{}` {}", quoted(member), self.what)
            }
            Some(member) => format!("`{}`: {}", quoted(member), self.what),
        })
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let member = self.member.as_ref().map_or(0, String::len);
        (self.file.len() + member + self.what.len() + 128) as u64
    }
}
