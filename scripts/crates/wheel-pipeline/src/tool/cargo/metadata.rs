//! `cargo metadata`: the packages of a workspace and how cargo resolves their dependencies.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Crate;
use crate::process::command::Invocation;

/// The output of `cargo metadata`, as far as it is needed
/// ([its format](https://doc.rust-lang.org/cargo/commands/cargo-metadata.html#json-format)).
#[derive(Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
    pub workspace_members: Vec<String>,
}

/// A package of the workspace, or a dependency.
#[derive(Debug, Deserialize)]
pub struct Package {
    pub id: String,
    pub name: String,
    pub version: String,
    pub license: Option<String>,
    /// The registry or repository. None for a folder of the source itself.
    pub source: Option<String>,
    pub manifest_path: PathBuf,
    pub targets: Vec<BuildTarget>,
}

/// A library, program, test or build script of a package.
#[derive(Debug, Deserialize)]
pub struct BuildTarget {
    pub kind: Vec<String>,
    pub crate_types: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
    root: Option<String>,
}

/// A package in the graph of dependencies.
#[derive(Debug, Deserialize)]
pub struct Node {
    pub id: String,
    pub deps: Vec<Dependency>,
    /// The features that are on. In a workspace, those that any member turns on are among them.
    pub features: Vec<String>,
}

/// An edge of the graph.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The ID of the package that is needed.
    pub pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    /// `build` or `dev`. None for an ordinary dependency.
    kind: Option<String>,
}

impl Dependency {
    /// Returns true if the package is needed by the crate itself, not only by its build script or its tests.
    pub fn is_ordinary(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.is_none())
    }
}

impl Package {
    /// Returns true if the package runs in the compiler.
    pub fn is_macro(&self) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"))
    }
}

/// The command that prints the metadata of a crate for some Rust targets. `locked` refuses to change the lock file.
pub(super) fn command(of: &Crate, triples: &[String], locked: bool) -> Invocation {
    let command = of.command("metadata").args(["--format-version", "1"]);
    let command = if locked { command.arg("--locked") } else { command };
    triples.iter().fold(command, |command, triple| command.args(["--filter-platform", triple]))
}

impl Metadata {
    /// The metadata of a crate, with the lock file as it is.
    pub fn locked(of: &Crate, triples: &[String]) -> Result<Self> {
        Self::read(&command(of, triples, true).check()?.stdout)
    }

    /// Reads what cargo printed.
    pub(super) fn read(json: &str) -> Result<Self> {
        serde_json::from_str(json)
            .context("`cargo metadata` printed JSON that is not in its format")
    }

    /// The package of the crate that was asked for.
    pub fn root(&self) -> Result<&Package> {
        let id = self.resolve.root.as_deref().context("`cargo metadata` names no root crate")?;
        let found = self.packages.iter().find(|package| package.id == id);
        found.with_context(|| format!("`cargo metadata` lists no package `{id}`"))
    }

    /// The packages that can be reached from the root, the root included. `follow` decides about each dependency of a
    /// package.
    pub fn reached(
        &self,
        follow: impl Fn(&Package, &Dependency) -> bool,
    ) -> Result<BTreeMap<&str, (&Package, &Node)>> {
        let packages: BTreeMap<&str, &Package> =
            self.packages.iter().map(|package| (package.id.as_str(), package)).collect();
        let nodes: BTreeMap<&str, &Node> =
            self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let mut found = BTreeMap::new();
        let mut next = vec![self.root()?.id.as_str()];
        while let Some(id) = next.pop() {
            let package = *packages
                .get(id)
                .with_context(|| format!("`cargo metadata` lists no package `{id}`"))?;
            let node = *nodes
                .get(id)
                .with_context(|| format!("`cargo metadata` resolves no dependencies of `{id}`"))?;
            if found.insert(id, (package, node)).is_some() {
                continue;
            }
            let needed = node.deps.iter().filter(|dependency| follow(package, dependency));
            next.extend(needed.map(|dependency| dependency.pkg.as_str()));
        }
        Ok(found)
    }
}
