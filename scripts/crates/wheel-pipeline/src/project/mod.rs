//! The project: `pyproject.toml`, and the crate as cargo resolves it, in one type.

pub mod accept;
pub mod agreement;
pub mod changelog;
pub mod crate_facts;
pub mod defaults;
mod families;
mod faults;
pub mod foreign;
pub mod pyproject;
pub mod schema;
pub mod search;
pub mod series;
pub mod set;
pub mod source;
pub mod table;
pub mod tag;
pub mod wheel_test;

use std::path::{Path, PathBuf};

use anyhow::Result;
use pep440_rs::{Version, VersionSpecifiers};
use toml::Table;
use wheel_audit::family::{Family, PythonVersion};

pub use self::accept::Acceptance;
use self::crate_facts::CrateFacts;
use self::faults::WrittenTable;
pub use self::pyproject::MaturinTable;
use self::pyproject::{
    PYPROJECT, PyProject, parse, parse_text, read_text, requires_python_of, version,
};
pub use self::table::{CrossBuilt, PromiseTable, Waiver};
pub use crate::tool::git::Revision;

use crate::failure::Failure;
use crate::tool::cargo::Crate;
use crate::tool::cargo::bindings::Kind;

/// A maturin project, as its files describe it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds `pyproject.toml`, absolute. Without a project, the working folder.
    pub root: PathBuf,
    /// The folder of a release that others built, which has no project. None for a project.
    pub folder: Option<PathBuf>,
    /// The name as written in `[project]`: `sum-up-to`.
    pub name: String,
    /// The version in Python's normal form: `1.0.0-rc.1` is `1.0.0rc1`. That of `[project]`, or with `dynamic` that of
    /// `Cargo.toml`.
    pub version: Version,
    /// True if `[project]` states the version.
    pub has_own_version: bool,
    /// The path of the crate's `Cargo.toml`, relative to the root. It may lie outside of it.
    pub manifest: PathBuf,
    /// The table `[tool.maturin]`.
    pub maturin: MaturinTable,
    /// `requires-python`: the Pythons on which pip installs the project.
    pub requires_python: Option<VersionSpecifiers>,
    /// The families of wheels that the crate builds.
    pub families: Vec<Family>,
    /// The kind of the crate's bindings. None if another job asked cargo.
    pub bindings: Option<Kind>,
    /// True if `Cargo.lock` does not fit the crate.
    pub stale_lock: bool,
    /// The table `[tool.wheel-pipeline]`.
    pub table: PromiseTable,
}

/// The folders of a project that the pipeline writes: the files to upload, and its evidence and working files. They
/// are never part of what is built.
pub const OUTPUTS: [&str; 2] = ["dist", WORK];
const WORK: &str = "target/pipeline";

impl Project {
    /// Reads the project in `root`. `handed` is cargo's answer, where another job has asked.
    pub fn read(root: &Path, handed: Option<&CrateFacts>) -> Result<Self> {
        let root = std::path::absolute(root)
            .map_err(|error| Failure::usage(format!("`{}`: {error}", root.display())))?;
        if root.to_str().is_none() {
            return Err(Failure::usage(format!("the path `{}` is not UTF-8", root.display()))
                .hint("move the project: cargo, maturin and pip need a path in UTF-8")
                .into());
        }
        let path = root.join(PYPROJECT);
        let text = read_text(&path)?;
        let pyproject: PyProject = parse_text(&text, &path)?;
        let written = WrittenTable::find(&text).ok_or_else(|| {
            Failure::usage(format!("`{}` has no table `[tool.wheel-pipeline]`", path.display()))
                .hint("add it; each of its keys has a default")
        })?;
        let requires_python = pyproject.project.requires_python.as_deref();
        let requires_python =
            requires_python.map(|text| requires_python_of(text, &path)).transpose()?;
        let admits = |python: PythonVersion| {
            requires_python.as_ref().is_none_or(|wanted| python.is_admitted_by(wanted))
        };
        let table = PromiseTable::read(&written, &pyproject, admits)
            .map_err(|faults| written.failure(&path, faults))?;
        let manifest = pyproject.manifest(&root);
        let maturin = pyproject.tool.maturin.clone();
        let stated = match &pyproject.project.version {
            Some(text) => Some(version(text, &path)?),
            None if pyproject.has_dynamic_version() => None,
            None => {
                return Err(Failure::usage(format!(
                    "`{}`: `[project]` has no version",
                    path.display()
                ))
                .hint("add `dynamic = [\"version\"]`, so that maturin uses the version of `Cargo.toml`")
                .into());
            }
        };
        let has_own_version = stated.is_some();
        // Last, because it takes the longest.
        let facts = match handed {
            Some(facts) => facts.clone(),
            None => CrateFacts::ask(&root, &manifest, &maturin, &table, stated)?,
        };
        Ok(Self {
            name: pyproject.project.name,
            has_own_version,
            version: facts.version,
            requires_python,
            manifest,
            maturin,
            families: facts.families,
            bindings: facts.bindings,
            stale_lock: facts.stale_lock,
            table,
            root,
            folder: None,
        })
    }

    /// The crate, as every build has it.
    pub fn crate_for_cargo(&self) -> Crate {
        Crate {
            folder: self.root.clone(),
            manifest: self.root.join(&self.manifest),
            features: self.maturin.features(),
        }
    }

    /// The folder of the fetched dependencies.
    pub fn wheelhouse(&self) -> PathBuf {
        self.work().join("wheelhouse")
    }

    /// The file that gives the version, for messages.
    pub fn version_file(&self) -> &'static str {
        if self.has_own_version { PYPROJECT } else { "Cargo.toml" }
    }

    /// The folder where the pipeline keeps its evidence and its working files.
    pub fn work(&self) -> PathBuf {
        match self.folder {
            None => self.root.join(WORK),
            // A project may lie in the same place.
            Some(_) => self.root.join(WORK).join("foreign"),
        }
    }

    /// The folder of files to upload.
    pub fn dist(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| self.root.join("dist"))
    }
}

/// The absolute path of the crate's `Cargo.toml`, and the table `[tool.maturin]`, of the project or the unpacked sdist in
/// `root`. maturin may have moved the crate in an sdist.
pub fn manifest(root: &Path) -> Result<(PathBuf, MaturinTable), Failure> {
    let pyproject: PyProject = parse(&root.join(PYPROJECT))?;
    Ok((root.join(pyproject.manifest(root)), pyproject.tool.maturin))
}

/// Returns true if the project in `root` has the table `[tool.wheel-pipeline]`. A folder without a
/// `pyproject.toml` has none.
pub fn has_table(root: &Path) -> Result<bool, Failure> {
    let path = root.join(PYPROJECT);
    if !path.exists() {
        return Ok(false);
    }
    let table: Table = parse(&path)?;
    Ok(table.get("tool").is_some_and(|tool| tool.get("wheel-pipeline").is_some()))
}
