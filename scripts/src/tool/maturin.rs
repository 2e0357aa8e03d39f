//! maturin: makes the sdist, and wheels from it.

use std::path::Path;

use anyhow::Result;

use super::command::Invocation;
use super::environment::Tools;
use super::lock::TOOLS;
use crate::plan::PlannedWheel;
use crate::target::System;

/// The command that makes the sdist of the project in `root`.
///
/// # Errors
///
/// When the tools' folder cannot stand in `PATH`.
pub fn sdist(tools: &Tools, root: &Path, out: &Path, epoch: u64) -> Result<Invocation> {
    Ok(maturin(tools, root, epoch)?.arg("sdist").arg("--out").arg(out))
}

/// The command that makes one wheel from the sdist unpacked in `source`.
///
/// # Errors
///
/// When the tools' folder cannot stand in `PATH`.
pub fn wheel(
    tools: &Tools,
    source: &Path,
    wheel: &PlannedWheel,
    out: &Path,
    cargo_target: &Path,
    epoch: u64,
) -> Result<Invocation> {
    let mut command = maturin(tools, source, epoch)?
        .args(["build", "--release", "--locked", "--target", &wheel.triple])
        .args(["--interpreter", &wheel.interpreter, "--out"])
        .arg(out)
        .arg("--compatibility")
        .args(wheel.target.compatibility())
        .env("CARGO_TARGET_DIR", cargo_target)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(source));
    if uses_zig(wheel) {
        command = command.arg("--zig");
    }
    if let Some(version) = wheel.target.deployment_target() {
        command = command.env("MACOSX_DEPLOYMENT_TARGET", version);
    }
    Ok(command)
}

/// What made a file, for the record: the sdist, where no wheel is given.
///
/// # Errors
///
/// When the lock does not pin the tools, or the compiler cannot be asked for its version.
pub fn builder(wheel: Option<&PlannedWheel>) -> Result<String> {
    let maturin = format!("maturin {}", TOOLS.version("maturin")?);
    let Some(wheel) = wheel else {
        return Ok(maturin);
    };
    let rustc = Invocation::new("rustc").arg("--version").check()?;
    let compiled = format!("{maturin}, {}", rustc.stdout.trim());
    if uses_zig(wheel) {
        Ok(format!("{compiled}, zig {}", TOOLS.version("ziglang")?))
    } else {
        Ok(compiled)
    }
}

/// Only zig links against a glibc older than the machine's own.
fn uses_zig(wheel: &PlannedWheel) -> bool {
    matches!(wheel.target.system(), System::Manylinux { .. } | System::Musllinux { .. })
}

fn maturin(tools: &Tools, folder: &Path, epoch: u64) -> Result<Invocation> {
    // What a person set for builds by hand would change what the release holds.
    let inherited = [
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "ARCHFLAGS",
        "MACOSX_DEPLOYMENT_TARGET",
        "CARGO_BUILD_TARGET",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS",
        "CARGO_PROFILE_RELEASE_DEBUG",
        "CARGO_PROFILE_RELEASE_LTO",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL",
        "CARGO_PROFILE_RELEASE_PANIC",
        "CARGO_PROFILE_RELEASE_STRIP",
        "RUSTFLAGS",
        "MATURIN_PEP517_ARGS",
        "MATURIN_STRIP",
        "MATURIN_PGO",
        "PYO3_PYTHON",
        "PYO3_CONFIG_FILE",
        "PYO3_CROSS",
        "PYO3_CROSS_LIB_DIR",
        "PYO3_CROSS_PYTHON_VERSION",
    ];
    let command =
        inherited.into_iter().fold(Invocation::new(tools.program("maturin")), Invocation::without);
    Ok(command
        .folder(folder)
        .env("PATH", tools.path()?)
        .env("SOURCE_DATE_EPOCH", epoch.to_string()))
}

/// Paths of this machine, as panic messages would carry them, are replaced by what they stand for.
fn rust_flags(source: &Path) -> String {
    let home = std::env::home_dir();
    let cargo =
        std::env::var_os("CARGO_HOME").map(Into::into).or_else(|| Some(home?.join(".cargo")));
    let mut flags = vec![format!("--remap-path-prefix={}=.", source.display())];
    flags.extend(cargo.map(|cargo| format!("--remap-path-prefix={}=/cargo", cargo.display())));
    // The separator that cargo defines for this variable; paths may hold spaces.
    flags.join("\x1f")
}

#[cfg(test)]
mod tests {
    use super::super::environment::tests::{shown, tools};
    use super::*;
    use crate::target::Target;

    fn wheel_for(tag: &str) -> String {
        let target: Target = tag.parse().expect("a target");
        let planned = PlannedWheel {
            file: format!("a-1-cp310-abi3-{tag}.whl"),
            target,
            family: "cp310-abi3".into(),
            triple: target.triple(),
            interpreter: "3.10".into(),
        };
        let [source, out, cargo] = ["/source", "/out", "/cargo"].map(Path::new);
        shown(&wheel(&tools(), source, &planned, out, cargo, 1_700_000_000).expect("a command"))
    }

    #[test]
    fn the_sdist_is_made_in_the_project_with_the_time_of_the_commit() {
        let command = sdist(&tools(), Path::new("/project"), Path::new("/out"), 1_700_000_000);
        insta::assert_snapshot!(shown(&command.expect("a command")), @"
        maturin sdist --out /out
        - VIRTUAL_ENV
        - CONDA_PREFIX
        - ARCHFLAGS
        - MACOSX_DEPLOYMENT_TARGET
        - CARGO_BUILD_TARGET
        - CARGO_PROFILE_RELEASE_CODEGEN_UNITS
        - CARGO_PROFILE_RELEASE_DEBUG
        - CARGO_PROFILE_RELEASE_LTO
        - CARGO_PROFILE_RELEASE_OPT_LEVEL
        - CARGO_PROFILE_RELEASE_PANIC
        - CARGO_PROFILE_RELEASE_STRIP
        - RUSTFLAGS
        - MATURIN_PEP517_ARGS
        - MATURIN_STRIP
        - MATURIN_PGO
        - PYO3_PYTHON
        - PYO3_CONFIG_FILE
        - PYO3_CROSS
        - PYO3_CROSS_LIB_DIR
        - PYO3_CROSS_PYTHON_VERSION
        + PATH=/tools/bin…
        + SOURCE_DATE_EPOCH=1700000000
        ");
    }

    #[test]
    fn a_linux_wheel_is_linked_by_zig_against_the_glibc_of_its_tag() {
        insta::assert_snapshot!(wheel_for("manylinux_2_17_x86_64"), @"
        maturin build --release --locked --target x86_64-unknown-linux-gnu --interpreter 3.10 --out /out --compatibility pypi manylinux_2_17 --zig
        - VIRTUAL_ENV
        - CONDA_PREFIX
        - ARCHFLAGS
        - MACOSX_DEPLOYMENT_TARGET
        - CARGO_BUILD_TARGET
        - CARGO_PROFILE_RELEASE_CODEGEN_UNITS
        - CARGO_PROFILE_RELEASE_DEBUG
        - CARGO_PROFILE_RELEASE_LTO
        - CARGO_PROFILE_RELEASE_OPT_LEVEL
        - CARGO_PROFILE_RELEASE_PANIC
        - CARGO_PROFILE_RELEASE_STRIP
        - RUSTFLAGS
        - MATURIN_PEP517_ARGS
        - MATURIN_STRIP
        - MATURIN_PGO
        - PYO3_PYTHON
        - PYO3_CONFIG_FILE
        - PYO3_CROSS
        - PYO3_CROSS_LIB_DIR
        - PYO3_CROSS_PYTHON_VERSION
        + PATH=/tools/bin…
        + SOURCE_DATE_EPOCH=1700000000
        + CARGO_TARGET_DIR=/cargo
        + rustc --remap-path-prefix=/source=.
        + rustc --remap-path-prefix=[cargo]=/cargo
        ");
    }

    #[test]
    fn only_what_the_target_demands_differs_elsewhere() {
        let linux = wheel_for("manylinux_2_17_x86_64");
        let differing = |tag| {
            let command = wheel_for(tag);
            let (line, variables) = command.split_once('\n').expect("variables");
            let added = variables.lines().filter(|line| !linux.contains(line));
            std::iter::once(line).chain(added).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(differing("musllinux_1_2_aarch64"), @"maturin build --release --locked --target aarch64-unknown-linux-musl --interpreter 3.10 --out /out --compatibility pypi musllinux_1_2 --zig");
        insta::assert_snapshot!(differing("macosx_11_0_arm64"), @"
        maturin build --release --locked --target aarch64-apple-darwin --interpreter 3.10 --out /out --compatibility pypi
        + MACOSX_DEPLOYMENT_TARGET=11.0
        ");
        insta::assert_snapshot!(differing("win_amd64"), @"maturin build --release --locked --target x86_64-pc-windows-msvc --interpreter 3.10 --out /out --compatibility pypi");
    }
}
