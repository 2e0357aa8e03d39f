//! The version, the families and the crate of a project are those that cargo and maturin would build.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use wheel_fixtures::{limited, stub};
use wheel_pipeline::failure::failure;
use wheel_pipeline::project::Project;
use wheel_pipeline::tool::cargo::{Crate, Features, lock};

/// A repository with some files and the stubs of pyo3 and pyo3-ffi at its top.
struct Repository(TempDir);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["pyo3", "pyo3-ffi"] {
            stub::write(&folder.path().join("stubs").join(name), name);
        }
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        Self(folder)
    }

    /// The version and the families of the project in a folder, or the reason why it has none.
    fn read(&self, folder: &str) -> String {
        match Project::read(&self.0.path().join(folder), None) {
            Ok(project) => {
                let families: Vec<String> =
                    project.families.iter().map(ToString::to_string).collect();
                format!("{} {}", project.version, families.join(" "))
            }
            Err(error) => {
                let message = failure(&error).expect("a failure").message.clone();
                message.replace(&self.0.path().display().to_string(), "[REPOSITORY]")
            }
        }
    }
}

/// A `pyproject.toml` with the table of a promise, and `more`.
fn pyproject(more: &str) -> String {
    format!(
        "[project]\nname = \"own\"\n{more}\n\n[tool.wheel-pipeline]\n\
         targets = [\"manylinux_2_17_x86_64\", \"win_amd64\"]\npythons = [\"3.10\", \"3.11\", \"3.12\"]\nsmoke = \"smoke.py\"\n"
    )
}

const DYNAMIC: &str = "dynamic = [\"version\"]";

/// A `Cargo.toml`, with `more` behind the package.
fn manifest(more: &str) -> String {
    format!(
        "[package]\nname = \"own\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n{more}\n"
    )
}

/// The facts of a project in the folder `own` with these two files.
fn read(pyproject: &str, manifest: &str) -> String {
    Repository::new(&[
        ("own/pyproject.toml", pyproject),
        ("own/Cargo.toml", manifest),
        ("own/src/lib.rs", ""),
    ])
    .read("own")
}

const PYO3: &str = "pyo3 = { path = \"../stubs/pyo3\" }";

#[test]
fn the_stable_abi_may_be_switched_on_by_a_feature_of_the_crate() {
    let dependency = format!("[dependencies]\n{PYO3}\n\n[features]\n");
    let stable = "stable = [\"pyo3/abi3-py311\"]\n";
    let off = read(&pyproject(DYNAMIC), &manifest(&format!("{dependency}{stable}")));
    assert_eq!(off, "1.0.0 cp310-cp310 cp311-cp311 cp312-cp312");
    let by_default = format!("{dependency}{stable}default = [\"stable\"]\n");
    assert_eq!(read(&pyproject(DYNAMIC), &manifest(&by_default)), "1.0.0 cp311-abi3");
    let table = format!("{DYNAMIC}\n\n[tool.maturin]\nfeatures = [\"stable\"]");
    let by_maturin = read(&pyproject(&table), &manifest(&format!("{dependency}{stable}")));
    assert_eq!(by_maturin, "1.0.0 cp311-abi3");
    let table = format!("{DYNAMIC}\n\n[tool.maturin]\nno-default-features = true");
    let off = read(&pyproject(&table), &manifest(&by_default));
    assert_eq!(off, "1.0.0 cp310-cp310 cp311-cp311 cp312-cp312");
    let table = format!("{DYNAMIC}\n\n[tool.maturin]\nall-features = true");
    let all = read(&pyproject(&table), &manifest(&format!("{dependency}{stable}")));
    assert_eq!(all, "1.0.0 cp311-abi3");
}

#[test]
fn the_stable_abi_may_be_for_some_pythons_only() {
    let manifest = manifest(&format!("[dependencies]\n{PYO3}"));
    let table = |condition: &str| {
        let feature = "feature = \"pyo3/abi3-py311\"";
        pyproject(&format!(
            "{DYNAMIC}\n\n[tool.maturin]\nfeatures = [{{ {feature}, {condition} }}]"
        ))
    };
    let some = read(&table("python-version = \">=3.11\""), &manifest);
    assert_eq!(some, "1.0.0 cp311-abi3 cp310-cp310");
    let none = read(&table("python-version = \">=3.13\""), &manifest);
    assert_eq!(none, "1.0.0 cp310-cp310 cp311-cp311 cp312-cp312");
    let none = read(&table("python-implementation = \"pypy\""), &manifest);
    assert_eq!(none, "1.0.0 cp310-cp310 cp311-cp311 cp312-cp312");
    // Not even if PyPy is promised, as it has no stable ABI.
    let with_pypy = |condition: &str| {
        let table = table(condition).replace("\"3.12\"]", "\"3.12\", \"pypy3.11-v7.3\"]");
        read(&table, &manifest)
    };
    assert_eq!(
        with_pypy("python-implementation = \"pypy\""),
        "1.0.0 cp310-cp310 cp311-cp311 cp312-cp312 pp311-pypy311_pp73"
    );
    assert_eq!(
        with_pypy("python-implementation = \"cpython\""),
        "1.0.0 cp311-abi3 cp310-cp310 pp311-pypy311_pp73"
    );
}

#[test]
fn pyo3_is_found_wherever_it_comes_from() {
    let table = pyproject(DYNAMIC);
    let ffi =
        "[dependencies]\npyo3-ffi = { path = \"../stubs/pyo3-ffi\", features = [\"abi3-py310\"] }";
    assert_eq!(read(&table, &manifest(ffi)), "1.0.0 cp310-abi3");
    let elsewhere = "pyo3 = { path = \"../stubs/pyo3\", features = [\"abi3-py310\"] }";
    let target = format!("[target.'cfg(windows)'.dependencies]\n{elsewhere}");
    assert_eq!(read(&table, &manifest(&target)), "1.0.0 cp310-abi3");
    let other = format!("[target.'cfg(target_os = \"macos\")'.dependencies]\n{elsewhere}");
    // It is not promised for macOS, and a library without pyo3 is one for cffi.
    assert_eq!(read(&table, &manifest(&other)), "1.0.0 py3-none");
    let renamed = "[dependencies]\npython = { package = \"pyo3\", path = \"../stubs/pyo3\", features = [\"abi3-py310\"] }";
    assert_eq!(read(&table, &manifest(renamed)), "1.0.0 cp310-abi3");
    let optional = "[dependencies]\npyo3 = { path = \"../stubs/pyo3\", features = [\"abi3-py310\"], optional = true }\n\n\
                    [features]\npython = [\"dep:pyo3\"]";
    let asked = pyproject(&format!("{DYNAMIC}\n\n[tool.maturin]\nfeatures = [\"python\"]"));
    assert_eq!(read(&asked, &manifest(optional)), "1.0.0 cp310-abi3");
    let core = manifest("[dependencies]\ncore = { path = \"../core\" }");
    let through = Repository::new(&[
        ("own/pyproject.toml", &table),
        ("own/Cargo.toml", &core),
        ("own/src/lib.rs", ""),
        (
            "core/Cargo.toml",
            "[package]\nname = \"core\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             pyo3 = { path = \"../stubs/pyo3\", features = [\"abi3-py311\"] }\n",
        ),
        ("core/src/lib.rs", ""),
    ]);
    assert_eq!(through.read("own"), "1.0.0 cp311-abi3");
}

/// A workspace with the crate `own` in `crates/own` and a sibling, whose project lies in `python`.
fn workspace(own: &str, sibling: &str) -> Repository {
    let table = pyproject(&format!(
        "{DYNAMIC}\n\n[tool.maturin]\nmanifest-path = \"../crates/own/Cargo.toml\""
    ));
    let member = |name: &str, more: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n{more}\n"
        )
    };
    Repository::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"stubs\"]\nresolver = \"2\"\n\n[workspace.package]\nversion = \"3.1.0-beta.2\"\n\n\
             [workspace.dependencies]\npyo3 = { path = \"stubs/pyo3\" }\n",
        ),
        ("crates/own/Cargo.toml", &member("own", own)),
        ("crates/own/src/lib.rs", ""),
        ("crates/sibling/Cargo.toml", &member("sibling", sibling)),
        ("crates/sibling/src/lib.rs", ""),
        ("python/pyproject.toml", &table),
    ])
}

#[test]
fn the_workspace_gives_the_version_and_pyo3() {
    let own = "[dependencies]\npyo3 = { workspace = true, features = [\"abi3-py310\"] }";
    assert_eq!(workspace(own, "").read("python"), "3.1.0b2 cp310-abi3");
}

#[test]
fn the_features_of_another_member_do_not_count() {
    let own = "[dependencies]\npyo3 = { workspace = true }";
    let sibling = "[dependencies]\npyo3 = { workspace = true, features = [\"abi3-py310\"] }";
    assert_eq!(
        workspace(own, sibling).read("python"),
        "3.1.0b2 cp310-cp310 cp311-cp311 cp312-cp312"
    );
    let optional = "[dependencies]\npyo3 = { workspace = true, optional = true }\n\n[features]\npython = [\"pyo3\"]";
    let asking = format!("{sibling}\nown = {{ path = \"../own\", features = [\"python\"] }}");
    // Only the sibling turns pyo3 on, and a library without it is one for cffi.
    assert_eq!(workspace(optional, &asking).read("python"), "3.1.0b2 py3-none");
}

#[test]
fn the_version_of_the_project_outweighs_that_of_the_crate() {
    let pyo3 =
        manifest(&format!("[dependencies]\n{}", PYO3.replace(" }", ", features = [\"abi3\"] }")));
    assert_eq!(read(&pyproject("version = \"2.0.1\""), &pyo3), "2.0.1 cp310-abi3");
    // It need not be one that Python accepts, then.
    let odd = pyo3.replace("1.0.0", "1.0.0-nightly.1");
    assert_eq!(read(&pyproject("version = \"2.0.1\""), &odd), "2.0.1 cp310-abi3");
}

#[test]
fn the_crate_may_lie_beside_the_python_source() {
    let pyo3 =
        manifest("[dependencies]\npyo3 = { path = \"../../stubs/pyo3\", features = [\"abi3\"] }");
    let files = [
        ("own/pyproject.toml", &*pyproject("version = \"2.0.1\"")),
        ("own/rust/Cargo.toml", &*pyo3),
        ("own/rust/src/lib.rs", ""),
    ];
    let flat = Repository::new(&files).read("own");
    assert!(flat.starts_with("cannot read `[REPOSITORY]/own/Cargo.toml`: "), "{flat}");
    let beside = Repository::new(&[&files[..], &[("own/src/own/__init__.py", "")]].concat());
    assert_eq!(beside.read("own"), "2.0.1 cp310-abi3");
}

#[test]
fn the_lock_file_stays_as_it_is() {
    let table = pyproject(DYNAMIC);
    let pyo3 = manifest(&format!("[dependencies]\n{PYO3}"));
    let stale = stub::lock("own", "0.9.0");
    let repository = Repository::new(&[
        ("own/pyproject.toml", &table),
        ("own/Cargo.toml", &pyo3),
        ("own/Cargo.lock", &stale),
        ("own/src/lib.rs", ""),
    ]);
    let lock = |root: &Path| fs::read_to_string(root.join("own/Cargo.lock")).expect("it is there");
    let read = || Project::read(&repository.0.path().join("own"), None).expect("it is good");
    assert!(read().stale_lock);
    assert_eq!(lock(repository.0.path()), stale);
    fs::remove_file(repository.0.path().join("own/Cargo.lock")).expect("removed");
    assert!(!read().stale_lock);
    assert_eq!(lock(repository.0.path()).replace("\r\n", "\n").matches("[[package]]").count(), 2);
    assert!(!read().stale_lock);
}

#[test]
fn the_words_of_cargo_are_told_if_it_cannot_resolve_the_crate() {
    let missing = manifest("[dependencies]\npyo3 = { path = \"../nowhere\" }");
    let repository = Repository::new(&[
        ("own/pyproject.toml", &pyproject(DYNAMIC)),
        ("own/Cargo.toml", &missing),
        ("own/src/lib.rs", ""),
    ]);
    let error = Project::read(&repository.0.path().join("own"), None).expect_err("no such crate");
    assert!(error.to_string().starts_with("cargo cannot resolve the dependencies of `"), "{error}");
    assert!(format!("{error:?}").contains("nowhere"), "{error:?}");
}

/// A crate that depends on `needed`, which has a repository of its own, with a lock file of these packages.
fn locked_with(packages: &[&str]) -> (Repository, Crate) {
    let repository = Repository::new(&[
        (
            "needed/Cargo.toml",
            "[package]\nname = \"needed\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
        ),
        ("needed/src/lib.rs", ""),
        ("own/src/lib.rs", ""),
    ]);
    let top = repository.0.path();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
        let output = limited::output(git.current_dir(top.join("needed")));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "all"]);
    let address = format!("file://{}", top.join("needed").display());
    let dependency = format!("[dependencies]\nneeded = {{ git = \"{address}\" }}");
    fs::write(top.join("own/Cargo.toml"), manifest(&dependency)).expect("written");
    let source = format!("git+{address}#{}", git(&["rev-parse", "HEAD"]));
    let mut lock = "version = 4\n\n[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n".to_owned();
    for name in packages {
        lock += &format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n"
        );
    }
    fs::write(top.join("own/Cargo.lock"), lock).expect("written");
    let folder = top.join("own");
    let manifest = folder.join("Cargo.toml");
    (repository, Crate { folder, manifest, features: Features::default() })
}

#[test]
fn a_lock_file_that_holds_more_than_is_needed_is_shortened() {
    let (_repository, of) = locked_with(&["needed", "spare"]);
    lock::shorten(&of).expect("it only loses a package");
    let text = fs::read_to_string(of.folder.join("Cargo.lock")).expect("it is there");
    assert!(text.contains("\"needed\"") && !text.contains("\"spare\""), "{text}");
}

#[test]
fn a_lock_file_that_lacks_a_package_is_refused() {
    let (_repository, of) = locked_with(&["spare"]);
    let error = lock::shorten(&of).expect_err("cargo would choose the package on its day");
    assert_eq!(
        failure(&error).expect("a failure").message,
        "the sdist's `Cargo.lock` lacks `needed 1.0.0`, so that a build from it would choose them on its day"
    );
}
