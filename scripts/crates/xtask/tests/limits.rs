//! The code in `docs/limits.md` compiles or fails to compile as the page says.

use std::fs;
use std::path::Path;
use std::process::Command;

use wheel_fixtures::limited;

/// The first block of Rust on the page.
fn snippet() -> &'static str {
    let page = include_str!("../../../../docs/limits.md");
    let (_, rest) = page.split_once("```rust\n").expect("a block of Rust");
    rest.split_once("```").expect("its end").0
}

/// Compiles a crate with a source and a feature of pyo3. Returns its success, and the compiler's output.
fn compiles(source: &str, feature: &str) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = format!(
        "[package]\nname = \"limits\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\npyo3 = {{ version = \"0.30.1\", features = [\"{feature}\"] }}\n[workspace]\n"
    );
    fs::create_dir(folder.path().join("src")).expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("written");
    fs::write(folder.path().join("src/lib.rs"), source).expect("written");
    // The lock selects versions that are already downloaded.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["check", "--quiet"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits"))
        .env("CARGO_TERM_COLOR", "never")
        // Nothing is linked, and the machine's Python may be older than the feature.
        .env("PYO3_NO_PYTHON", "1")
        .env("PYO3_BUILD_EXTENSION_MODULE", "1");
    let output = limited::output(&mut command);
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_builtin_can_be_a_base_class_from_abi3_py312_on() {
    let (compiled, output) = compiles(snippet(), "abi3-py312");
    assert!(compiled, "{output}");
    let (compiled, output) = compiles(snippet(), "abi3-py310");
    assert!(!compiled, "it compiles");
    assert!(output.contains("PyDict") && output.contains("PyClassBaseType"), "{output}");
}
