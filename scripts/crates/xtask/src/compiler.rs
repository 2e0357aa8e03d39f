//! The system's C compiler, for the extensions that benchmarks compare with.

use std::path::Path;

use wheel_pipeline::process::command::Invocation;

/// The command that compiles one C file into an extension module. `include` is the folder of `Python.h`.
pub fn extension(source: &Path, include: &str, out: &Path) -> Invocation {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let command = Invocation::new(compiler)
        .args(["-O3", "-fPIC", "-shared", "-s", "-fvisibility=hidden", "-I", include])
        .arg(source)
        .arg("-o")
        .arg(out);
    // Python's symbols are resolved when the module is loaded. Only macOS needs an option for this.
    if cfg!(target_os = "macos") { command.args(["-undefined", "dynamic_lookup"]) } else { command }
}
