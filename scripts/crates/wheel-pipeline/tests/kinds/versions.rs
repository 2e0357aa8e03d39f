//! Projects whose version, features or dependency on pyo3 come from another place than usual.

use crate::scratch::{PYTHONS, Scratch, Tables, library, manifest, without_platform};

/// The release of a project at the top of its repository.
fn released(tables: &Tables, cargo: &str) -> Vec<String> {
    let files = [
        ("pyproject.toml", &*tables.text()),
        ("Cargo.toml", &manifest(cargo)),
        ("src/lib.rs", &library()),
    ];
    without_platform(&Scratch::new("", &files).rehearsed())
}

#[test]
fn pyo3_ffi_alone_and_a_version_for_each_python() {
    let tables = Tables { promise: "pythons = [\"3.11\", \"3.12\"]", ..Tables::default() };
    let cargo = "[dependencies]\npyo3-ffi = { path = \"stubs/pyo3-ffi\" }";
    let expected = ["own-1.2.0-cp311-cp311", "own-1.2.0-cp312-cp312", "own-1.2.0.tar.gz"];
    assert_eq!(released(&tables, cargo), expected);
}

#[test]
fn a_stable_abi_by_a_feature_of_the_crate_and_a_static_version() {
    let tables = Tables {
        project: "version = \"4.0.1\"",
        maturin: "features = [\"stable\"]\nno-default-features = true",
        promise: PYTHONS,
    };
    let cargo = "[dependencies]\npyo3 = { path = \"stubs/pyo3\" }\n\n[features]\nstable = [\"pyo3/abi3-py311\"]\n\
                 default = [\"pyo3/abi3-py310\"]";
    assert_eq!(released(&tables, cargo), ["own-4.0.1-cp311-abi3", "own-4.0.1.tar.gz"]);
}

#[test]
fn an_optional_pyo3_of_one_system_only() {
    let tables =
        Tables { maturin: "features = [\"python\"]", promise: PYTHONS, ..Tables::default() };
    let cargo = "[target.'cfg(unix)'.dependencies]\npyo3 = { path = \"stubs/pyo3\", features = [\"abi3-py310\"], optional = true }\n\n\
                 [features]\npython = [\"dep:pyo3\"]";
    assert_eq!(released(&tables, cargo), ["own-1.2.0-cp310-abi3", "own-1.2.0.tar.gz"]);
}

#[test]
fn a_newer_floor_of_python_and_a_stable_abi_for_some_pythons() {
    let tables = Tables {
        project: "dynamic = [\"version\"]\nlicense = \"MIT\"\nauthors = [{ name = \"Zoë Ångström\" }]",
        maturin: "features = [{ feature = \"pyo3/abi3-py312\", python-version = \">=3.12\" }]",
        promise: "pythons = [\"3.11\", \"3.12\"]",
    };
    let cargo = "[dependencies]\npyo3 = { path = \"stubs/pyo3\" }";
    let expected = ["own-1.2.0-cp312-abi3", "own-1.2.0-cp311-cp311", "own-1.2.0.tar.gz"];
    assert_eq!(released(&tables, cargo), expected);
}

#[test]
fn a_python_on_which_none_of_our_tools_runs() {
    let tables = Tables { promise: "pythons = [\"3.9\", \"3.11\"]", ..Tables::default() };
    let cargo = "[dependencies]\npyo3 = { path = \"stubs/pyo3\", features = [\"abi3-py39\"] }";
    let files = [
        ("pyproject.toml", &*tables.text().replace(">=3.10", ">=3.9")),
        ("Cargo.toml", &manifest(cargo)),
        ("src/lib.rs", &library()),
    ];
    let files = without_platform(&Scratch::new("", &files).rehearsed());
    assert_eq!(files, ["own-1.2.0-cp39-abi3", "own-1.2.0.tar.gz"]);
}
