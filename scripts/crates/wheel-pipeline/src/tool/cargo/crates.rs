//! The crates that are linked into an extension, from `cargo metadata`. Build scripts, macros and crates for
//! tests are not linked.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Crate;
use super::metadata::Metadata;

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
    /// True for the crate that was asked for.
    pub is_root: bool,
    /// True for a crate of the source itself, with the license of the project.
    pub is_own: bool,
}

/// The crates that are linked into a crate for at least one of the Rust targets. The crate itself is included.
pub fn linked(of: &Crate, triples: &[String]) -> Result<Vec<LinkedCrate>> {
    in_metadata(&Metadata::locked(of, triples)?)
}

fn in_metadata(metadata: &Metadata) -> Result<Vec<LinkedCrate>> {
    let root = metadata.root()?.id.as_str();
    // A macro runs in the compiler, and so do its dependencies.
    let reached =
        metadata.reached(|package, dependency| !package.is_macro() && dependency.is_ordinary())?;
    let mut crates: Vec<LinkedCrate> = reached
        .into_values()
        .filter(|(package, _)| !package.is_macro())
        .map(|(package, _)| LinkedCrate {
            name: package.name.clone(),
            version: package.version.clone(),
            id: package.id.clone(),
            license: package.license.clone(),
            folder: package.manifest_path.parent().unwrap_or(Path::new("")).to_owned(),
            is_root: package.id == root,
            is_own: package.source.is_none(),
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
                "manifest_path": format!("/registry/{name}/Cargo.toml"), "targets": [{"kind": [kind], "crate_types": [kind]}],
            })
        };
        let node = |name: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = deps
                .iter()
                .map(|(name, kind)| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]}))
                .collect();
            serde_json::json!({"id": name, "deps": deps, "features": []})
        };
        let metadata = serde_json::json!({
            "packages": [
                package("own", "cdylib"), package("libc", "lib"), package("derive", "proc-macro"),
                package("syn", "lib"), package("autocfg", "lib"), package("tests", "lib"),
            ],
            "workspace_members": ["own"],
            "resolve": {"root": "own", "nodes": [
                node("own", &[("libc", None), ("derive", None), ("tests", Some("dev"))]),
                node("libc", &[("autocfg", Some("build"))]),
                node("derive", &[("syn", None)]), node("syn", &[]), node("autocfg", &[]), node("tests", &[]),
            ]},
        });
        let metadata = Metadata::read(&metadata.to_string()).expect("it is read");
        let linked = in_metadata(&metadata).expect("it is whole");
        let names: Vec<&str> = linked.iter().map(|linked| linked.name.as_str()).collect();
        assert_eq!(names, ["libc", "own"]);
        assert_eq!(linked[0].folder, Path::new("/registry/libc"));
    }

    #[test]
    fn json_of_another_format_is_refused() {
        let error = Metadata::read("{}").expect_err("it is no metadata");
        assert_eq!(error.to_string(), "`cargo metadata` printed JSON that is not in its format");
    }
}
