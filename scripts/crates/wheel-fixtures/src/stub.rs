//! A crate that is called pyo3 and has its features, and no code. cargo resolves a project with it without a network.

use std::fs;
use std::path::Path;

/// The dependency on the crate in the folder `pyo3` beside a manifest.
pub const DEPENDENCY: &str = "pyo3 = { path = \"pyo3\", features = [\"abi3-py310\"] }";

const MANIFEST: &str = r#"
[package]
name = "pyo3"
version = "0.30.0"
edition = "2021"

[features]
default = ["macros"]
macros = []
abi3 = []
abi3-py39 = ["abi3-py310"]
abi3-py310 = ["abi3-py311"]
abi3-py311 = ["abi3-py312"]
abi3-py312 = ["abi3"]
abi3t = []
abi3t-py315 = ["abi3t"]
"#;

/// Writes the crate into a folder. `name` is `pyo3`, or another crate with the same features.
pub fn write(folder: &Path, name: &str) {
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let manifest = MANIFEST.trim_start().replacen("pyo3", name, 1);
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::write(folder.join("src/lib.rs"), "").expect("a file");
}

/// The lock file of a crate that depends on the stub alone.
pub fn lock(name: &str, version: &str) -> String {
    format!(
        "version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [\n \"pyo3\",\n]\n\n\
         [[package]]\nname = \"pyo3\"\nversion = \"0.30.0\"\n"
    )
}
