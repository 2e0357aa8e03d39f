//! The system's C compiler, for the peers that benchmarks compare with.

use std::path::Path;

use wheel_pipeline::process::command::Invocation;

/// The command that compiles one C file into an extension module; `include` holds `Python.h`.
pub fn extension(source: &Path, include: &str, out: &Path) -> Invocation {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let command = Invocation::new(compiler)
        .args(["-O3", "-fPIC", "-shared", "-s", "-fvisibility=hidden", "-I", include])
        .arg(source)
        .arg("-o")
        .arg(out);
    // Symbols of Python are found when the module is loaded; elsewhere that is the default.
    if cfg!(target_os = "macos") { command.args(["-undefined", "dynamic_lookup"]) } else { command }
}
