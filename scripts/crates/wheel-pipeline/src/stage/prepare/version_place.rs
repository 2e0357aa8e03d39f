//! The place of a project's version: `pyproject.toml`, the crate's `Cargo.toml`, or that of its workspace.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use toml_edit::{DocumentMut, Item, value};

use crate::failure::Failure;
use crate::project::Project;
use crate::tool::cargo::lock;

/// The file that states the version, and the table in it.
pub struct VersionPlace {
    pub path: PathBuf,
    table: &'static [&'static str],
}

/// The place of the version of a project.
pub fn of(project: &Project) -> Result<VersionPlace> {
    if project.has_own_version {
        return Ok(VersionPlace { path: project.root.join("pyproject.toml"), table: &["project"] });
    }
    let of = project.crate_for_cargo();
    let manifest = &of.manifest;
    let text = fs::read_to_string(manifest).map_err(|error| {
        Failure::usage(format!("cannot read `{}`: {error}", manifest.display()))
    })?;
    let inherits = text.parse::<DocumentMut>().is_ok_and(|document| {
        let version = document.get("package").and_then(|package| package.get("version"));
        version.is_some_and(|version| version.get("workspace").is_some())
    });
    Ok(if inherits {
        VersionPlace { path: lock::workspace_manifest(&of)?, table: &["workspace", "package"] }
    } else {
        VersionPlace { path: manifest.clone(), table: &["package"] }
    })
}

impl VersionPlace {
    /// The text of the file with another version. Everything else stays as it was.
    pub fn with_version(&self, text: &str, version: &str) -> Result<String, Failure> {
        let wrong = |why: &str| Failure::usage(format!("`{}`: {why}", self.path.display()));
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| wrong(error.message()))?;
        let table =
            self.table.iter().try_fold(document.as_item_mut(), |item, key| item.get_mut(key));
        let old = table
            .and_then(|table| table.get_mut("version"))
            .filter(|old| old.is_str())
            .ok_or_else(|| wrong(&format!("`[{}]` has no version", self.table.join("."))))?;
        let mut new = value(version);
        if let (Item::Value(old), Item::Value(new)) = (&*old, &mut new) {
            *new.decor_mut() = old.decor().clone();
        }
        *old = new;
        Ok(document.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_is_changed() {
        let place = |table| VersionPlace { path: "Cargo.toml".into(), table };
        let changed = |table, text: &str| place(table).with_version(text, "1.1.0");
        let text = "# mine\n[package]\nname    = \"a\"\nversion = \"1.0.0\" # here\n\n[dependencies]\nb = { version = \"1.0.0\" }\n";
        assert_eq!(changed(&["package"], text), Ok(text.replacen("1.0.0", "1.1.0", 1)));
        let workspace =
            "[package]\nversion.workspace = true\n\n[workspace.package]\nversion = \"1.0.0\"\n";
        let expected = workspace.replace("1.0.0", "1.1.0");
        assert_eq!(changed(&["workspace", "package"], workspace), Ok(expected));
        assert_eq!(
            changed(&["package"], "[package]\n").expect_err("no version").to_string(),
            "`Cargo.toml`: `[package]` has no version"
        );
    }
}
