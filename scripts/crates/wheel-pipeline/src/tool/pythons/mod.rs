//! Foreign Pythons: the sources of Pythons for other platforms, and the launchers that start them.

pub mod apt;
pub mod container;
pub mod debian;
pub mod downloads;
pub mod images;
pub mod musl;
pub mod wine;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache;
use crate::failure::Failure;
use crate::tool::python::Found;
use crate::tool::python::tools::Tools;
use crate::tool::pythons::debian::{ROOTS, Root};
use crate::tool::pythons::wine::Pinned;

/// The folder of the foreign Pythons. They serve every project of the user.
pub fn folder() -> Result<PathBuf, Failure> {
    Ok(cache::folder()?.join("pythons"))
}

/// A set of foreign Pythons, made in a folder.
#[derive(Clone, Copy, Debug)]
pub enum ForeignPythons {
    /// A Debian root file system, under QEMU.
    Debian(&'static Root),
    /// A Python on musl, on this machine's processor.
    Musl,
    /// Windows, under Wine.
    Windows,
}

impl ForeignPythons {
    /// Every set.
    pub fn all() -> Vec<Self> {
        ROOTS.iter().map(Self::Debian).chain([Self::Musl, Self::Windows]).collect()
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian(root) => root.name,
            Self::Musl => musl::NAME,
            Self::Windows => wine::NAME,
        }
    }

    /// The files to download from the package index. Empty if the set is already made.
    pub fn wants(self, roots: &Path) -> &'static [Pinned] {
        match self {
            Self::Windows if !wine::is_made(roots) => wine::PYTHONS,
            _ => &[],
        }
    }

    /// Makes the set in `roots`, from the files that it [wants](Self::wants), unless it is there. Returns true if it
    /// was made.
    pub fn make(self, tools: &Tools, roots: &Path, archives: &[(Pinned, Vec<u8>)]) -> Result<bool> {
        match self {
            Self::Debian(root) => root.make(roots),
            Self::Musl => musl::make(tools, roots),
            Self::Windows if wine::is_made(roots) => Ok(false),
            Self::Windows => wine::make(tools, roots, archives).map(|()| true),
        }
    }

    /// The Pythons of the set. None before it is made.
    pub fn interpreters(self, roots: &Path) -> Result<Found> {
        match self {
            Self::Debian(root) => root.interpreters(roots),
            Self::Musl => musl::interpreters(roots),
            Self::Windows => wine::interpreters(roots),
        }
    }
}
