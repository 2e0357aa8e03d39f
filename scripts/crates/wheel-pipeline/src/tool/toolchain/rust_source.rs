//! The source of Rust's standard library, for targets without a compiled one in rustup.
//!
//! It is the `rust-src` of the same toolchain, because a standard library fits only one compiler.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::available::Available;
use crate::process::command::Invocation;
use crate::process::interrupt::check_interrupt;

/// The folder of the source, and its name in compiled files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustSource {
    pub folder: PathBuf,
    /// The name of the folder in Rust's official builds: `/rustc/` and the compiler's commit.
    pub name: String,
}

/// The source for the toolchain of the project in `project`. rustup fetches it if it is missing.
pub fn fetch(project: &Path) -> Result<Available<RustSource>> {
    let rustc = |question: &[&str]| -> Result<String> {
        let answer = Invocation::new("rustc").args(question).folder(project).check()?;
        Ok(answer.stdout.trim().to_owned())
    };
    let folder = Path::new(&rustc(&["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    // The lock pins the dependencies of the standard library.
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

/// The name, from the output of `rustc --version --verbose`. A distribution's compiler may know no commit.
fn name(about: &str) -> String {
    let field = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let commit = field("commit-hash:").filter(|commit| *commit != "unknown");
    format!("/rustc/{}", commit.or(field("release:")).unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_has_the_name_of_rusts_official_builds() {
        let of_rust = "rustc 1.95.0 (59807616e)\ncommit-hash: 59807616e1\nrelease: 1.95.0\n";
        assert_eq!(name(of_rust), "/rustc/59807616e1");
        let of_a_packager = "rustc 1.95.0\ncommit-hash: unknown\nrelease: 1.95.0\n";
        assert_eq!(name(of_a_packager), "/rustc/1.95.0");
    }
}
