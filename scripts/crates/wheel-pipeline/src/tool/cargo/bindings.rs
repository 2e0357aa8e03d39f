//! The bindings of a crate, by [maturin's rules](https://www.maturin.rs/bindings.html): the crates of its resolved
//! dependencies decide, and then the kinds of its own targets.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Crate;
use super::metadata::Metadata;
use crate::process::command::Invocation;

/// The kinds of bindings, in maturin's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Pyo3,
    Pyo3Ffi,
    Cffi,
    Uniffi,
    Bin,
}

/// The bindings of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bindings {
    pub kind: Kind,
    /// The features of pyo3, or of pyo3-ffi without pyo3. They are those of a build of this crate alone.
    pub features: BTreeSet<String>,
}

/// The crates whose presence decides about the bindings.
const PYO3: [&str; 2] = ["pyo3", "pyo3-ffi"];
const UNIFFI: &str = "uniffi";

/// A dependency whose presence decides, with its features.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    name: String,
    features: BTreeSet<String>,
}

/// The bindings of the crate. `named` is the kind that `[tool.maturin]` names. None if maturin cannot tell either.
pub fn of(
    crate_: &Crate,
    metadata: &Metadata,
    triples: &[String],
    named: Option<Kind>,
) -> Result<Option<Bindings>> {
    let mut found = resolved(metadata)?;
    // In a workspace, `cargo metadata` turns on the features that any member needs. A build of one member does not
    // (rust-lang/cargo#7754), and neither does `cargo tree`.
    if metadata.workspace_members.len() > 1 && !found.is_empty() {
        found = in_tree(&tree(crate_, triples).check()?.stdout)?;
    }
    let types = metadata.root()?.targets.iter();
    let types = types.filter(|target| {
        let other = ["bench", "custom-build", "example", "proc-macro", "test"];
        target.kind.iter().any(|kind| !other.contains(&kind.as_str()))
    });
    let types: BTreeSet<&str> =
        types.flat_map(|target| &target.crate_types).map(String::as_str).collect();
    Ok(decide(&found, &types, named))
}

fn decide(found: &[Found], types: &BTreeSet<&str>, named: Option<Kind>) -> Option<Bindings> {
    let pyo3 = PYO3.iter().find_map(|name| found.iter().find(|found| found.name == *name));
    let is_program = !types.contains("cdylib") && types.contains("bin");
    let kind = match (named, pyo3) {
        (Some(Kind::Pyo3 | Kind::Pyo3Ffi), None) => return None,
        (Some(Kind::Pyo3 | Kind::Pyo3Ffi), Some(pyo3)) => kind_of(pyo3),
        (Some(named), _) => named,
        (None, Some(_)) if is_program => Kind::Bin,
        (None, Some(pyo3)) => kind_of(pyo3),
        (None, None) if found.iter().any(|found| found.name == UNIFFI) => Kind::Uniffi,
        (None, None) if types.contains("cdylib") => Kind::Cffi,
        (None, None) if types.contains("bin") => Kind::Bin,
        (None, None) => return None,
    };
    let features = pyo3.map(|pyo3| pyo3.features.clone()).unwrap_or_default();
    Some(Bindings { kind, features })
}

fn kind_of(pyo3: &Found) -> Kind {
    if pyo3.name == PYO3[0] { Kind::Pyo3 } else { Kind::Pyo3Ffi }
}

fn decides(name: &str) -> bool {
    PYO3.contains(&name) || name == UNIFFI
}

/// The deciding crates among all dependencies, tests and build scripts included, as maturin looks for them.
fn resolved(metadata: &Metadata) -> Result<Vec<Found>> {
    let reached = metadata.reached(|_, _| true)?;
    let deciding = reached.into_values().filter(|(package, _)| decides(&package.name));
    Ok(deciding
        .map(|(package, node)| Found {
            name: package.name.clone(),
            features: node.features.iter().cloned().collect(),
        })
        .collect())
}

/// The command that prints each dependency of the crate alone, with its features, as `pyo3 v0.30.1|abi3,macros`.
fn tree(crate_: &Crate, triples: &[String]) -> Invocation {
    let command = crate_.command("tree").arg("--locked").args(["--edges", "normal,build,dev"]);
    let command = command.args(["--prefix", "none", "--format", "{p}|{f}"]);
    match triples {
        [] => command.args(["--target", "all"]),
        _ => triples.iter().fold(command, |command, triple| command.args(["--target", triple])),
    }
}

fn in_tree(output: &str) -> Result<Vec<Found>> {
    let mut all: Vec<Found> = Vec::new();
    for line in output.lines().filter(|line| !line.is_empty()) {
        // A part of the tree that was printed before ends with a star.
        let line = line.trim_end().trim_end_matches(" (*)");
        let (package, features) =
            line.split_once('|').with_context(|| format!("`cargo tree` printed `{line}`"))?;
        let name = package.split(' ').next().unwrap_or_default();
        if !decides(name) {
            continue;
        }
        let features = features.split(',').filter(|feature| !feature.is_empty());
        let features = features.map(str::to_owned);
        // With several targets, cargo prints a tree for each.
        match all.iter_mut().find(|found| found.name == name) {
            Some(found) => found.features.extend(features),
            None => all.push(Found { name: name.to_owned(), features: features.collect() }),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Found {
        Found { name: name.to_owned(), features: BTreeSet::from(["abi3".to_owned()]) }
    }

    fn kind(names: &[&str], types: &[&str], named: Option<Kind>) -> Option<Kind> {
        let found: Vec<Found> = names.iter().map(|name| found(name)).collect();
        Some(decide(&found, &types.iter().copied().collect(), named)?.kind)
    }

    #[test]
    fn dependencies_and_then_the_crates_own_targets_decide() {
        for (names, types, expected) in [
            (&["pyo3-ffi", "pyo3"][..], &["cdylib"][..], Some(Kind::Pyo3)),
            (&["pyo3-ffi"], &["cdylib", "rlib"], Some(Kind::Pyo3Ffi)),
            (&["pyo3"], &["lib"], Some(Kind::Pyo3)),
            (&["pyo3"], &["bin"], Some(Kind::Bin)),
            (&["pyo3"], &["bin", "cdylib"], Some(Kind::Pyo3)),
            (&["uniffi"], &["cdylib"], Some(Kind::Uniffi)),
            (&[], &["cdylib"], Some(Kind::Cffi)),
            (&[], &["lib", "bin"], Some(Kind::Bin)),
            (&[], &["lib"], None),
        ] {
            assert_eq!(kind(names, types, None), expected, "{names:?} {types:?}");
        }
    }

    #[test]
    fn maturins_table_may_name_the_bindings() {
        assert_eq!(kind(&["pyo3"], &["cdylib"], Some(Kind::Cffi)), Some(Kind::Cffi));
        assert_eq!(kind(&["pyo3-ffi"], &["bin"], Some(Kind::Pyo3)), Some(Kind::Pyo3Ffi));
        assert_eq!(kind(&[], &["cdylib"], Some(Kind::Pyo3)), None);
    }

    #[test]
    fn features_are_those_of_the_crate_alone_for_all_targets() {
        let output = "own v1.0.0 (/a b)|default\npyo3 v0.30.1|abi3,macros\npyo3-ffi v0.30.1|abi3 (*)\n\n\
                      libc v0.2.1|\npyo3 v0.30.1|abi3-py310 (*)\n";
        let all = in_tree(output).expect("it is read");
        let names: Vec<&str> = all.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["pyo3", "pyo3-ffi"]);
        let features: Vec<&str> = all[0].features.iter().map(String::as_str).collect();
        assert_eq!(features, ["abi3", "abi3-py310", "macros"]);
        let error = in_tree("pyo3 v0.30.1\n").expect_err("no features");
        assert_eq!(error.to_string(), "`cargo tree` printed `pyo3 v0.30.1`");
    }
}
