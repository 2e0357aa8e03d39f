//! Editing: wheels that were built become the wheels that are released.

mod finish;
mod musl_name;
mod repack;
mod sbom;

pub use finish::{BuiltFrom, finish};
