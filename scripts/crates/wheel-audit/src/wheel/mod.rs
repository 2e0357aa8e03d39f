//! Reading: the bytes of a release become facts. No opinion, no process, no network.
//!
//! Every size is bounded before it is read. Bytes that cannot be read are a [`ReadError`] and never an
//! empty fact, so that nothing unread can pass as good.

pub mod binary;
pub mod entry_points;
mod error;
pub mod file;
pub mod filename;
mod leaks;
mod limits;
pub mod metadata;
mod printable;
pub mod record;
pub mod release;
mod sbom;
pub mod sdist;
mod sum;
pub mod zip;
pub mod zip_structure;

pub use error::ReadError;
pub use limits::{
    ARCHIVE_LIMIT, FIELD_LIMIT, MEMBER_COUNT_LIMIT, MEMBER_LIMIT, SOURCE_LIMIT, TAG_LIMIT,
    TEXT_LIMIT, UNPACKED_LIMIT,
};
pub use printable::printable;
pub use sbom::is_sbom;
pub use sum::Sha256Sum;
