//! cargo: formatting, lints, documentation and tests of a crate.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::command::Invocation;

/// The command that says whether the crate is formatted.
pub fn format(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["fmt", "--all", "--check"])
}

/// The command that lints the crate; a warning is an error.
pub fn clippy(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args([
        "clippy",
        "--quiet",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])
}

/// The command that makes the crate's documentation; a warning is an error.
pub fn document(crate_folder: &Path) -> Invocation {
    cargo(crate_folder)
        .args(["doc", "--quiet", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings")
}

/// The command that brings the crate's own version into its lock file, and no other newer one.
pub fn update_own(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["update", "--workspace", "--quiet"])
}

/// The command that fails unless the lock file is current.
pub fn locked(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["metadata", "--locked", "--format-version", "1", "--quiet"])
}

/// The command that runs the crate's tests.
pub fn test(crate_folder: &Path) -> Invocation {
    let command = cargo(crate_folder).args(["test", "--locked", "--no-fail-fast"]);
    // Windows does not let cargo replace the program that is running this.
    if cfg!(windows) { command.args(["--target-dir", "target/tests"]) } else { command }
}

/// The command that tells of every crate that the one of `manifest` is made of, for some Rust targets.
pub fn metadata(folder: &Path, manifest: &Path, triples: &[String]) -> Invocation {
    let command = cargo(folder)
        .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
        .arg(manifest);
    triples.iter().fold(command, |command, triple| command.args(["--filter-platform", triple]))
}

/// The command that breaks the wheels of a folder in every way, and fails unless each mutant is refused.
pub fn mutants(crate_folder: &Path, wheels: &Path) -> Invocation {
    test(crate_folder)
        .args(["--test", "mutants", "--", "--nocapture"])
        .env("WHEEL_PIPELINE_WHEELS", wheels)
}

/// The command that holds the findings in the corpus against those that are known to be true.
pub fn online(crate_folder: &Path) -> Invocation {
    test(crate_folder).args(["--features", "online", "--test", "online"])
}

/// The command that lints the targets of the fuzzer, without what links them.
pub fn clippy_fuzz(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args([
        "clippy",
        "--quiet",
        "--package",
        "wheel-pipeline-fuzz",
        "--no-default-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])
}

fn cargo(crate_folder: &Path) -> Invocation {
    // Where rustup provides cargo, the toolchain that runs this program is used again.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo).folder(crate_folder).env("CARGO_TERM_COLOR", "never")
}

/// Compiles the pipeline as it is measured, and gives its program.
///
/// # Errors
///
/// When it does not compile.
pub fn release(crate_folder: &Path) -> Result<PathBuf> {
    cargo(crate_folder).args(["build", "--release", "--locked", "--quiet"]).check()?;
    let name = format!("wheel-pipeline{}", std::env::consts::EXE_SUFFIX);
    Ok(crate_folder.join("target").join("release").join(name))
}

/// The main command of the README in a clone, with every cache in `caches` and none of the machine's.
pub fn rehearse(clone: &Path, caches: &Path) -> Invocation {
    cargo(clone)
        .args(["pipeline", "rehearse", "--format", "json"])
        .env("CARGO_HOME", caches.join("cargo"))
        .env("XDG_CACHE_HOME", caches)
        .env("UV_CACHE_DIR", caches.join("uv"))
        .env("PIP_CACHE_DIR", caches.join("pip"))
        .env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"))
}
