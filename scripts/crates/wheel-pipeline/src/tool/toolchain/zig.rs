//! zig as a linker for Windows.
//!
//! maturin's own way to zig (`--zig`) writes a list of exports that a module inside of a package breaks:
//! it asks for `PyInit_package.module`. Given as cargo's linker, zig is told nothing of the kind.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::script::{program, quoted};
use crate::tool::python::environment::Tools;
use crate::tool::python::lock::TOOLS;

/// Writes the program that cargo runs as the linker of `triple`.
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
pub fn libraries(tools: &Tools) -> Result<PathBuf> {
    Ok(tools.package_folder("ziglang")?.join("lib").join("libc"))
}
