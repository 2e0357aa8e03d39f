//! Reading: the bytes of a release become facts. No opinion, no process, no network.
//!
//! Every size is bounded before it is read. Bytes that cannot be read are a [`ReadError`] and never an
//! empty fact, so that nothing unread can pass as good.

pub mod binary;
mod contents;
pub mod entry_points;
mod error;
pub mod file;
pub mod filename;
mod leaks;
mod limits;
pub mod metadata;
mod paths;
mod printable;
pub mod record;
pub mod release;
mod room;
mod sbom;
pub mod sdist;
mod sum;
mod tar;
pub mod zip;
mod zip_directory;
pub(crate) mod zip_extra;
pub mod zip_structure;

pub use error::ReadError;
pub use limits::{
    ARCHIVE_LIMIT, FIELD_LIMIT, HELD_LIMIT, KEPT_LIMIT, LINE_LIMIT, MEMBER_COUNT_LIMIT,
    MEMBER_LIMIT, NAME_LIMIT, NAMES_LIMIT, PAX_LIMIT, RATIO_LIMIT, SHORT_TEXT_LIMIT, SOURCE_LIMIT,
    TAG_LIMIT, TEXT_LIMIT, TOML_LIMIT, UNPACKED_LIMIT,
};
pub(crate) use paths::Collision;
pub use printable::{Quoted, is_plain, printable, quoted, shortened};
pub(crate) use printable::{listed, message as printable_message};
pub use sbom::is_sbom;
pub use sum::Sha256Sum;
