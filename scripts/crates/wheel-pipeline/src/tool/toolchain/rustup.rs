//! rustup: the file that chooses a toolchain, and the standard library of a target.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::available::Available;
use crate::process::command::Invocation;
use crate::process::interrupt::check_interrupt;

/// The files that choose a toolchain, the first of a folder before the second
/// ([overrides](https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file)).
pub const TOOLCHAIN_FILES: [&str; 2] = ["rust-toolchain", "rust-toolchain.toml"];

/// The file that chooses the toolchain of a folder: the nearest one upwards.
pub fn toolchain_file(folder: &Path) -> Option<PathBuf> {
    let files = folder.ancestors().flat_map(|folder| TOOLCHAIN_FILES.map(|name| folder.join(name)));
    files.into_iter().find(|path| path.is_file())
}

/// Adds the standard library of a Rust target, unless it is there.
pub fn add(folder: &Path, triple: &str) -> Result<Available<()>> {
    if is_there(folder, triple)? {
        return Ok(Available::Here(()));
    }
    let rustup = Invocation::new("rustup").args(["target", "add", triple]).folder(folder);
    let finished = match rustup.run() {
        Ok(finished) => finished,
        Err(error) => {
            check_interrupt()?;
            return Ok(Available::not(format!(
                "Rust's `{triple}` is not installed, and {error:#}"
            )));
        }
    };
    if finished.succeeded() && is_there(folder, triple)? {
        return Ok(Available::Here(()));
    }
    let said = finished.output();
    let reasons: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("error:") || line.contains("status code"))
        .collect();
    Ok(Available::not(format!("`rustup target add {triple}` failed: {}", reasons.join("; "))))
}

fn is_there(folder: &Path, triple: &str) -> Result<bool> {
    let asked = Invocation::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .folder(folder)
        .run()?;
    Ok(asked.succeeded() && Path::new(asked.stdout.trim()).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_cannot_be_added_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let reason = add(folder.path(), "no-such-target").expect("it can be asked");
        assert!(reason.why_not().is_some_and(|why| why.contains("no-such-target")), "{reason:?}");
    }
}
