//! Projects with dependencies, extras and tests of every kind.

use std::fs;

use serde_json::Value;
use wheel_fixtures::wheel::Wheel;

use crate::scratch::{PYTHONS, Scratch, Tables, library, manifest};

const PYO3: &str = "[dependencies]\npyo3 = { path = \"stubs/pyo3\", features = [\"abi3-py310\"] }";

/// A project with these tables, on a machine whose index has some wheels of one module each, without a smoke script.
fn project(tables: &Tables, index: &[(&str, &str)]) -> Scratch {
    let files = [
        ("pyproject.toml", &*tables.text().replace("smoke = \"smoke.py\"\n", "")),
        ("Cargo.toml", &manifest(PYO3)),
        ("src/lib.rs", &library()),
    ];
    let mut scratch = Scratch::new("", &files);
    let folder = scratch.project.repository().join("target/index");
    fs::create_dir_all(&folder).expect("a folder");
    for (name, content) in index {
        let wheel = Wheel::pure(name, content);
        fs::write(folder.join(&wheel.file), wheel.bytes()).expect("written");
    }
    scratch.set("PIP_NO_INDEX", "1");
    scratch.set("PIP_FIND_LINKS", &folder.display().to_string());
    scratch
}

#[test]
fn modules_are_imported_with_their_dependencies_and_warnings_of_those_are_no_error() {
    let tables = Tables {
        project: "dynamic = [\"version\"]\ndependencies = [\"needed\", \"newer>=1; python_version >= '3.12'\"]",
        maturin: "module-name = \"own._own\"",
        promise: "pythons = [\"3.11\", \"3.12\"]",
    };
    let needed = "import warnings\nwarnings.warn('old', DeprecationWarning)\n";
    let index = [("needed", needed), ("newer", "")];
    let scratch = project(&tables, &index);
    scratch.write("src/lib.rs", &library().replace("PyInit_own", "PyInit__own"));
    scratch.write(
        "own/__init__.py",
        "import sys\nimport needed\nif sys.version_info >= (3, 12):\n    import newer\n",
    );
    scratch.rehearsed();
    // A warning of its own is one.
    scratch.write("own/__init__.py", "import warnings\nwarnings.warn('own', DeprecationWarning)\n");
    let run = scratch.run(&["rehearse"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("DeprecationWarning: own"), "{}", run.stderr);
}

#[test]
fn a_dependency_without_a_file_is_no_fault_of_the_wheel() {
    let tables = Tables {
        project: "dynamic = [\"version\"]\ndependencies = [\"nowhere>=3; python_version < '3.12'\"]",
        promise: "pythons = [\"3.11\", \"3.12\"]",
        ..Tables::default()
    };
    let scratch = project(&tables, &[]);
    scratch.write(".gitignore", "target/\n");
    scratch.commit();
    scratch.project.link_tools();
    let run = scratch.run(&["rehearse", "--format", "json"]);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    let why = "on CPython 3.11";
    assert!(
        run.stderr.lines().any(|line| line.contains("not tested") && line.contains(why)),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("the index of pip has no file of the dependency `nowhere>=3`"),
        "{}",
        run.stderr
    );
    let smoke = fs::read_to_string(scratch.project.work().join("smoke.json")).expect("evidence");
    let smoke: Value = serde_json::from_str(&smoke).expect("JSON");
    let results: Vec<&str> = smoke["outcomes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|outcome| outcome["result"]["result"].as_str().expect("a result"))
        .collect();
    assert!(results.contains(&"not-tested") && results.contains(&"passed"), "{results:?}");
    assert!(!results.contains(&"failed"), "{results:?}");
    let gate = scratch.run(&["gate"]);
    assert!(gate.stdout.contains("closed: not tested: manylinux"), "{}", gate.stdout);

    // With a waiver, it is no reason to stop.
    let target = smoke["outcomes"][0]["target"].as_str().expect("a target");
    let waiver = format!(
        "[tool.wheel-pipeline]\nwaivers = [{{ platform = \"{target}\", python = \"3.11\", reason = \"no index\", expires = 9999-12-31 }}]"
    );
    scratch.project.change("pyproject.toml", "[tool.wheel-pipeline]", &waiver);
    let waived = scratch.run(&["smoke"]);
    assert_eq!(waived.code, 0, "{}{}", waived.stdout, waived.stderr);
    assert!(waived.stdout.contains("not tested"), "{}", waived.stdout);
}

#[test]
fn an_index_that_is_not_reached_is_told_from_one_that_has_nothing() {
    let tables = Tables {
        project: "dynamic = [\"version\"]\ndependencies = [\"needed\"]",
        promise: PYTHONS,
        ..Tables::default()
    };
    let mut scratch = project(&tables, &[]);
    scratch.write(".gitignore", "target/\n");
    scratch.commit();
    scratch.project.link_tools();
    assert_eq!(scratch.run(&["build"]).code, 0);
    for (name, value) in [("PIP_NO_INDEX", "0"), ("PIP_RETRIES", "1")] {
        scratch.set(name, value);
    }
    scratch.set("PIP_INDEX_URL", "http://127.0.0.1:1/simple/");
    let run = scratch.run(&["smoke"]);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    let why = "pip did not reach its index, where it looked for `needed`";
    assert!(run.stderr.contains(why), "{}", run.stderr);
}

#[test]
fn the_suite_of_the_project_runs_with_its_extras_groups_and_requirements() {
    let promise = "pythons = [\"3.11\"]\ntest-requires = \"'tester >= 0'\"\ntest-extras = [\"Extra_One\"]\ntest-groups = [\"all\"]\n\
                   test-command = [\"python -c 'import own, tester, extra, grouped'\", \"sh {project}/suite.sh {wheel}\"]\n";
    let tables = Tables {
        project: "dynamic = [\"version\"]\n\n[project.optional-dependencies]\nextra-one = [\"extra\"]\n\n\
                  [dependency-groups]\nall = [{ include-group = \"one\" }]\none = [\"grouped\"]\n",
        promise,
        ..Tables::default()
    };
    let index = [("tester", ""), ("extra", ""), ("grouped", "")];
    let scratch = project(&tables, &index);
    scratch.write(
        "suite.sh",
        "test -f \"$1\" && test \"$PWD\" != \"$(dirname \"$0\")\" && echo ran >&2\n",
    );
    scratch.write(".gitignore", "target/\n");
    scratch.rehearsed();
    // The suite decides.
    scratch.write("suite.sh", "exit 7\n");
    let run = scratch.run(&["smoke"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
}
