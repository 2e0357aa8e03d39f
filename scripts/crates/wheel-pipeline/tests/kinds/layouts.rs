//! Projects with their Python source and their crate in different folders, and outputs that git does not ignore.

use std::fs;

use wheel_audit::wheel::sdist;

use crate::scratch::{PYTHONS, Scratch, Tables, library, manifest, without_platform};

const PYO3: &str = "[dependencies]\npyo3 = { path = \"stubs/pyo3\", features = [\"abi3-py310\"] }";

/// A package that has the answer from its module.
const PACKAGE: &str = "from own._own import answer\n\n__all__ = [\"answer\"]\n";

#[test]
fn a_package_in_src_beside_a_crate_in_rust_below_a_path_with_spaces() {
    let tables =
        Tables { maturin: "module-name = \"own._own\"", promise: PYTHONS, ..Tables::default() };
    let library = library().replace("PyInit_own", "PyInit__own");
    let files = [
        ("my projects/öwn/pyproject.toml", &*tables.text()),
        ("my projects/öwn/rust/Cargo.toml", &manifest(&PYO3.replace("stubs", "../../../stubs"))),
        ("my projects/öwn/rust/src/lib.rs", &library),
        ("my projects/öwn/src/own/__init__.py", PACKAGE),
    ];
    let files = Scratch::new("my projects/öwn", &files).rehearsed();
    assert_eq!(without_platform(&files), ["own-1.2.0-cp310-abi3", "own-1.2.0.tar.gz"]);
}

#[test]
fn a_mixed_layout_with_neither_the_lock_nor_the_outputs_in_git() {
    let tables =
        Tables { maturin: "module-name = \"own._own\"", promise: PYTHONS, ..Tables::default() };
    let library = library().replace("PyInit_own", "PyInit__own");
    let files = [
        ("pyproject.toml", &*tables.text()),
        ("Cargo.toml", &manifest(PYO3)),
        ("src/lib.rs", &library),
        ("own/__init__.py", PACKAGE),
        (".gitignore", "Cargo.lock\n"),
    ];
    let scratch = Scratch::new("", &files);
    scratch.commit();
    scratch.rehearse();
    let packed = || {
        let name = "own-1.2.0.tar.gz";
        let bytes = fs::read(scratch.project.root().join("dist").join(name)).expect("the sdist");
        let files = sdist::read(name, &bytes).expect("an sdist");
        files.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    let first = packed();
    assert!(first.contains(&"Cargo.lock".to_owned()), "{first:?}");
    // Outputs of the first run are not packed in the second.
    let again = scratch.project.run(&["rehearse", "--complete"]);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert_eq!(packed(), first);
}
