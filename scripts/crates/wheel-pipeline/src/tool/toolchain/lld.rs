//! LLVM's linker for macOS, with a description of Apple's libraries, for cross-built wheels.
//!
//! The linker comes from rustup. The list of exports of `libSystem`, the only library that Rust needs there, comes
//! from zig. zig's own linker was rejected, because it exports every symbol of the extension.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::available::Available;
use crate::process::command::Invocation;
use crate::process::script::{program, quoted};
use crate::tool::python::tools::Tools;
use crate::tool::toolchain::zig;

/// The files that rustc needs to link for macOS.
pub struct Lld {
    pub linker: PathBuf,
    /// The folder in the place of Apple's SDK.
    pub sdk: PathBuf,
}

const WRAPPER: &str = include_str!("ld64.lld.sh");

/// A description of `libiconv`, which Rust's std links on macOS. The symbols are found at run time.
const ICONV: &str = "--- !tapi-tbd\n\
    tbd-version: 4\n\
    targets: [ x86_64-macos, arm64-macos ]\n\
    install-name: '/usr/lib/libiconv.2.dylib'\n\
    exports:\n  \
    - targets: [ x86_64-macos, arm64-macos ]\n    \
    symbols: [ _iconv, _iconv_close, _iconv_open ]\n\
    ...\n";

/// Makes the linker script and the SDK folder in `folder`, unless a part of Rust is missing.
pub fn prepare(tools: &Tools, folder: &Path, project: &Path) -> Result<Available<Lld>> {
    let rustc = |question: &[&str]| -> Result<String> {
        let answer = Invocation::new("rustc").args(question).folder(project).check()?;
        Ok(answer.stdout.trim().to_owned())
    };
    let sysroot = rustc(&["--print", "sysroot"])?;
    let host = rustc(&["--print", "host-tuple"])?;
    let real = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/gcc-ld/ld64.lld");
    if !real.is_file() {
        return Ok(Available::not(format!(
            "its linker `{}` does not exist; install Rust with rustup",
            real.display()
        )));
    }
    let text = format!("{WRAPPER}exec {} \"$@\"\n", quoted(&real));
    // rustc derives the linker's flavor from its file name.
    let linker = program(&folder.join("ld64.lld"), &text)?;

    let sdk = folder.join("macos");
    let libraries = sdk.join("usr").join("lib");
    fs::create_dir_all(&libraries)
        .with_context(|| format!("cannot make `{}`", libraries.display()))?;
    let list = zig::libraries(tools)?.join("darwin").join("libSystem.tbd");
    let list = fs::read_to_string(&list)
        .with_context(|| format!("cannot read zig's `{}`", list.display()))?;
    let list = for_arm64(&list);
    // `libc` and `libm` are parts of `libSystem`.
    let files = [
        ("SDKSettings.json", "{\"Version\":\"14.0\"}\n"),
        ("usr/lib/libSystem.tbd", &list),
        ("usr/lib/libc.tbd", &list),
        ("usr/lib/libm.tbd", &list),
        ("usr/lib/libiconv.tbd", ICONV),
    ];
    for (name, text) in files {
        let path = sdk.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(Available::Here(Lld { linker, sdk }))
}

/// Replaces Apple's variants of the architecture by plain `arm64`, which has the same symbols. LLVM's linker does
/// not know the newest variant.
fn for_arm64(list: &str) -> String {
    list.replace("arm64e.x1-", "arm64-").replace("arm64e-", "arm64-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_for_plain_arm64() {
        let list = "targets: [ x86_64-macos, arm64e-macos, arm64e.x1-macos ]\n";
        assert_eq!(for_arm64(list), "targets: [ x86_64-macos, arm64-macos, arm64-macos ]\n");
    }
}
