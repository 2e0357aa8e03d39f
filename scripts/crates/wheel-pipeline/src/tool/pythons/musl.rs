//! A Python on musl, compiled by zig from Debian's source. Debian has no package of one.
//!
//! musl is Debian's package, unpacked beside that Python. The Python names musl as its loader by the full path,
//! so it starts without a launcher. pip reads the loader from the Python's file, so it sees a musl system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::target::Architecture;

use crate::failure::Failure;
use crate::folder;
use crate::process::command::Invocation;
use crate::process::script::{program, quoted};
use crate::tool::python::search::ask_by;
use crate::tool::python::tools::{Tool, Tools};
use crate::tool::python::{Found, PythonPlatform};
use crate::tool::pythons::apt::Apt;

/// The name of the folder, and of the set on the command line.
pub const NAME: &str = "musl";

/// The Debian release, and its Python.
const SUITE: &str = "trixie";
const PYTHON: &str = "python3.13";

/// The file that marks a complete folder. It is written last, with the path that the programs were linked for.
const MARK: &str = "pipeline-root.txt";

/// Makes the Python in `roots`, unless it is there. Returns true if it was made.
pub fn make(tools: &Tools, roots: &Path) -> Result<bool> {
    let roots = std::path::absolute(roots)?;
    let folder = roots.join(NAME);
    if is_made(&folder) {
        return Ok(false);
    }
    if folder.display().to_string().contains(char::is_whitespace) {
        return Err(Failure::unknown(format!(
            "cannot compile Python in `{}`: the path contains a space",
            folder.display()
        ))
        .hint("set `WHEEL_PIPELINE_CACHE_DIR` to a folder without spaces in its path")
        .into());
    }
    for tool in ["make", "ar", "tar"] {
        Invocation::new(tool).arg("--version").run().map_err(|_| {
            Failure::unknown(format!("`{tool}` is not on `PATH`"))
                .hint("on Debian, `apt install binutils make tar xz-utils`")
        })?;
    }
    folder::clear(&folder)?;
    let state = roots.join(format!("{NAME}.apt"));
    let apt = Apt::open(&state, "amd64", SUITE, true)?;
    let package = state.join("musl");
    apt.unpack(&["musl".to_owned()], &package)?;
    let loader = loader(&folder);
    fs::create_dir_all(loader.parent().context("the loader has a parent folder")?)?;
    fs::copy(package.join("usr/lib/x86_64-linux-musl/libc.so"), &loader)
        .context("Debian's package `musl` has no `usr/lib/x86_64-linux-musl/libc.so`")?;

    let compiler = format!(
        "#!/bin/sh\nexec {} -m ziglang cc -target x86_64-linux-musl -dynamic -fno-sanitize=all -Wno-date-time \"$@\"\n",
        quoted(&tools.interpreter(Tool::Zig)?)
    );
    let compiler = program(&state.join("cc"), &compiler)?.display().to_string();
    let zlib = apt.source("zlib")?;
    Invocation::new("./configure").arg("--static").env("CC", &compiler).folder(&zlib).check()?;
    make_in(&zlib, &["libz.a"])?;
    let source = apt.source(PYTHON)?;
    Invocation::new("./configure")
        .arg(format!("--prefix={}", folder.display()))
        .args(["--disable-test-modules", "--without-ensurepip", "--without-static-libpython"])
        .env("CC", &compiler)
        // Python's configure detects musl by this macro. clang's header comes first and does not define it.
        .env("CPP", format!("{compiler} -E -D__DEFINED_va_list"))
        .env("OPT", "-O1 -DNDEBUG")
        .env("LDFLAGS", format!("-Wl,--dynamic-linker={}", loader.display()))
        // The machine's libraries are for another libc.
        .env("PKG_CONFIG", "false")
        .env("ZLIB_CFLAGS", format!("-I{}", zlib.display()))
        .env("ZLIB_LIBS", format!("-L{} -lz", zlib.display()))
        .folder(&source)
        .check()
        .context("cannot configure the build of Python")?;
    // `-r 0` keeps most of the standard library uncompiled. It is compiled on import.
    make_in(&source, &["altinstall", "COMPILEALL_OPTS=-r 0"])?;
    apt.close()?;
    fs::write(folder.join(MARK), mark(&folder))?;
    Ok(true)
}

fn make_in(folder: &Path, arguments: &[&str]) -> Result<()> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Invocation::new("make")
        .arg(format!("--jobs={processors}"))
        .args(arguments)
        .folder(folder)
        .check()
        .with_context(|| format!("cannot compile `{}`", folder.display()))?;
    Ok(())
}

/// The Python of the folder. None before it is made.
pub fn interpreters(roots: &Path) -> Result<Found> {
    let folder = std::path::absolute(roots)?.join(NAME);
    let mut found = Found::default();
    if is_made(&folder) {
        let python = folder.join("bin").join(PYTHON);
        found.add(&python, ask_by(&[], &python, Some(PythonPlatform::Musl(Architecture::X86_64)))?);
    }
    Ok(found)
}

/// The path of musl, which is loader and C library in one file. pip recognizes it by this name.
fn loader(folder: &Path) -> PathBuf {
    folder.join("lib").join("ld-musl-x86_64.so.1")
}

fn is_made(folder: &Path) -> bool {
    fs::read_to_string(folder.join(MARK)).is_ok_and(|text| text == mark(folder))
}

fn mark(folder: &Path) -> String {
    format!("{SUITE} {PYTHON}\n{}\n", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_or_moved_folder_has_no_pythons() {
        let roots = tempfile::tempdir().expect("a folder");
        let folder = roots.path().join(NAME);
        fs::create_dir_all(&folder).expect("a folder");
        let offered = || interpreters(roots.path()).expect("it can be asked");
        assert_eq!(offered(), Found::default());
        fs::write(folder.join(MARK), mark(Path::new("/elsewhere"))).expect("written");
        assert_eq!(offered(), Found::default());
        fs::write(folder.join(MARK), mark(&folder)).expect("written");
        let found = offered();
        assert!(found.interpreters.is_empty() && found.passed_over.len() == 1, "{found:?}");
    }
}
