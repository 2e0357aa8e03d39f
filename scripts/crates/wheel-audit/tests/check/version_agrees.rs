//! `version-agrees`: an sdist from which another version would be built.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, release};
use wheel_fixtures::sdist::TarEntry;

/// A release whose sdist has these project files.
fn stating(pyproject: &'static str, manifest: &'static str) -> Dist {
    release(|parts| {
        for (file, content) in [("pyproject.toml", pyproject), ("Cargo.toml", manifest)] {
            let path = format!("sum_up_to-1.0.0/{file}");
            let entries = &mut parts.sdist.entries;
            let at = entries.iter().position(|entry| entry.name == path.as_bytes());
            entries[at.expect("a file of the sdist")] = TarEntry::file(&path, content.as_bytes());
        }
    })
}

const MATURIN: &str = "[build-system]\nbuild-backend = \"maturin\"\n";

pub const CASES: &[Case] = &[
    Case {
        name: "another version in `pyproject.toml`",
        broken: || stating("[project]\nversion = \"0.9.0\"\n", "[package]\nversion = \"1.0.0\"\n"),
    },
    Case {
        name: "another version in `Cargo.toml`",
        broken: || stating(MATURIN, "[package]\nversion = \"1.0.1\"\n"),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("version-agrees", CASES), @r#"
    # another version in `pyproject.toml`
    error[version-agrees]: `pyproject.toml` gives version 0.9.0
      --> sum_up_to-1.0.0.tar.gz
       = expected: version 1.0.0, as in `PKG-INFO`
       = remedy: keep the version in one place (`dynamic = ["version"]` takes Cargo's), and build again
    # another version in `Cargo.toml`
    error[version-agrees]: `Cargo.toml` gives version 1.0.1
      --> sum_up_to-1.0.0.tar.gz
       = expected: version 1.0.0, as in `PKG-INFO`
       = remedy: keep the version in one place (`dynamic = ["version"]` takes Cargo's), and build again
    "#);
}

#[test]
fn the_version_of_the_project_outweighs_that_of_the_crate() {
    let dist = stating(
        "[build-system]\nbuild-backend = \"maturin\"\n[project]\nversion = \"1.0\"\n",
        "[package]\nversion = \"0.0.0\"\n",
    );
    assert_eq!(judge("version-agrees", &dist), Ok(Vec::new()));
}

#[test]
fn a_crate_that_another_backend_builds_has_a_version_of_its_own() {
    // Nothing was compared, which is no pass.
    let nothing = Err(NotJudged::NoSubject("no version in the files of an sdist".to_owned()));
    let dist = stating(
        "[build-system]\nbuild-backend = \"hatchling.build\"\n",
        "[package]\nversion = \"7.0.0\"\n",
    );
    assert_eq!(judge("version-agrees", &dist), nothing);
    let dist = stating(MATURIN, "[package]\nversion = { workspace = true }\n");
    assert_eq!(judge("version-agrees", &dist), nothing);
}
