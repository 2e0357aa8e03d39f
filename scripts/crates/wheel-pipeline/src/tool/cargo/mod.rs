//! cargo: the crate of a project as cargo resolves it, and its lock file.

pub mod bindings;
pub mod crates;
pub mod lock;
pub mod metadata;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cache;
use crate::process::command::Invocation;

/// The features that a build turns on, in the words of cargo's options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `--features`: features of the crate, or of its dependencies (`pyo3/abi3-py310`).
    pub named: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl Features {
    /// Adds the options to a command.
    fn add_to(&self, command: Invocation) -> Invocation {
        let command = self.named.iter().fold(command, |all, name| all.args(["--features", name]));
        let command = if self.all { command.arg("--all-features") } else { command };
        if self.no_default { command.arg("--no-default-features") } else { command }
    }
}

/// A crate, and the way in which it is built.
#[derive(Clone, Debug)]
pub struct Crate {
    /// The folder where cargo runs. Its `.cargo/config.toml` and `rust-toolchain.toml` count.
    pub folder: PathBuf,
    /// The crate's `Cargo.toml`.
    pub manifest: PathBuf,
    pub features: Features,
}

impl Crate {
    /// A cargo command for this crate, with its features.
    fn command(&self, command: &str) -> Invocation {
        let command = cargo(&self.folder).arg(command).arg("--manifest-path").arg(&self.manifest);
        // cargo remembers what rustc said in its target folder. A question leaves no file in that of the project.
        let command = match answers() {
            Some(folder) => command.env("CARGO_TARGET_DIR", folder),
            None => command.env("CARGO_CACHE_RUSTC_INFO", "0"),
        };
        self.features.add_to(command)
    }
}

/// The folder in the user's cache where cargo remembers what rustc said. It must exist, as cargo does not make it for a
/// question. None if it cannot be made: cargo then asks rustc each time.
fn answers() -> Option<PathBuf> {
    let folder = cache::folder().ok()?.join("cargo");
    fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

/// The command that writes the crate's own version into its lock file. Other versions stay.
pub fn update_own(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["update", "--workspace", "--quiet"])
}

/// A cargo command in a folder.
pub fn cargo(folder: &Path) -> Invocation {
    // rustup sets `CARGO` to the toolchain that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo).folder(folder).env("CARGO_TERM_COLOR", "never")
}
