//! Projects that are a part of something larger: a folder of a repository, a member of a workspace.

use std::fs;

use crate::scratch::{PYTHONS, Scratch, Tables, library, manifest, without_platform};

/// A crate with a function, which the extension links.
const CORE: &str = "[package]\nname = \"core-of-own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

#[test]
fn a_project_in_a_subfolder_with_a_path_dependency_outside_of_it() {
    let tables = Tables { promise: PYTHONS, ..Tables::default() };
    let of_both = "[dependencies]\ncore-of-own = { path = \"../../core\" }\n\
                   pyo3 = { path = \"../../stubs/pyo3\", features = [\"abi3-py310\"] }";
    let scratch = Scratch::new(
        "bindings/python",
        &[
            ("bindings/python/pyproject.toml", &tables.text()),
            ("bindings/python/Cargo.toml", &manifest(of_both)),
            ("bindings/python/src/lib.rs", &library()),
            ("core/Cargo.toml", CORE),
            ("core/src/lib.rs", "pub const ANSWER: i64 = 42;\n"),
            // Settings of the repository that would spoil a build from the sdist, which does not have them.
            (".cargo/config.toml", "[unstable]\nbuild-std = [\"core\"]\n"),
        ],
    );
    let files = scratch.rehearsed();
    assert_eq!(without_platform(&files), ["own-1.2.0-cp310-abi3", "own-1.2.0.tar.gz"]);
}

#[test]
fn a_member_of_a_workspace_whose_lock_holds_more_than_the_sdist_needs() {
    let tables = Tables {
        maturin: "manifest-path = \"../crates/own/Cargo.toml\"",
        promise: PYTHONS,
        ..Tables::default()
    };
    let own = "[dependencies]\npyo3.workspace = true";
    let own = manifest(own).replace("version = \"1.2.0\"", "version.workspace = true");
    let sibling = "[package]\nname = \"sibling\"\nversion = \"9.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                   itoa = \"1\"\npyo3 = { workspace = true, features = [\"abi3-py311\"] }\n";
    let scratch = Scratch::new(
        "python",
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"stubs\"]\nresolver = \"2\"\n\n\
                 [workspace.package]\nversion = \"3.1.0-beta.2\"\n\n[workspace.dependencies]\n\
                 pyo3 = { path = \"stubs/pyo3\" }\n",
            ),
            ("crates/own/Cargo.toml", &own),
            ("crates/own/src/lib.rs", &library()),
            ("crates/sibling/Cargo.toml", sibling),
            ("crates/sibling/src/lib.rs", ""),
            ("python/pyproject.toml", &tables.text()),
        ],
    );
    let files = scratch.rehearsed();
    // The sibling's stable ABI is not this crate's.
    assert_eq!(without_platform(&files), ["own-3.1.0b2-cp311-cp311", "own-3.1.0b2.tar.gz"]);
    let lock = fs::read_to_string(scratch.project.repository().join("Cargo.lock"));
    assert!(
        lock.expect("cargo wrote it").contains("name = \"itoa\""),
        "the whole workspace's lock"
    );
}

#[test]
fn two_packages_in_one_repository_with_tags_of_their_own() {
    let tables =
        Tables { promise: &format!("{PYTHONS}\ntag = \"own-v{{version}}\""), ..Tables::default() };
    let pyo3 = "[dependencies]\npyo3 = { path = \"../stubs/pyo3\", features = [\"abi3\"] }";
    let scratch = Scratch::new(
        "own",
        &[
            ("own/pyproject.toml", &tables.text()),
            ("own/Cargo.toml", &manifest(pyo3)),
            ("own/src/lib.rs", &library()),
            ("other/pyproject.toml", &tables.text().replace("own", "other")),
            ("other/Cargo.toml", &manifest(pyo3).replace("own", "other").replace("1.2.0", "7.0.0")),
            ("other/src/lib.rs", &library()),
            (".gitignore", "target/\n"),
        ],
    );
    scratch.commit();
    for tag in ["v9.9.9", "other-v7.0.0", "own-v1.2.0"] {
        scratch.project.git(&["tag", tag]);
    }
    let rehearsal = scratch.rehearse();
    assert_eq!(rehearsal["plan"]["tag"], "own-v1.2.0");
    assert_eq!(rehearsal["plan"]["wheels"][0]["family"], "cp311-abi3");
}
