//! cargo: what it says of a crate, and its lock file.

pub mod crates;

use std::path::Path;

use crate::process::command::Invocation;

/// The command that brings the crate's own version into its lock file, and no other newer one.
pub fn update_own(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["update", "--workspace", "--quiet"])
}

/// The command that fails unless the lock file is current.
pub fn locked(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["metadata", "--locked", "--format-version", "1", "--quiet"])
}

/// The command that tells of every crate that the one of `manifest` is made of, for some Rust targets.
pub fn metadata(folder: &Path, manifest: &Path, triples: &[String]) -> Invocation {
    let command = cargo(folder)
        .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
        .arg(manifest);
    triples.iter().fold(command, |command, triple| command.args(["--filter-platform", triple]))
}

/// A command of cargo in a folder.
pub fn cargo(crate_folder: &Path) -> Invocation {
    // Where rustup provides cargo, the toolchain that runs this program is used again.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo).folder(crate_folder).env("CARGO_TERM_COLOR", "never")
}
