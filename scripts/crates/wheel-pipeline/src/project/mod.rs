//! The project: `pyproject.toml` and `Cargo.toml`, read into one type.

pub mod agreement;
pub mod changelog;
mod pyproject;
pub mod search;
pub mod source;
pub mod table;
pub mod tag;
pub mod workspace;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use toml::{Table, Value};
use wheel_audit::family::{Family, PythonVersion};

use self::pyproject::PyProject;
use self::table::check_waivers;
pub use self::table::{PromiseTable, Waiver};
pub use crate::tool::git::Revision;

use crate::failure::Failure;

/// A maturin project, as its files describe it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds `pyproject.toml`, absolute.
    pub root: PathBuf,
    /// The name as written in `[project]`: `sum-up-to`.
    pub name: String,
    /// The version of `Cargo.toml` in Python's normal form: `1.0.0-rc.1` is `1.0.0rc1`.
    pub version: Version,
    /// The version in `pyproject.toml`. None if `dynamic` leaves the version to `Cargo.toml`.
    pub static_version: Option<Version>,
    /// The path of the crate's `Cargo.toml`, relative to the root.
    pub manifest: PathBuf,
    /// `requires-python`: the Pythons on which pip installs the project.
    pub requires_python: Option<VersionSpecifiers>,
    /// The families of wheels that the crate builds.
    pub families: Vec<Family>,
    /// The table `[tool.wheel-pipeline]`.
    pub table: PromiseTable,
}

/// The file that makes a folder a project.
const PYPROJECT: &str = "pyproject.toml";

/// The folders of a project that the pipeline writes: the files to upload, and its evidence and working files. They
/// are never part of what is built.
pub const OUTPUTS: [&str; 2] = ["dist", "target/pipeline"];

impl Project {
    /// Reads the project in `root`.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let root = std::path::absolute(root)
            .map_err(|error| Failure::usage(format!("`{}`: {error}", root.display())))?;
        if root.to_str().is_none() {
            return Err(Failure::usage(format!("the path `{}` is not UTF-8", root.display()))
                .hint("move the project: cargo, maturin and pip need a path in UTF-8"));
        }
        let path = root.join(PYPROJECT);
        let pyproject: PyProject = parse(&path)?;
        let table = pyproject.tool.wheel_pipeline.ok_or_else(|| {
            Failure::usage(format!("`{}` has no table `[tool.wheel-pipeline]`", path.display()))
                .hint("add one with `targets` (platform tags), `pythons` and `smoke` (a script)")
        })?;
        for (key, empty) in
            [("targets", table.targets.is_empty()), ("pythons", table.pythons.is_empty())]
        {
            if empty {
                return Err(Failure::usage(format!(
                    "`{}`: `{key}` of `[tool.wheel-pipeline]` is empty, so nothing would be promised",
                    path.display()
                )));
            }
        }

        check_waivers(&table).map_err(|wrong| {
            Failure::usage(format!(
                "`{}`: `waivers` of `[tool.wheel-pipeline]`: {wrong}",
                path.display()
            ))
        })?;

        let below_root =
            pyproject.tool.maturin.manifest_path.unwrap_or_else(|| "Cargo.toml".into());
        let manifest_path = root.join(&below_root);
        let manifest: Table = parse(&manifest_path)?;
        let cargo_version = cargo_version(&manifest, &manifest_path)?;
        let families = families(&manifest, &pyproject.tool.maturin.features, &table.pythons)
            .ok_or_else(|| {
                Failure::usage(format!("`{}` has no dependency `pyo3`, or inherits it from a workspace in another file", manifest_path.display())).hint("state the dependency `pyo3` with its features in this file")
            })?;
        let static_version = match &pyproject.project.version {
            Some(text) => Some(version(text, &path)?),
            None if pyproject.project.dynamic.iter().any(|key| key == "version") => None,
            None => {
                return Err(Failure::usage(format!(
                    "`{}`: `[project]` has no version",
                    path.display()
                ))
                .hint("add `dynamic = [\"version\"]`, so that maturin uses the version of `Cargo.toml`"));
            }
        };
        Ok(Self {
            name: pyproject.project.name,
            version: version(&cargo_version, &manifest_path)?,
            static_version,
            requires_python: pyproject
                .project
                .requires_python
                .map(|text| requires_python(&text, &path))
                .transpose()?,
            manifest: below_root,
            families,
            table,
            root,
        })
    }

    /// The folder where the pipeline keeps its evidence and its working files.
    pub fn work(&self) -> PathBuf {
        self.root.join("target").join("pipeline")
    }

    /// The folder of files to upload.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }
}

/// The absolute path of the crate's `Cargo.toml`. `[tool.maturin]` may name it.
pub fn manifest(root: &Path) -> Result<PathBuf, Failure> {
    let pyproject: PyProject = parse(&root.join(PYPROJECT))?;
    Ok(root.join(pyproject.tool.maturin.manifest_path.unwrap_or_else(|| "Cargo.toml".into())))
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

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read `{}`: {error}", path.display()))
            .hint("run in the project's folder, or name it with `--project DIR`")
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::usage(format!("`{}`: {}", path.display(), error.to_string().trim_end()))
    })
}

fn version(text: &str, path: &Path) -> Result<Version, Failure> {
    Version::from_str(text)
        .map_err(|error| Failure::usage(format!("`{}`: version `{text}`: {error}", path.display())))
}

fn requires_python(text: &str, path: &Path) -> Result<VersionSpecifiers, Failure> {
    VersionSpecifiers::from_str(text).map_err(|error| {
        Failure::usage(format!(
            "`{}`: `requires-python` is `{text}`: {}",
            path.display(),
            error.to_string().trim_end()
        ))
    })
}

fn cargo_version(manifest: &Table, path: &Path) -> Result<String, Failure> {
    let inherited = || {
        let workspace = manifest.get("workspace")?.get("package")?.get("version")?.as_str()?;
        Some(workspace.to_owned())
    };
    let stated = manifest.get("package").and_then(|package| package.get("version"));
    stated
        .and_then(|version| version.as_str().map(str::to_owned).or_else(inherited))
        .ok_or_else(|| Failure::usage(format!("`{}`: `[package]` has no version", path.display())))
}

/// The families of wheels that the promised Pythons need. These are the stable ABIs of the crate's features, and
/// the version-specific ABI of each Python that no stable ABI serves.
fn families(
    manifest: &Table,
    maturin_features: &[String],
    pythons: &[PythonVersion],
) -> Option<Vec<Family>> {
    let pyo3 = manifest.get("dependencies")?.get("pyo3")?;
    // `workspace = true` is resolved in the same file only. Other files are not searched.
    let inherited = match pyo3.get("workspace").and_then(Value::as_bool) {
        Some(true) => Some(manifest.get("workspace")?.get("dependencies")?.get("pyo3")?),
        _ => None,
    };
    let of_dependency = std::iter::once(pyo3)
        .chain(inherited)
        .filter_map(|pyo3| pyo3.get("features")?.as_array())
        .flatten()
        .filter_map(|feature| feature.as_str());
    let of_maturin = maturin_features.iter().filter_map(|feature| feature.strip_prefix("pyo3/"));
    let features: Vec<&str> = of_dependency.chain(of_maturin).collect();
    let floor = |prefix: &str| {
        features
            .iter()
            .filter_map(|feature| feature.strip_prefix(prefix)?.parse().ok())
            .map(|minor| PythonVersion::new(3, minor))
            .min()
    };
    let abi3 = floor("abi3-py3").map(|floor| Family::Abi3 { floor });
    let abi3t = floor("abi3t-py3").map(|floor| Family::Abi3t { floor });
    let stable: Vec<Family> = abi3.into_iter().chain(abi3t).collect();
    let own = |python: &PythonVersion| {
        // A Python with the GIL that is too old for the stable ABI is a disagreement, which
        // `agreement` reports. A free-threaded Python may have a wheel of its own.
        let alone = stable.is_empty() || python.is_free_threaded();
        alone && !stable.iter().any(|family| family.serves(*python))
    };
    let own = pythons.iter().copied().filter(own).map(Family::Exact);
    Some(stable.iter().copied().chain(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_stable_abi_feature_is_the_floor() {
        let manifest: Table = toml::from_str(
            "[dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3-py311\"] }",
        )
        .expect("valid");
        let pythons = [PythonVersion::new(3, 12)];
        let both = families(&manifest, &["pyo3/abi3-py39".into()], &pythons);
        assert_eq!(both, Some(vec![Family::Abi3 { floor: PythonVersion::new(3, 9) }]));
    }

    #[test]
    fn features_of_the_workspace_are_found_or_pyo3_is_reported_missing() {
        let pythons = [PythonVersion::new(3, 12)];
        let member = "[dependencies]\npyo3 = { workspace = true }\n";
        let alone: Table = toml::from_str(member).expect("valid");
        assert_eq!(families(&alone, &[], &pythons), None);
        let both = "[workspace.dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3-py311\"] }\n";
        let both: Table = toml::from_str(&format!("{member}{both}")).expect("valid");
        let floor = PythonVersion::new(3, 11);
        assert_eq!(families(&both, &[], &pythons), Some(vec![Family::Abi3 { floor }]));
    }

    #[test]
    fn without_the_stable_abi_each_python_has_its_wheel() {
        let manifest: Table = toml::from_str("[dependencies]\npyo3 = \"0.30\"").expect("valid");
        let pythons = [PythonVersion::new(3, 12), PythonVersion::new(3, 13)];
        let families = families(&manifest, &[], &pythons).expect("pyo3 is there");
        assert_eq!(families, pythons.map(Family::Exact));
    }

    #[test]
    fn free_threaded_pythons_are_served_by_their_stable_abi_or_a_wheel_of_their_own() {
        let manifest: Table = toml::from_str(
            "[dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3-py310\", \"abi3t-py315\"] }",
        )
        .expect("valid");
        let pythons =
            ["3.10", "3.15", "3.14t", "3.15t"].map(|text| text.parse().expect("a version"));
        let families = families(&manifest, &[], &pythons).expect("pyo3 is there");
        let families: Vec<String> = families.iter().map(ToString::to_string).collect();
        assert_eq!(families, ["cp310-abi3", "cp315-abi3.abi3t", "cp314-cp314t"]);
    }
}
