//! The SBOM in a wheel ([PEP 770](https://peps.python.org/pep-0770/)), as maturin writes
//! it and as it is released.
//!
//! maturin lists every crate of the lock file that any target may need, build scripts and macros included, and names the
//! folder of the build. The released document lists only what is linked for the wheel's target, and is the same on every
//! machine.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::wheel::{ReadError, is_sbom};

/// Returns whether maturin wrote the member as an SBOM.
pub(super) fn is_from_maturin(member: &str) -> bool {
    is_sbom(member) && member.ends_with(".cyclonedx.json")
}

/// Narrows the document to the linked crates.
///
/// `linked` holds cargo's names of these crates, and `root` is the name of the extension's own crate, which lies in the
/// folder `below` the top of the source. `std` is the version of Rust's standard library.
///
/// # Errors
///
/// When the document is not as maturin writes it, or lacks a linked crate.
pub(super) fn narrowed(
    document: &[u8],
    linked: &BTreeSet<&str>,
    root: &str,
    below: &str,
    std: &str,
) -> Result<Vec<u8>, ReadError> {
    let mut document: Value = serde_json::from_slice(document)
        .map_err(|error| ReadError::new(format!("it is not JSON: {error}")))?;
    let listed = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).is_some_and(|name| linked.contains(name))
    };
    let mut list = |key: &str, name: &str| -> Result<BTreeSet<String>, ReadError> {
        let items = document
            .get_mut(key)
            .and_then(Value::as_array_mut)
            .ok_or_else(|| ReadError::new(format!("it has no list `{key}`")))?;
        items.retain(|item| listed(item, name));
        let names = items.iter().filter_map(|item| item.get(name)?.as_str());
        Ok(names.map(str::to_owned).collect())
    };
    let mut known = list("components", "bom-ref")?;
    known.insert(root.to_owned());
    list("dependencies", "ref")?;
    if let Some(missing) = linked.iter().find(|name| !known.contains(**name)) {
        return Err(ReadError::new(format!("it does not list `{missing}`, which is linked")));
    }
    let standard = format!("std@{std}");
    for dependency in document["dependencies"].as_array_mut().into_iter().flatten() {
        let is_root = dependency["ref"] == root;
        if let Some(on) = dependency.get_mut("dependsOn").and_then(Value::as_array_mut) {
            on.retain(|name| name.as_str().is_some_and(|name| linked.contains(name)));
            if is_root {
                on.push(standard.clone().into());
            }
        }
    }
    if let Some(components) = document["components"].as_array_mut() {
        components.push(json!({
            "type": "library",
            "bom-ref": standard,
            "name": "std",
            "version": std,
            "description": "Rust's standard library, with what it links itself",
            "scope": "required",
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
            "purl": format!("pkg:generic/rust-std@{std}"),
        }));
    }
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| ReadError::new(format!("it cannot be written: {error}")))?;
    let place = root.strip_prefix("path+").and_then(|rest| rest.split_once('#'));
    let (place, _) = place.ok_or_else(|| ReadError::new(format!("`{root}` is in no folder")))?;
    let below = below.trim_matches('/');
    let top = place.strip_suffix(below).unwrap_or(place).trim_end_matches('/');
    Ok(text.replace(top, "file://.").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "path+file:///build/here/rust#own@1.0.0";
    const LIBC: &str = "registry+https://github.com/rust-lang/crates.io-index#libc@1.0.0";

    fn document() -> Vec<u8> {
        let document = json!({
            "metadata": {"component": {"bom-ref": ROOT, "purl": "pkg:cargo/own@1.0.0?download_url=file://."}},
            "components": [
                {"bom-ref": LIBC},
                {"bom-ref": "path+file:///build/here/part#part@1.0.0"},
                {"bom-ref": "registry#autocfg@1.0.0"},
            ],
            "dependencies": [
                {"ref": ROOT, "dependsOn": [LIBC, "registry#autocfg@1.0.0"]},
                {"ref": "registry#autocfg@1.0.0"},
            ],
        });
        document.to_string().into_bytes()
    }

    #[test]
    fn what_is_linked_stays_and_the_folder_of_the_build_goes() {
        let linked = [ROOT, LIBC, "path+file:///build/here/part#part@1.0.0"].into();
        let text = narrowed(&document(), &linked, ROOT, "rust", "1.95.0").expect("it is good");
        let text = String::from_utf8(text).expect("it is JSON");
        assert!(!text.contains("/build/here") && !text.contains("autocfg"), "{text}");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let names: Vec<_> = value["components"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|component| component["bom-ref"].as_str())
            .collect();
        assert_eq!(names, [LIBC, "path+file://./part#part@1.0.0", "std@1.95.0"]);
        assert_eq!(value["dependencies"].as_array().map(Vec::len), Some(1));
        assert_eq!(value["dependencies"][0]["dependsOn"], json!([LIBC, "std@1.95.0"]));
        assert_eq!(value["metadata"]["component"]["bom-ref"], "path+file://./rust#own@1.0.0");
    }

    #[test]
    fn a_linked_crate_that_is_not_listed_is_an_error() {
        let error = narrowed(&document(), &[ROOT, "tokio@1"].into(), ROOT, "", "1.95.0");
        let error = error.expect_err("tokio is missing");
        assert_eq!(error.to_string(), "it does not list `tokio@1`, which is linked");
        assert!(narrowed(b"[", &[ROOT].into(), ROOT, "", "1.95.0").is_err());
        assert!(narrowed(b"{}", &[ROOT].into(), ROOT, "", "1.95.0").is_err());
    }
}
