//! The project as its own files describe it. cargo is not asked: the first contact takes no time and needs no tool.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use pep440_rs::VersionSpecifiers;
use toml::{Table, Value};

use super::stable_abi;
use crate::failure::Failure;
use crate::project::pyproject::{PYPROJECT, PyProject, requires_python_of};
use crate::project::search::here;
use crate::tool::cargo::bindings::Kind;
use crate::tool::git::Checkout;
use crate::tool::toolchain::rustup::toolchain_file;

/// The files of a project.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The folder of `pyproject.toml`.
    pub root: PathBuf,
    /// The top folder of the repository. Without one, that of the project.
    pub repository: PathBuf,
    /// True if the project is part of a git checkout.
    pub is_checkout: bool,
    /// The project's folder below the top, without `/` at the end. Empty at the top.
    pub below: String,
    /// The text of `pyproject.toml`.
    pub text: String,
    /// Its content.
    pub pyproject: Table,
    pub requires_python: Option<VersionSpecifiers>,
    pub classifiers: Vec<String>,
    /// The folders that workflows name for the project, relative to the top.
    pub folders: Vec<String>,
    /// True if one wheel serves each later Python too: a program, or an extension that asks pyo3 for the stable ABI.
    pub serves_later: bool,
}

impl Sources {
    /// Reads the project that the command line names, or the nearest one upwards that maturin builds.
    pub fn read(named: Option<&Path>) -> Result<Self> {
        let root = match named {
            Some(named) => std::path::absolute(named)
                .map_err(|error| Failure::usage(format!("`{}`: {error}", named.display())))?,
            None => nearest(&here()?)?,
        };
        let path = root.join(PYPROJECT);
        let text = fs::read_to_string(&path).map_err(|error| {
            Failure::usage(format!("cannot read `{}`: {error}", path.display()))
                .hint("run in a folder of the project, or name the project with `--project DIR`")
        })?;
        let pyproject = table(&text, &path)?;
        refuse_others(&pyproject, &path)?;
        // The table may be of another version of this program. It is compared, and needs not be understood.
        let mut rest = pyproject.clone();
        if let Some(tool) = rest.get_mut("tool").and_then(Value::as_table_mut) {
            tool.remove("wheel-pipeline");
        }
        let parsed: PyProject = rest.try_into().map_err(|error: toml::de::Error| {
            Failure::usage(format!("`{}`: {}", path.display(), error.to_string().trim_end()))
        })?;
        let kind = parsed.tool.maturin.bindings;
        let manifest = parsed.manifest(&root);
        let checkout = Checkout::of(&root)?;
        let below = checkout
            .as_ref()
            .map(|one| one.prefix.trim_end_matches('/').to_owned())
            .unwrap_or_default();
        let is_checkout = checkout.is_some();
        let repository = checkout.map_or_else(|| root.clone(), |checkout| checkout.top);
        let requires_python = parsed.project.requires_python.as_deref();
        let requires_python =
            requires_python.map(|text| requires_python_of(text, &path)).transpose()?;
        let above = manifest.parent().map(|folder| folder.to_string_lossy().replace('\\', "/"));
        let crate_folder = joined(&below, &above.unwrap_or_default());
        Ok(Self {
            serves_later: matches!(kind, Some(Kind::Bin | Kind::Cffi | Kind::Uniffi))
                || stable_abi::asked(&root.join(&manifest), &parsed.tool.maturin.features().named),
            classifiers: classifiers(&pyproject),
            folders: vec![below.clone(), crate_folder],
            root,
            repository,
            is_checkout,
            below,
            text,
            pyproject,
            requires_python,
        })
    }

    /// Returns true if a file names the Rust of the project's builds. rustup looks for it upwards.
    pub fn names_rust(&self) -> bool {
        toolchain_file(&self.root).is_some_and(|file| file.starts_with(&self.repository))
    }

    /// The path of a file of the project below the top of the repository, for people.
    pub fn name(&self, file: &str) -> String {
        if self.below.is_empty() { file.to_owned() } else { format!("{}/{file}", self.below) }
    }

    /// A table of `[tool]`.
    pub fn tool(&self, name: &str) -> Option<&Table> {
        self.pyproject.get("tool")?.get(name)?.as_table()
    }
}

/// The nearest folder upwards with a project that maturin builds, or else with any project, so that what is missing is
/// told.
fn nearest(start: &Path) -> Result<PathBuf, Failure> {
    let of_maturin = |folder: &&Path| {
        let path = folder.join(PYPROJECT);
        let text = fs::read_to_string(&path).unwrap_or_default();
        toml::from_str(&text).is_ok_and(|content| backend(&content) == Some("maturin"))
    };
    let any = |folder: &&Path| folder.join(PYPROJECT).exists();
    let found = start.ancestors().find(of_maturin).or_else(|| start.ancestors().find(any));
    found.map(Path::to_owned).ok_or_else(|| {
        Failure::usage(format!(
            "there is no `{PYPROJECT}` in `{}` or in a folder above it",
            start.display()
        ))
        .hint("run in a folder of the project, or name the project with `--project DIR`")
    })
}

fn table(text: &str, path: &Path) -> Result<Table, Failure> {
    toml::from_str(text).map_err(|error| {
        Failure::usage(format!("`{}`: {}", path.display(), error.to_string().trim_end()))
    })
}

fn backend(pyproject: &Table) -> Option<&str> {
    pyproject.get("build-system")?.get("build-backend")?.as_str()
}

/// Refuses a project that maturin does not build.
fn refuse_others(pyproject: &Table, path: &Path) -> Result<(), Failure> {
    match backend(pyproject) {
        Some("maturin") => Ok(()),
        other => Err(Failure::refused(format!(
            "`{}`: its `build-backend` is {}, and a release is built by maturin",
            path.display(),
            other.map_or_else(|| "not set".to_owned(), |other| format!("`{other}`"))
        ))
        .hint("name the folder of a maturin project with `--project DIR`")),
    }
}

fn classifiers(pyproject: &Table) -> Vec<String> {
    let listed =
        pyproject.get("project").and_then(|project| project.get("classifiers")?.as_array());
    listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A folder below another one, with `/` between the parts.
fn joined(above: &str, below: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in
        above.split('/').chain(below.split('/')).filter(|part| !part.is_empty() && *part != ".")
    {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
