//! The workflow that `init` writes, and `init --check`, which holds it to the table.

use insta::assert_snapshot;
use wheel_fixtures::project::SampleProject;

use super::{PYPROJECT, text};
use crate::PROGRAM;

const RELEASE: &str = ".github/workflows/release.yml";
const REQUIREMENTS: &str = ".github/wheel-pipeline.txt";

/// A project for which `init` has written everything.
fn adopted(below: &str) -> SampleProject {
    let project = SampleProject::empty(PROGRAM, below);
    project.write("pyproject.toml", PYPROJECT);
    std::fs::write(project.repository().join(".gitignore"), "/target/\n").expect("written");
    project.commit();
    let run = project.run(&["init", "--write"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    project
}

/// The exit code of `init --check`, its diff, and its messages.
fn checked(project: &SampleProject) -> (i32, String, String) {
    let run = project.run(&["init", "--check"]);
    (run.code, run.stdout, run.stderr)
}

#[test]
fn what_was_written_passes_the_check() {
    let project = adopted("");
    let (code, diff, said) = checked(&project);
    assert_eq!((code, diff.as_str()), (0, ""), "{said}");
    assert_snapshot!(said, @r"
    current .github/workflows/release.yml
    current .github/wheel-pipeline.txt
    ");
    let workflow = text(&project, RELEASE);
    let first = workflow.lines().next().expect("a line");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        first.replace(version, "VERSION"),
        "# Made by `wheel-pipeline init` VERSION from the table in `pyproject.toml`. `init --check` compares them."
    );
    assert_snapshot!(text(&project, REQUIREMENTS).replace(version, "VERSION"), @r"
    # The program of the release workflow. pip installs it only with the hashes of its files.
    #
    # They are known once this version is published: then add ` --hash=sha256:…` behind the version, once for each
    # file of the release. Until then pip refuses this file, and no release can start.
    wheel-pipeline==VERSION
    ");
}

#[test]
fn the_table_and_the_hashes_may_be_edited() {
    let project = adopted("");
    project.change(
        "pyproject.toml",
        "targets = [\n",
        "smoke = \"a.py\"\nwaivers = [] # none\ntargets = [\n    \"win32\",\n",
    );
    let version = format!("wheel-pipeline=={}", env!("CARGO_PKG_VERSION"));
    project.change(
        REQUIREMENTS,
        &version,
        &format!("{version} \\\n    --hash=sha256:{}", "0".repeat(64)),
    );
    let (code, diff, said) = checked(&project);
    assert_eq!((code, diff.as_str()), (0, ""), "{said}");
    // A second run has nothing to say against them either.
    let run = project.run(&["init"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

#[test]
fn a_key_that_changes_the_workflow_shows_the_difference() {
    let project = adopted("");
    project.change("pyproject.toml", "pythons = ", "tag = \"quick-v{version}\"\npythons = ");
    let (code, diff, said) = checked(&project);
    assert_eq!(code, 1, "{said}");
    assert_snapshot!(diff, @r#"
    --- a/.github/workflows/release.yml
    +++ b/.github/workflows/release.yml
    @@ -14,7 +14,7 @@
     
     on:
       push:
    -    tags: ["v*"]
    +    tags: ["quick-v*"]
       workflow_dispatch:
         inputs:
           publish:
    "#);
    assert_snapshot!(said, @r"
    differs .github/workflows/release.yml
    current .github/wheel-pipeline.txt
    ");
    for key in ["rebuild", "second-build"] {
        project.change("pyproject.toml", "pythons = ", &format!("{key} = true\npythons = "));
        let (code, diff, _) = checked(&project);
        assert_eq!(code, 1);
        assert!(diff.contains(&format!("+  {key}:\n")), "{diff}");
    }
}

#[test]
fn an_edited_workflow_and_missing_files_fail_the_check() {
    let project = adopted("");
    project.change(RELEASE, "    environment: pypi\n", "");
    let (code, diff, said) = checked(&project);
    assert_eq!(code, 1, "{said}");
    assert!(diff.contains("\n+    environment: pypi\n"), "{diff}");

    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    let (code, _, said) = checked(&project);
    assert_eq!(code, 1);
    assert_snapshot!(said, @r"
    differs pyproject.toml
    missing .github/workflows/release.yml
    missing .github/wheel-pipeline.txt
    ");
    assert!(!project.root().join(RELEASE).exists());
}

#[test]
fn a_workflow_that_is_there_is_never_overwritten() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    project.write(RELEASE, "on: push # mine\n");
    let run = project.run(&["init", "--write", "--workflow", "release.yml"]);
    assert_eq!(run.code, 1);
    let error = run.stderr.split_once("error: ").expect("an error").1;
    assert_snapshot!(error, @r"
    `.github/workflows/release.yml` would be changed, and what is there is never overwritten: nothing is written
    hint: take over by hand what the diff shows
    hint: remove a workflow that `init` made before, or give the new one another name with `--workflow FILE`
    ");
    assert_eq!(text(&project, RELEASE), "on: push # mine\n");
    // The table is not written either, so that no half is left.
    assert_eq!(text(&project, "pyproject.toml"), PYPROJECT);

    // Under another name there is room. From then on, it is found by its first line.
    let run = project.run(&["init", "--write", "--workflow", "wheels.yml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (code, diff, said) = checked(&project);
    assert_eq!((code, diff.as_str()), (0, ""), "{said}");
    assert!(said.contains("current .github/workflows/wheels.yml"), "{said}");
}

#[test]
fn beside_a_release_of_another_kind_the_workflow_has_the_name_of_the_project() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    project.write(RELEASE, "on: push # mine\n");
    let run = project.run(&["init", "--write"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(text(&project, RELEASE), "on: push # mine\n");
    assert!(text(&project, ".github/workflows/release-quick.yml").contains("jobs:"));
    assert_eq!(checked(&project).0, 0);
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    for name in ["../release.yml", "release", ".yml", "a b.yml"] {
        let run = project.run(&["init", "--workflow", name]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stderr.contains("expected a name such as `wheels.yml`"), "{}", run.stderr);
    }
}

#[test]
fn a_project_below_the_top_has_its_workflow_at_the_top() {
    let project = adopted("bindings/python");
    let workflow = text(&project, "../../.github/workflows/release.yml");
    assert!(workflow.contains("from the table in `bindings/python/pyproject.toml`"));
    assert!(
        workflow
            .contains("- run: wheel-pipeline --project bindings/python gate --from target/jobs\n")
    );
    assert!(workflow.contains("            bindings/python/dist/*\n"));
    assert!(project.repository().join(REQUIREMENTS).exists());
    assert_eq!(checked(&project).0, 0);
}

#[test]
fn a_folder_that_needs_quotes_is_refused() {
    let project = SampleProject::empty(PROGRAM, "my project");
    project.write("pyproject.toml", PYPROJECT);
    project.commit();
    let run = project.run(&["init"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r"
    error: the folder `my project` has ` ` in its name, which a workflow would need to quote
    hint: rename the folder, or write the workflow by hand
    ");
}

#[test]
fn a_rust_that_the_project_names_is_kept() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.90\"\n");
    assert_eq!(project.run(&["init", "--write"]).code, 0);
    assert!(!text(&project, RELEASE).contains("RUSTUP_TOOLCHAIN"));
}

#[test]
fn a_folder_of_downloads_that_git_does_not_ignore_fails_the_check() {
    let project = adopted("");
    project.change(".gitignore", "/target/", "*.so");
    let (code, diff, said) = checked(&project);
    assert_eq!((code, diff.as_str()), (1, ""), "{said}");
    assert_snapshot!(said, @r"
    warning: git does not ignore `target/jobs`, where the jobs of the workflow unpack files, so the gate would find changes
    hint: add the line `/target/` to `.gitignore` at the top of the repository
         current .github/workflows/release.yml
         current .github/wheel-pipeline.txt
    ");
    // `init` itself warns, and goes on.
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: git does not ignore `target/jobs`"), "{}", run.stderr);
}
