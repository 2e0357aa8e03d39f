//! The source of Rust's standard library, for targets that rustup has no compiled one of.
//!
//! It is the `rust-src` of the very toolchain that compiles: a standard library fits one compiler alone.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::available::Available;
use crate::process::command::{Invocation, check_interrupt};

/// Where the source lies, and how it is called in what is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustSource {
    pub folder: PathBuf,
    /// The name that Rust's own builds give to the same folder: `/rustc/` and the compiler's commit.
    pub name: String,
}

/// The source of the toolchain that builds the project in `project`, fetched by rustup where it is not
/// there.
pub fn fetch(project: &Path) -> Result<Available<RustSource>> {
    let rustc = |question: &[&str]| -> Result<String> {
        let answer = Invocation::new("rustc").args(question).folder(project).check()?;
        Ok(answer.stdout.trim().to_owned())
    };
    let folder = Path::new(&rustc(&["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    // The lock pins the crates that the standard library itself is made of.
    let is_there = || folder.join("library").join("Cargo.lock").is_file();
    if !is_there() {
        let rustup = ["component", "add", "rust-src"];
        let added = Invocation::new("rustup").args(rustup).folder(project).run();
        check_interrupt()?;
        if !added.is_ok_and(|finished| finished.succeeded()) || !is_there() {
            return Ok(Available::not(format!(
                "the source of Rust's standard library is not in `{}`; `rustup component add rust-src` fetches it",
                folder.display()
            )));
        }
    }
    let about = rustc(&["--version", "--verbose"])?;
    Ok(Available::Here(RustSource { folder, name: name(&about) }))
}

/// The name by the compiler's own account of itself: a packager's build may know no commit.
fn name(about: &str) -> String {
    let field = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let commit = field("commit-hash:").filter(|commit| *commit != "unknown");
    format!("/rustc/{}", commit.or(field("release:")).unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_called_as_in_rusts_own_builds() {
        let of_rust = "rustc 1.95.0 (59807616e)\ncommit-hash: 59807616e1\nrelease: 1.95.0\n";
        assert_eq!(name(of_rust), "/rustc/59807616e1");
        let of_a_packager = "rustc 1.95.0\ncommit-hash: unknown\nrelease: 1.95.0\n";
        assert_eq!(name(of_a_packager), "/rustc/1.95.0");
    }
}
