//! No file that the pipeline made gets into the sdist, whatever the project's git ignores.

use std::collections::BTreeSet;
use std::fs;

use wheel_audit::wheel::sdist;
use wheel_fixtures::project::SampleProject;

use crate::PROGRAM;

const SDIST: &str = "half_of-2.0.0rc1.tar.gz";

/// The paths of the files in the sdist in `dist/`.
fn packed(project: &SampleProject) -> BTreeSet<String> {
    let bytes = fs::read(project.root().join("dist").join(SDIST)).expect("an sdist");
    let files = sdist::read(SDIST, &bytes).expect("it can be read");
    files.into_iter().map(|file| file.path).collect()
}

fn make(project: &SampleProject) {
    let run = project.run(&["sdist"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_second_sdist_does_not_hold_the_first() {
    let project = SampleProject::with_tools(PROGRAM);
    project.write("half_of/__init__.py", "from .half_of import *\n");
    project.git(&["init", "--quiet"]);
    project.git(&[
        "add",
        "Cargo.toml",
        "Cargo.lock",
        "pyproject.toml",
        "smoke.py",
        "src",
        "pyo3",
        "half_of",
    ]);
    project.git(&["commit", "--quiet", "--message", "all"]);
    // A file of another tool, in a folder that it made.
    project.write(&format!("dist/{SDIST}"), "of maturin\n");
    make(&project);
    let first = packed(&project);
    assert!(first.contains("half_of/__init__.py"), "{first:?}");
    assert!(!first.iter().any(|path| path.starts_with("dist/")), "{first:?}");
    make(&project);
    assert_eq!(packed(&project), first);
    assert_eq!(
        project.git(&["status", "--porcelain", "--untracked-files=all"]),
        "",
        "git sees no output"
    );
}

#[test]
fn the_outputs_of_a_project_are_not_packed_with_a_crate_above_it() {
    let project = SampleProject::below(PROGRAM, "python");
    // The crate is at the top, and `target` is not its own.
    for path in ["Cargo.toml", "Cargo.lock", "src", "pyo3"] {
        fs::rename(project.root().join(path), project.repository().join(path)).expect("moved");
    }
    let table = "[tool.maturin]\nmanifest-path = \"../Cargo.toml\"\n\n[tool.wheel-pipeline]";
    project.change("pyproject.toml", "[tool.wheel-pipeline]", table);
    project.link_tools();
    project.git(&["init", "--quiet"]);
    project.git(&["add", "Cargo.toml", "pyo3", "src", "python/pyproject.toml", "python/smoke.py"]);
    project.git(&["commit", "--quiet", "--message", "all"]);
    let run = project.run(&["sdist"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let first = packed(&project);
    assert!(
        !first.iter().any(|path| path.contains("dist/") || path.contains("target/")),
        "{first:?}"
    );
    make(&project);
    assert_eq!(packed(&project), first);
}
