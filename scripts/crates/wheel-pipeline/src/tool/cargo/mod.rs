//! cargo: its metadata of a crate, and its lock file.

pub mod crates;

use std::path::Path;

use crate::process::command::Invocation;

/// The command that writes the crate's own version into its lock file. Other versions stay.
pub fn update_own(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["update", "--workspace", "--quiet"])
}

/// The command that fails unless the lock file is current.
pub fn locked(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["metadata", "--locked", "--format-version", "1", "--quiet"])
}

/// The command that prints the dependencies of the crate of `manifest`, for some Rust targets.
pub fn metadata(folder: &Path, manifest: &Path, triples: &[String]) -> Invocation {
    let command = cargo(folder)
        .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
        .arg(manifest);
    triples.iter().fold(command, |command, triple| command.args(["--filter-platform", triple]))
}

/// A cargo command in a folder.
pub fn cargo(crate_folder: &Path) -> Invocation {
    // rustup sets `CARGO` to the toolchain that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo).folder(crate_folder).env("CARGO_TERM_COLOR", "never")
}
