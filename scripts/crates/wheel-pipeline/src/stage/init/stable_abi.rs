//! The stable ABI, as far as manifests say it without cargo: a feature of pyo3 whose name begins with `abi3`.
//!
//! cargo may resolve more. This is for a proposal alone: `plan` asks cargo.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// Returns true if the crate asks for the stable ABI: at its dependency, in its workspace, or by the features that a build
/// turns on. `features` are those of `[tool.maturin]`.
pub fn asked(manifest: &Path, features: &[String]) -> bool {
    let Some(own) = read(manifest) else { return false };
    let above = manifest.ancestors().skip(2).filter_map(|folder| read(&folder.join("Cargo.toml")));
    let workspace = std::iter::once(own.clone())
        .chain(above)
        .find_map(|file| Some(file.get("workspace")?.get("dependencies")?.as_table()?.clone()));
    let by_target = own.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = std::iter::once(own.get("dependencies"))
        .chain(by_target.map(|target| target.get("dependencies")))
        .flatten()
        .filter_map(Value::as_table);
    let asked_here = tables.chain(&workspace).any(|table| {
        ["pyo3", "pyo3-ffi"]
            .iter()
            .filter_map(|name| table.get(*name)?.get("features")?.as_array())
            .flatten()
            .any(is_abi3)
    });
    asked_here || turned_on(&own, features)
}

fn read(manifest: &Path) -> Option<Table> {
    toml::from_str(&fs::read_to_string(manifest).ok()?).ok()
}

fn is_abi3(feature: &Value) -> bool {
    feature.as_str().is_some_and(|feature| feature.starts_with("abi3"))
}

/// Returns true if the default features or the named ones lead to one of pyo3's.
fn turned_on(manifest: &Table, named: &[String]) -> bool {
    let features = manifest.get("features").and_then(Value::as_table);
    let mut seen = BTreeSet::new();
    let mut next: Vec<&str> =
        std::iter::once("default").chain(named.iter().map(String::as_str)).collect();
    while let Some(feature) = next.pop() {
        let of_pyo3 = feature.replace('?', "");
        if ["pyo3/abi3", "pyo3-ffi/abi3"].iter().any(|start| of_pyo3.starts_with(start)) {
            return true;
        }
        if seen.insert(feature) {
            let leads = features.and_then(|features| features.get(feature)?.as_array());
            next.extend(leads.into_iter().flatten().filter_map(Value::as_str));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_by(manifest: &str, above: &str, features: &[&str]) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("crate/Cargo.toml");
        fs::create_dir(folder.path().join("crate")).expect("made");
        fs::write(&own, manifest).expect("written");
        fs::write(folder.path().join("Cargo.toml"), above).expect("written");
        asked(&own, &features.iter().map(|feature| (*feature).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_stable_abi_is_asked_for_in_several_places() {
        let feature = "[features]\ndefault = [\"stable\"]\nstable = [\"pyo3/abi3-py310\"]\n";
        let off = "[features]\nstable = [\"pyo3/abi3\"]\n";
        for (manifest, above, features, expected) in [
            (
                "[dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3-py310\"] }\n",
                "",
                &[][..],
                true,
            ),
            (
                "[target.'cfg(unix)'.dependencies]\npyo3-ffi = { version = \"0.30\", features = [\"abi3\"] }\n",
                "",
                &[],
                true,
            ),
            (feature, "", &[], true),
            (off, "", &[], false),
            (off, "", &["stable"], true),
            ("", "", &["pyo3/abi3-py311"], true),
            (
                "[dependencies]\npyo3.workspace = true\n",
                "[workspace.dependencies]\npyo3 = { version = \"0.30\", features = [\"abi3-py39\"] }\n",
                &[],
                true,
            ),
            ("[dependencies]\npyo3 = \"0.30\"\n", "", &[], false),
            ("broken", "", &["pyo3/abi3"], false),
        ] {
            assert_eq!(
                asked_by(manifest, above, features),
                expected,
                "{manifest} {above} {features:?}"
            );
        }
    }
}
