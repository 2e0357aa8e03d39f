//! `sdist-builds`: sdists whose build ends before anything is compiled.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, release};
use wheel_fixtures::sdist::TarEntry;

const MATURIN: &str = "[build-system]\nbuild-backend = \"maturin\"\n";
const CRATE: &str = "[package]\nname = \"a\"\n";

/// A release whose sdist has these files beside those of a good one, or in their place.
fn of(files: &[(&str, &str)]) -> Dist {
    release(|parts| {
        for (path, content) in files {
            let path = format!("sum_up_to-1.0.0/{path}");
            parts.sdist.entries.retain(|entry| entry.name != path.as_bytes());
            let entry = TarEntry::file(&path, content.as_bytes());
            // `PKG-INFO` is the last.
            parts.sdist.entries.insert(1, entry);
        }
    })
}

/// The same for an sdist that maturin builds, with this `Cargo.toml`.
fn maturin(manifest: &str, files: &[(&str, &str)]) -> Dist {
    let own = [("pyproject.toml", MATURIN), ("Cargo.toml", manifest)];
    of(&[&own, files].concat())
}

pub const CASES: &[Case] = &[
    Case {
        name: "no crate where maturin looks",
        broken: || {
            let table = "[tool.maturin]\nmanifest-path = \"rust/Cargo.toml\"\n";
            of(&[("pyproject.toml", &format!("{MATURIN}{table}"))])
        },
    },
    Case {
        name: "no crate at all",
        broken: || {
            release(|parts| {
                let entries = &mut parts.sdist.entries;
                entries.retain(|entry| !entry.name.ends_with(b"/Cargo.toml"));
                let project =
                    entries.iter_mut().find(|entry| entry.name.ends_with(b"project.toml"));
                project.expect("it is there").content = MATURIN.into();
            })
        },
    },
    Case {
        name: "no crate where setuptools-rust looks",
        broken: || of(&[("setup.py", "RustExtension('a', path='rust/Cargo.toml')")]),
    },
    Case {
        name: "no crate of a table of setuptools-rust",
        broken: || {
            let table = "[[tool.setuptools-rust.ext-modules]]\npath = \"rust/Cargo.toml\"\n";
            of(&[("pyproject.toml", table)])
        },
    },
    Case {
        name: "a member of the workspace is missing",
        broken: || maturin(&format!("{CRATE}[workspace]\nmembers = [\"b\", \"c/*\"]\n"), &[]),
    },
    Case {
        name: "a crate that it depends on is missing",
        broken: || maturin(&format!("{CRATE}[dependencies]\nb = {{ path = \"../b\" }}\n"), &[]),
    },
    Case {
        name: "a crate of a crate is missing",
        broken: || {
            let top = format!("{CRATE}[target.'cfg(unix)'.dependencies]\nb = {{ path = \"b\" }}\n");
            let b = "[package]\n[build-dependencies]\nc = { path = \"c\" }\n";
            maturin(&top, &[("b/Cargo.toml", b)])
        },
    },
    Case {
        name: "the workspace is missing",
        broken: || maturin("[package]\nname = \"a\"\nedition.workspace = true\n", &[]),
    },
    Case {
        name: "a crate that the workspace names is missing",
        broken: || {
            let member = "[package]\nname = \"a\"\n[dependencies]\nb.workspace = true\n";
            let root =
                "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nb = { path = \"b\" }\n";
            let table = "[tool.maturin]\nmanifest-path = \"a/Cargo.toml\"\n";
            of(&[
                ("pyproject.toml", &format!("{MATURIN}{table}")),
                ("Cargo.toml", root),
                ("a/Cargo.toml", member),
            ])
        },
    },
    Case {
        name: "a build script is missing",
        broken: || maturin(&format!("{CRATE}build = \"build.rs\"\n"), &[]),
    },
    Case {
        name: "a benchmark is missing",
        broken: || maturin(&format!("{CRATE}[[bench]]\nname = \"sums\"\n"), &[]),
    },
    Case {
        name: "a crate that is not TOML",
        broken: || {
            let top = format!("{CRATE}[dependencies]\nb = {{ path = \"b\" }}\n");
            maturin(&top, &[("b/Cargo.toml", "[package\n")])
        },
    },
    Case {
        name: "the description is missing",
        broken: || {
            maturin(
                CRATE,
                &[("pyproject.toml", &format!("[project]\nreadme = \"README.md\"\n{MATURIN}"))],
            )
        },
    },
    Case {
        name: "the build backend is missing",
        broken: || {
            let own = "[build-system]\nbuild-backend = \"mine\"\nbackend-path = [\"tools\"]\n";
            of(&[("pyproject.toml", own)])
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("sdist-builds", CASES), @"
    # no crate where maturin looks
    error: it names the manifest `rust/Cargo.toml`, which is not in the sdist
      = every file that a build reads
    # no crate at all
    error: maturin finds no `Cargo.toml` in it
      = `Cargo.toml`, `rust/Cargo.toml`, or a `manifest-path`
    # no crate where setuptools-rust looks
    error: it names the manifest `rust/Cargo.toml`, which is not in the sdist
      = every file that a build reads
    # no crate of a table of setuptools-rust
    error: it names the manifest `rust/Cargo.toml`, which is not in the sdist
      = every file that a build reads
    # a member of the workspace is missing
    error: it names the member `b`, which is not in the sdist
      = every file that a build reads
    # a crate that it depends on is missing
    error: it names the crate `../b`, which is not in the sdist
      = every file that a build reads
    # a crate of a crate is missing
    error: it names the crate `c`, which is not in the sdist
      = every file that a build reads
    # the workspace is missing
    error: it takes values from a workspace that is not in the sdist
      = the `Cargo.toml` of the workspace
    # a crate that the workspace names is missing
    error: it names the crate `b`, which is not in the sdist
      = every file that a build reads
    # a build script is missing
    error: it names the file `build.rs`, which is not in the sdist
      = every file that a build reads
    # a benchmark is missing
    error: it names the target `benches/sums.rs`, which is not in the sdist
      = every file that a build reads
    # a crate that is not TOML
    error: it is not TOML: unclosed table, expected `]`
      = a manifest that Cargo can read
    # the description is missing
    error: it names the description `README.md`, which is not in the sdist
      = every file that a build reads
    # the build backend is missing
    error: it names the build backend `tools/mine`, which is not in the sdist
      = every file that a build reads
    ");
}

#[test]
fn a_workspace_with_all_that_it_names_is_good() {
    let root = "[workspace]\nmembers = [\"a\", \"more/*\"]\nexclude = [\"gone\"]\n\
        [workspace.dependencies]\nb = { path = \"b\" }\nunused = { path = \"gone\" }\n\
        [patch.crates-io]\nd = { path = \"d\" }\n";
    let member = "[package]\nname = \"a\"\nedition.workspace = true\nbuild = false\n\
        [lib]\npath = \"lib.rs\"\n[[bench]]\nname = \"sums\"\npath = \"not/looked/at.rs\"\n\
        [dependencies]\nb.workspace = true\n[dev-dependencies]\nt = { path = \"../t\" }\n";
    let table = "[tool.maturin]\nmanifest-path = \"a/Cargo.toml\"\n";
    let dist = of(&[
        ("pyproject.toml", &format!("{MATURIN}{table}")),
        ("Cargo.toml", root),
        ("a/Cargo.toml", member),
        ("a/lib.rs", ""),
        ("b/Cargo.toml", CRATE),
        ("d/Cargo.toml", "[package]\n[dev-dependencies]\nx = { path = \"x\" }\n"),
        ("t/Cargo.toml", CRATE),
    ]);
    assert_eq!(judge("sdist-builds", &dist), Ok(Vec::new()));
}

#[test]
fn crates_that_no_build_reads_are_not_judged() {
    // Data of a test, and a crate of its own beside the workspace.
    let left_out = "[workspace]\nmembers = [\"nowhere\"]\n";
    let dist = maturin(CRATE, &[("tests/data/Cargo.toml", left_out)]);
    assert_eq!(judge("sdist-builds", &dist), Ok(Vec::new()));
}

#[test]
fn maturin_looks_into_the_folder_rust_if_the_python_code_lies_elsewhere() {
    let project = format!("[project]\nname = \"sum-up-to\"\n{MATURIN}");
    let dist = of(&[
        ("pyproject.toml", &project),
        ("src/sum_up_to/__init__.py", ""),
        ("rust/Cargo.toml", CRATE),
        ("Cargo.toml", "[package]\nbuild = \"nowhere.rs\"\n"),
    ]);
    assert_eq!(judge("sdist-builds", &dist), Ok(Vec::new()));
}

#[test]
fn an_sdist_whose_build_files_name_nothing_is_not_judged() {
    let nothing = NotJudged::NoSubject("no build file of an sdist names another".to_owned());
    assert_eq!(judge("sdist-builds", &of(&[("pyproject.toml", "[project]\n")])), Err(nothing));
}

#[test]
fn more_manifests_than_are_read_are_told() {
    let top = format!("{CRATE}[dependencies]\nb = {{ path = \"b\" }}\n");
    let large = format!("{CRATE}# {}\n", "x".repeat(300 << 10));
    let result = judge("sdist-builds", &maturin(&top, &[("b/Cargo.toml", &large)]));
    let Err(NotJudged::Unknown { unknown, found }) = result else { panic!("{result:?}") };
    assert_eq!((unknown[0].member.as_deref(), found.len()), (Some("b/Cargo.toml"), 0));
}
