//! `pyproject.toml`, as far as the pipeline reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use serde::Deserialize;
use serde::de::IgnoredAny;
use wheel_audit::family::PythonVersion;
use wheel_audit::names::normalize;

use super::wheel_test::GroupItem;
use crate::failure::Failure;
use crate::tool::cargo::Features;
use crate::tool::cargo::bindings::Kind;

/// The file that makes a folder a project.
pub const PYPROJECT: &str = "pyproject.toml";

/// The file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PyProject {
    pub project: ProjectTable,
    #[serde(default)]
    pub dependency_groups: BTreeMap<String, Vec<GroupItem>>,
    #[serde(default)]
    pub tool: ToolTables,
}

/// The table `[project]`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectTable {
    pub name: String,
    pub version: Option<String>,
    pub requires_python: Option<String>,
    #[serde(default)]
    pub dynamic: Vec<String>,
    #[serde(default)]
    pub optional_dependencies: BTreeMap<String, IgnoredAny>,
}

/// The tables of tools.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolTables {
    #[serde(default)]
    pub maturin: MaturinTable,
}

/// The table `[tool.maturin]` ([its keys](https://www.maturin.rs/config.html)).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MaturinTable {
    pub bindings: Option<Kind>,
    #[serde(default)]
    features: Vec<Feature>,
    #[serde(default)]
    all_features: bool,
    #[serde(default)]
    no_default_features: bool,
    manifest_path: Option<PathBuf>,
    python_source: Option<PathBuf>,
    #[serde(default)]
    python_packages: Vec<String>,
}

/// A feature that a build turns on: always, or for some Pythons.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Feature {
    Always(String),
    #[serde(rename_all = "kebab-case")]
    Sometimes {
        feature: String,
        python_version: Option<VersionSpecifiers>,
        python_implementation: Option<String>,
    },
}

impl Feature {
    fn name(&self) -> &str {
        match self {
            Self::Always(feature) | Self::Sometimes { feature, .. } => feature,
        }
    }

    fn is_conditional(&self) -> bool {
        matches!(
            self,
            Self::Sometimes { python_version, python_implementation, .. }
                if python_version.is_some() || python_implementation.is_some()
        )
    }

    /// Returns true if the condition holds for this Python.
    fn is_for(&self, python: PythonVersion) -> bool {
        let Self::Sometimes { python_version, python_implementation, .. } = self else {
            return true;
        };
        let version = Version::new([3, u64::from(python.minor())]);
        let implementation = if python.is_pypy() { "pypy" } else { "cpython" };
        python_version.as_ref().is_none_or(|wanted| wanted.contains(&version))
            && python_implementation
                .as_ref()
                .is_none_or(|name| name.eq_ignore_ascii_case(implementation))
    }
}

impl MaturinTable {
    /// The features of every build.
    pub fn features(&self) -> Features {
        let always = self.features.iter().filter(|feature| !feature.is_conditional());
        self.with(always)
    }

    /// The features of the builds for some Pythons.
    pub fn features_for_any(&self, pythons: &[PythonVersion]) -> Features {
        let holds = |feature: &&Feature| pythons.iter().any(|python| feature.is_for(*python));
        self.with(self.features.iter().filter(holds))
    }

    fn with<'a>(&self, features: impl Iterator<Item = &'a Feature>) -> Features {
        Features {
            named: features.map(|feature| feature.name().to_owned()).collect(),
            all: self.all_features,
            no_default: self.no_default_features,
        }
    }

    /// The conditional features of pyo3 itself that hold for at least one Python. Only for these, maturin chooses
    /// another stable ABI.
    pub fn sometimes_of_pyo3(&self, pythons: &[PythonVersion]) -> Vec<&str> {
        let holds = |feature: &&Feature| {
            feature.is_conditional() && pythons.iter().any(|python| feature.is_for(*python))
        };
        let of_pyo3 = |name| -> Option<&str> {
            let rest = |start| str::strip_prefix(name, start);
            rest("pyo3/").or_else(|| rest("pyo3-ffi/"))
        };
        self.features.iter().filter(holds).filter_map(|feature| of_pyo3(feature.name())).collect()
    }
}

impl PyProject {
    /// The first of some extras that the project does not have.
    pub fn unknown_extra<'a>(&self, wanted: &'a [String]) -> Option<&'a str> {
        let project = &self.project;
        if project.dynamic.iter().any(|key| key == "optional-dependencies") {
            return None;
        }
        let has = |name: &&String| {
            let mut extras = project.optional_dependencies.keys();
            extras.any(|extra| normalize(extra) == normalize(name))
        };
        wanted.iter().find(|name| !has(name)).map(String::as_str)
    }

    /// The path of the crate's `Cargo.toml`, relative to the project in `root`, by
    /// [maturin's rules](https://www.maturin.rs/project_layout.html): the key `manifest-path`, or else
    /// `rust/Cargo.toml` beside the Python source in `src`.
    pub fn manifest(&self, root: &Path) -> PathBuf {
        let maturin = &self.tool.maturin;
        if let Some(named) = &maturin.manifest_path {
            return named.clone();
        }
        let below = Path::new("rust").join("Cargo.toml");
        let package = self.project.name.replace('-', "_");
        let mut packages = std::iter::once(&package)
            .chain(&maturin.python_packages)
            .map(|package| root.join("src").join(package).join("__init__.py"));
        let beside_python =
            maturin.python_source.is_some() || packages.any(|package| package.is_file());
        if root.join(&below).is_file() && beside_python { below } else { "Cargo.toml".into() }
    }

    /// Returns true if the version is that of `Cargo.toml`.
    pub fn has_dynamic_version(&self) -> bool {
        self.project.dynamic.iter().any(|key| key == "version")
    }
}

/// Reads a TOML file.
pub fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    parse_text(&read_text(path)?, path)
}

/// The text of a file of the project.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read `{}`: {error}", path.display()))
            .hint("run in the project's folder, or name it with `--project DIR`")
    })
}

/// Reads the text of the TOML file in `path`.
pub fn parse_text<T: serde::de::DeserializeOwned>(text: &str, path: &Path) -> Result<T, Failure> {
    toml::from_str(text).map_err(|error| {
        Failure::usage(format!("`{}`: {}", path.display(), error.to_string().trim_end()))
    })
}

/// Reads a version of the file in `path`.
pub fn version(text: &str, path: &Path) -> Result<Version, Failure> {
    Version::from_str(text)
        .map_err(|error| Failure::usage(format!("`{}`: version `{text}`: {error}", path.display())))
}

/// Reads the `requires-python` of the file in `path`.
pub fn requires_python_of(text: &str, path: &Path) -> Result<VersionSpecifiers, Failure> {
    VersionSpecifiers::from_str(text).map_err(|error| {
        Failure::usage(format!(
            "`{}`: `requires-python` is `{text}`: {}",
            path.display(),
            error.to_string().trim_end()
        ))
    })
}
