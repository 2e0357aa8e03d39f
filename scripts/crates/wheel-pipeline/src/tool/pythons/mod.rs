//! Every place in which Pythons for other platforms can be had, and what starts them there.

pub mod apt;
pub mod container;
pub mod debian;
pub mod images;
pub mod musl;
pub mod wine;

use std::path::Path;

use anyhow::Result;

use crate::tool::python::Found;
use crate::tool::python::environment::Tools;
use crate::tool::pythons::debian::{ROOTS, Root};
use crate::tool::pythons::wine::Pinned;

/// A place with Pythons that this machine does not start by itself.
#[derive(Clone, Copy, Debug)]
pub enum ForeignPythons {
    /// Debian of some architecture, under QEMU.
    Debian(&'static Root),
    /// musl, on this machine's own processor.
    Musl,
    /// Windows, under Wine.
    Windows,
}

impl ForeignPythons {
    /// Every place.
    pub fn all() -> Vec<Self> {
        ROOTS.iter().map(Self::Debian).chain([Self::Musl, Self::Windows]).collect()
    }

    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian(root) => root.name,
            Self::Musl => musl::NAME,
            Self::Windows => wine::NAME,
        }
    }

    /// The files of the package index that it is made of, and that are not here yet.
    pub fn wants(self, roots: &Path) -> &'static [Pinned] {
        match self {
            Self::Windows if !wine::is_made(roots) => wine::PYTHONS,
            _ => &[],
        }
    }

    /// Makes it in `roots`, from what it [wants](Self::wants), unless it is there.
    pub fn make(self, tools: &Tools, roots: &Path, archives: &[(Pinned, Vec<u8>)]) -> Result<bool> {
        match self {
            Self::Debian(root) => root.make(roots),
            Self::Musl => musl::make(tools, roots),
            Self::Windows if wine::is_made(roots) => Ok(false),
            Self::Windows => wine::make(tools, roots, archives).map(|()| true),
        }
    }

    /// Its Pythons; none before it is made.
    pub fn interpreters(self, roots: &Path) -> Result<Found> {
        match self {
            Self::Debian(root) => root.interpreters(roots),
            Self::Musl => musl::interpreters(roots),
            Self::Windows => wine::interpreters(roots),
        }
    }
}
