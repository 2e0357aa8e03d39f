//! zig as a linker for Windows.
//!
//! maturin's own way to zig (`--zig`) writes a list of exports that a module inside of a package breaks:
//! it asks for `PyInit_package.module`. Given as cargo's linker, zig is told nothing of the kind.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::environment::Tools;
use super::lock::TOOLS;

/// Writes the program that cargo runs as the linker of `triple`.
///
/// # Errors
///
/// When it cannot be written.
pub fn linker(tools: &Tools, folder: &Path, triple: &str) -> Result<PathBuf> {
    let zig_target = format!("{}-windows-gnu", triple.split('-').next().unwrap_or_default());
    let text = format!(
        "#!/bin/sh\n\
         CARGO_ZIGBUILD_ZIG_VERSION={}\n\
         CARGO_ZIGBUILD_ZIG_COMMAND={}\n\
         CARGO_ZIGBUILD_ZIG_COMMAND_ARGS='-m ziglang'\n\
         export CARGO_ZIGBUILD_ZIG_VERSION CARGO_ZIGBUILD_ZIG_COMMAND CARGO_ZIGBUILD_ZIG_COMMAND_ARGS\n\
         exec {} zig cc -- -fno-sanitize=all -target {zig_target} \"$@\"\n",
        TOOLS.version("ziglang")?,
        quoted(&tools.program("python")),
        quoted(&tools.program("maturin")),
    );
    program(&folder.join(format!("zig-{triple}")), &text)
}

/// The folder in which zig keeps descriptions of other systems' libraries.
///
/// # Errors
///
/// When zig is not among the tools.
pub fn libraries(tools: &Tools) -> Result<PathBuf> {
    let question = "import os, ziglang; print(os.path.dirname(ziglang.__file__))";
    let answer = tools.python().args(["-I", "-c", question]).check()?;
    Ok(Path::new(answer.stdout.trim()).join("lib").join("libc"))
}

/// A path as a shell takes it for one word.
pub(super) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// Writes a program, unless it is there already: cargo links again what a newer linker would link.
pub(super) fn program(path: &Path, text: &str) -> Result<PathBuf> {
    let folder = path.parent().context("a program lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(path.to_owned())
}
