//! Editing: wheels that were built become the wheels that are released.

pub mod musl_name;
pub mod repack;
pub mod sbom;
