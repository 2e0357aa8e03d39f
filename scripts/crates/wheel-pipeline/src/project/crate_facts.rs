//! The facts about the crate that only cargo knows: its version, and the families of wheels that its features make.

use std::path::Path;

use anyhow::Result;
use pep440_rs::Version;
use toml::Table;
use wheel_audit::family::{Family, PythonVersion};

use super::families::families;
use super::pyproject::{MaturinTable, parse, version};
use super::table::PromiseTable;
use crate::failure::{Advise, Failure};
use crate::tool::cargo::bindings::{self, Bindings, Kind};
use crate::tool::cargo::{Crate, lock};

/// The facts that cargo was asked for. A job without cargo takes them from the plan that another job made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrateFacts {
    /// The version of the crate, or of the project.
    pub version: Version,
    pub families: Vec<Family>,
    /// The kind of bindings. None if another job asked cargo; only builds need it.
    pub bindings: Option<Kind>,
    /// True if `Cargo.lock` does not fit the crate.
    pub stale_lock: bool,
}

impl CrateFacts {
    /// Asks cargo about the crate of `manifest`, a path relative to `root`. `stated` is the version of `[project]`, which
    /// outweighs the crate's.
    pub(super) fn ask(
        root: &Path,
        manifest: &Path,
        maturin: &MaturinTable,
        table: &PromiseTable,
        stated: Option<Version>,
    ) -> Result<Self> {
        let manifest = root.join(manifest);
        // Faults that cargo would tell in the same way as a failure of the network.
        parse::<Table>(&manifest)?;
        let of = Crate {
            folder: root.to_owned(),
            manifest: manifest.clone(),
            features: maturin.features(),
        };
        let mut triples: Vec<String> =
            table.targets.iter().flat_map(|target| target.triples()).collect();
        triples.sort();
        triples.dedup();
        let resolved = lock::resolve(&of, &triples).advise(
            format!("cargo cannot resolve the dependencies of `{}`", manifest.display()),
            "`cargo metadata` in the project's folder tells the same; the first run needs the network",
        )?;
        let metadata = &resolved.metadata;
        let bindings = bindings::of(&of, metadata, &triples, maturin.bindings)?;
        Ok(Self {
            version: match stated {
                Some(version) => version,
                None => version(&metadata.root()?.version, &manifest)?,
            },
            bindings: bindings.as_ref().map(|bindings| bindings.kind),
            families: families_of(bindings, &manifest, maturin, table)?,
            stale_lock: resolved.stale,
        })
    }
}

/// The families of wheels that these bindings make.
fn families_of(
    bindings: Option<Bindings>,
    manifest: &Path,
    maturin: &MaturinTable,
    table: &PromiseTable,
) -> Result<Vec<Family>, Failure> {
    match bindings {
        Some(Bindings { kind: Kind::Pyo3 | Kind::Pyo3Ffi, features }) => {
            // A stable ABI that is switched on for PyPy makes no stable ABI.
            let cpythons: Vec<PythonVersion> =
                table.pythons.iter().copied().filter(|python| !python.is_pypy()).collect();
            let sometimes = maturin.sometimes_of_pyo3(&cpythons);
            Ok(families(&features, &sometimes, &table.pythons))
        }
        Some(Bindings { kind: Kind::Bin | Kind::Cffi | Kind::Uniffi, .. }) => {
            Ok(vec![Family::AnyPython])
        }
        None => Err(Failure::usage(format!(
            "`{}`: neither its dependencies nor its targets show which bindings it has",
            manifest.display()
        ))
        .hint("depend on `pyo3`, or add `crate-type = [\"cdylib\"]` to `[lib]`")),
    }
}
