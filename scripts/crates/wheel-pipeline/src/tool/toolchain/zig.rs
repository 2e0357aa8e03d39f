//! zig as a linker for Windows.
//!
//! `maturin --zig` was rejected: for a module inside a package it exports `PyInit_package.module`, which does not
//! exist. As cargo's linker, zig gets no such list of exports.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::script::{program, quoted};
use crate::tool::python::lock::TOOLS;
use crate::tool::python::tools::{Tool, Tools};

/// Writes the script that cargo runs as the linker for `triple`.
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
        quoted(&tools.interpreter(Tool::Zig)?),
        quoted(&tools.program(Tool::Maturin)?),
    );
    program(&folder.join(format!("zig-{triple}")), &text)
}

/// The folder of zig's descriptions of other systems' libraries.
pub fn libraries(tools: &Tools) -> Result<PathBuf> {
    Ok(tools.package_folder(Tool::Zig)?.join("lib").join("libc"))
}
