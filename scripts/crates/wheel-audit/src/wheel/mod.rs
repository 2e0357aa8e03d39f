//! Reading: the bytes of a release become facts. No opinion, no process, no network.
//!
//! Every size is bounded before it is read. Bytes that are wrong are a flaw and never an empty fact, so that nothing
//! unread can pass as good. The rest of the file is read all the same.

pub mod binary;
pub(crate) mod build_files;
mod contents;
mod dist_info;
pub mod entry_points;
mod error;
pub mod file;
pub mod filename;
pub(crate) mod flaw;
mod leaks;
mod limits;
pub(crate) mod manifest;
pub mod metadata;
mod paths;
mod printable;
pub mod record;
pub mod release;
mod room;
pub(crate) mod sbom;
pub mod sdist;
mod sdist_facts;
pub(crate) mod secrets;
mod sum;
mod tar;
mod toml_values;
mod wheel_facts;
pub mod zip;
mod zip_directory;
pub(crate) mod zip_extra;
mod zip_header;
pub mod zip_structure;

pub use error::ReadError;
pub use flaw::Flaw;
pub use limits::{
    ARCHIVE_LIMIT, FIELD_LIMIT, HELD_LIMIT, KEPT_LIMIT, LINE_LIMIT, MEMBER_COUNT_LIMIT,
    MEMBER_LIMIT, NAME_LIMIT, NAMES_LIMIT, PAX_LIMIT, RATIO_LIMIT, SHORT_TEXT_LIMIT, SOURCE_LIMIT,
    TAG_LIMIT, TEXT_LIMIT, TOML_LIMIT, UNPACKED_LIMIT,
};
pub(crate) use paths::{Collision, barred_on_windows};
pub use printable::{Quoted, is_plain, printable, quoted, shortened};
pub(crate) use printable::{listed, message as printable_message};
pub use sbom::is_sbom;
pub use sum::Sha256Sum;
