//! The crates that are linked into an extension, from `cargo metadata`. Build scripts, macros and crates for
//! tests are not linked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tool::cargo;

/// A crate that is linked into the extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkedCrate {
    pub name: String,
    pub version: String,
    /// cargo's package ID. The bill of materials uses it too.
    pub id: String,
    /// The license expression of its `Cargo.toml`.
    pub license: Option<String>,
    /// The folder of its source.
    pub folder: PathBuf,
}

#[derive(Deserialize)]
struct CargoMetadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<BuildTarget>,
}

#[derive(Deserialize)]
struct BuildTarget {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
    root: Option<String>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// `build` or `dev`. None for a dependency that is linked.
    kind: Option<String>,
}

/// The crates that are linked into the crate of `manifest` for at least one of the Rust targets. The crate itself
/// is included.
pub fn linked(folder: &Path, manifest: &Path, triples: &[String]) -> Result<Vec<LinkedCrate>> {
    let finished = cargo::metadata(folder, manifest, triples).check()?;
    read(&finished.stdout)
}

fn read(json: &str) -> Result<Vec<LinkedCrate>> {
    let metadata: CargoMetadata = serde_json::from_str(json)
        .context("`cargo metadata` printed JSON that is not in its format")?;
    let root = metadata.resolve.root.context("`cargo metadata` names no root crate")?;
    let nodes: BTreeMap<&str, &Node> =
        metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let packages: BTreeMap<&str, &Package> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect();
    let mut found = BTreeSet::new();
    let mut next = vec![root.as_str()];
    while let Some(id) = next.pop() {
        let package = packages
            .get(id)
            .with_context(|| format!("`cargo metadata` lists no package `{id}`"))?;
        // A macro runs in the compiler, and so do its dependencies.
        let is_macro = package
            .targets
            .iter()
            .any(|target| target.kind.iter().any(|kind| kind == "proc-macro"));
        if is_macro || !found.insert(id) {
            continue;
        }
        let node = nodes
            .get(id)
            .with_context(|| format!("`cargo metadata` resolves no dependencies of `{id}`"))?;
        let linked =
            |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        next.extend(node.deps.iter().filter(linked).map(|dependency| dependency.pkg.as_str()));
    }
    let mut crates: Vec<LinkedCrate> = found
        .into_iter()
        .filter_map(|id| packages.get(id))
        .map(|package| LinkedCrate {
            name: package.name.clone(),
            version: package.version.clone(),
            id: package.id.clone(),
            license: package.license.clone(),
            folder: package.manifest_path.parent().unwrap_or(Path::new("")).to_owned(),
        })
        .collect();
    crates.sort();
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_build_scripts_and_test_dependencies_are_not_linked() {
        let package = |name: &str, kind: &str| {
            serde_json::json!({
                "id": name, "name": name, "version": "1.0.0", "license": "MIT",
                "manifest_path": format!("/registry/{name}/Cargo.toml"), "targets": [{"kind": [kind]}],
            })
        };
        let node = |name: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = deps
                .iter()
                .map(|(name, kind)| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]}))
                .collect();
            serde_json::json!({"id": name, "deps": deps})
        };
        let metadata = serde_json::json!({
            "packages": [
                package("own", "cdylib"), package("libc", "lib"), package("derive", "proc-macro"),
                package("syn", "lib"), package("autocfg", "lib"), package("tests", "lib"),
            ],
            "resolve": {"root": "own", "nodes": [
                node("own", &[("libc", None), ("derive", None), ("tests", Some("dev"))]),
                node("libc", &[("autocfg", Some("build"))]),
                node("derive", &[("syn", None)]), node("syn", &[]), node("autocfg", &[]), node("tests", &[]),
            ]},
        });
        let linked = read(&metadata.to_string()).expect("it is read");
        let names: Vec<&str> = linked.iter().map(|linked| linked.name.as_str()).collect();
        assert_eq!(names, ["libc", "own"]);
        assert_eq!(linked[0].folder, Path::new("/registry/libc"));
    }

    #[test]
    fn json_of_another_format_is_refused() {
        let error = read("{}").expect_err("it is no metadata");
        assert_eq!(error.to_string(), "`cargo metadata` printed JSON that is not in its format");
    }
}
