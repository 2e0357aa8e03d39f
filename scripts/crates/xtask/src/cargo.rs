//! cargo: formatting, lints, documentation and tests of the repository's crates.

use std::path::{Path, PathBuf};

use anyhow::Result;
use wheel_pipeline::cache;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::tool::cargo::cargo;

/// The command that fails unless the crates are formatted.
pub fn format(crate_folder: &Path) -> Invocation {
    cargo(crate_folder).args(["fmt", "--all", "--check"])
}

/// The command that lints the crates. A warning is an error.
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

/// The command that builds the documentation. A warning is an error.
pub fn document(crate_folder: &Path) -> Invocation {
    cargo(crate_folder)
        .args(["doc", "--quiet", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings")
}

/// The command that runs the crates' tests.
pub fn test(crate_folder: &Path) -> Invocation {
    let command = cargo(crate_folder).args(["test", "--locked", "--no-fail-fast"]);
    // Windows does not let cargo replace this program while it runs.
    if cfg!(windows) { command.args(["--target-dir", "target/tests"]) } else { command }
}

/// The command that makes mutants of the wheels in a folder, and fails unless the audit refuses each one.
pub fn mutants(crate_folder: &Path, wheels: &Path) -> Invocation {
    test(crate_folder)
        // Without `--package`: cargo would resolve other features, and compile everything again.
        .args(["--test", "mutants"])
        .env("WHEEL_PIPELINE_WHEELS", wheels)
}

/// The command that compares the findings in the corpus with the known true findings.
pub fn online(crate_folder: &Path, corpus: &Path) -> Invocation {
    test(crate_folder)
        .args(["--package", "wheel-pipeline", "--features", "online", "--test", "online"])
        .env("WHEEL_PIPELINE_CORPUS", corpus)
}

/// The command that packs the library as for crates.io, and compiles the package.
pub fn package(crate_folder: &Path) -> Invocation {
    // Changes are tested before they are committed.
    cargo(crate_folder).args([
        "package",
        "--package",
        "wheel-audit",
        "--locked",
        "--allow-dirty",
        "--quiet",
    ])
}

/// The command that lints the fuzz targets, without libFuzzer.
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

/// Compiles `wheel-pipeline` or `xtask` with optimizations, for a benchmark.
pub fn release(crate_folder: &Path, program: &str) -> Result<PathBuf> {
    cargo(crate_folder)
        .args(["build", "--release", "--locked", "--quiet", "--package", program])
        .check()?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    Ok(crate_folder.join("target").join("release").join(name))
}

/// The README's main command, run in a clone. All its caches are in `caches`.
pub fn rehearse(clone: &Path, caches: &Path) -> Invocation {
    cargo(clone)
        .args(["pipeline", "rehearse", "--format", "json"])
        .env("CARGO_HOME", caches.join("cargo"))
        .env("XDG_CACHE_HOME", caches)
        .env(cache::VARIABLE, caches.join("wheel-pipeline"))
        .env("UV_CACHE_DIR", caches.join("uv"))
        .env("PIP_CACHE_DIR", caches.join("pip"))
        .env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"))
}
