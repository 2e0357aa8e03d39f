//! The client's view of a package index: the files that it offers of a project, by hash.
//!
//! The simple API is read in JSON ([PEP 691](https://peps.python.org/pep-0691/)), or in HTML
//! ([PEP 503](https://peps.python.org/pep-0503/)) where an index has no other form. An index is not
//! trusted. Its answers are bounded in size and time, it may redirect only to itself, and each file must
//! have a name, an address and one hash.

mod error;
mod fetch;
mod html;
mod json;
mod listed_file;
mod listing;
pub mod provenance;

pub use error::IndexError;
pub use listed_file::ListedFile;
pub use listing::{PATIENCE, content, listing, listing_within};
