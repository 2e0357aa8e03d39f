//! The files that `init` reads and writes, and those that it keeps.

use insta::assert_snapshot;
use wheel_fixtures::project::SampleProject;

use super::{PYPROJECT, added, text, with_jobs};
use crate::PROGRAM;

const JOB: &str = "
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: x86_64, manylinux: auto, args: -i 3.13 3.14 }
      - uses: actions/upload-artifact@v6
";

#[test]
fn the_change_is_shown_and_nothing_is_written() {
    let project = with_jobs(JOB);
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (table, files) = run.stdout.split_once("--- /dev/null\n").expect("new files");
    assert!(files.starts_with("+++ b/.github/workflows/release.yml\n"), "{files}");
    assert!(files.contains("--- /dev/null\n+++ b/.github/wheel-pipeline.txt\n"), "{files}");
    assert_snapshot!(table, @r#"
    --- a/pyproject.toml
    +++ b/pyproject.toml
    @@ -7,3 +7,9 @@
     name    = "quick"   # aligned
     requires-python = ">=3.11"
     dynamic = ["version"]
    +
    +[tool.wheel-pipeline]
    +targets = [
    +    "manylinux_2_17_x86_64",
    +]
    +pythons = ["3.13", "3.14"]
    "#);
    assert_snapshot!(run.stderr, @"
      today you promise 2 environments (a platform and a Python) and test 0; the table promises the same, and a release tests each
       note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
    assert_eq!(text(&project, "pyproject.toml"), PYPROJECT);
    assert!(!project.root().join(".github/workflows/release.yml").exists());
}

#[test]
fn written_it_keeps_every_byte_of_the_file_and_does_nothing_the_second_time() {
    let project = with_jobs(JOB);
    let run = project.run(&["init", "--write"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let written = text(&project, "pyproject.toml");
    assert!(written.starts_with(PYPROJECT), "{written}");
    let again = project.run(&["init", "--write"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.stderr);
    assert!(again.stderr.contains("there is nothing to write"), "{}", again.stderr);
    assert_eq!(text(&project, "pyproject.toml"), written);
}

#[test]
fn a_table_that_differs_is_shown_and_kept() {
    let project = with_jobs(JOB);
    let own = format!(
        "{PYPROJECT}\n[tool.wheel-pipeline] # mine\ntargets = [\"win_amd64\"]\npythons = [\"3.13\", \"3.14\"]\nsmoke = \"a.py\"\n"
    );
    project.write("pyproject.toml", &own);
    let run = project.run(&["init", "--write"]);
    assert_eq!(run.code, 1);
    let (table, _) = run.stdout.split_once("--- /dev/null\n").expect("new files");
    assert_snapshot!(table, @r#"
    --- a/pyproject.toml
    +++ b/pyproject.toml
    @@ -9,6 +9,8 @@
     dynamic = ["version"]
     
     [tool.wheel-pipeline] # mine
    -targets = ["win_amd64"]
    +targets = [
    +    "manylinux_2_17_x86_64",
    +]
     pythons = ["3.13", "3.14"]
     smoke = "a.py"
    "#);
    let error = run.stderr.split_once("error: ").expect("an error").1;
    assert_snapshot!(error, @r"
    `pyproject.toml` would be changed, and what is there is never overwritten: nothing is written
    hint: take over by hand what the diff shows
    ");
    assert_eq!(text(&project, "pyproject.toml"), own);
    assert!(!project.root().join(".github/workflows/release.yml").exists());
}

#[test]
fn without_workflows_the_table_has_the_usual_platforms() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", PYPROJECT);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_17_aarch64",
        "musllinux_1_2_x86_64",
        "musllinux_1_2_aarch64",
        "macosx_11_0_arm64",
        "macosx_10_12_x86_64",
        "win_amd64",
        "win_arm64",
    ]
    pythons = ["3.11", "3.12", "3.13", "3.14", "3.15"]
    "#);
}

#[test]
fn a_project_below_the_top_of_its_repository_reads_the_workflows_of_the_top() {
    let project = SampleProject::empty(PROGRAM, "bindings/python");
    project.write("pyproject.toml", PYPROJECT);
    let jobs = JOB.replace("args: -i", "args: -m bindings/python/Cargo.toml -i");
    project.write("../../.github/workflows/a.yml", &format!("on: push\njobs:{jobs}"));
    project.commit();
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("--- a/bindings/python/pyproject.toml\n"), "{}", run.stdout);
    assert!(run.stderr.contains("you promise 2 environments"), "{}", run.stderr);
}

#[test]
fn a_project_that_maturin_does_not_build_is_refused() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write(
        "pyproject.toml",
        &PYPROJECT.replace("build-backend = \"maturin\"", "build-backend = \"hatchling.build\""),
    );
    let run = project.run(&["init", "--write"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_snapshot!(run.stderr, @r"
    error: `[ROOT]/pyproject.toml`: its `build-backend` is `hatchling.build`, and a release is built by maturin
    hint: name the folder of a maturin project with `--project DIR`
    ");
    project.write("pyproject.toml", &PYPROJECT.replace(">=3.11", "<3.8"));
    let run = project.run(&["init"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: `[ROOT]/pyproject.toml`: no Python that a release can promise is built for today and admitted by `requires-python`
    hint: write the table by hand
    ");
}

#[test]
fn what_needs_no_abi_serves_every_python() {
    let job = JOB.replace(", args: -i 3.13 3.14", "");
    for bindings in ["bin", "cffi", "uniffi"] {
        let project = with_jobs(&job);
        project.write("Cargo.toml", "[package]\nname = \"quick\"\n");
        let maturin = format!("\n[tool.maturin]\nbindings = \"{bindings}\"\n");
        project.write("pyproject.toml", &format!("{PYPROJECT}{maturin}"));
        let table = added(&project);
        let pythons = "\npythons = [\"3.11\", \"3.12\", \"3.13\", \"3.14\", \"3.15\"]";
        assert!(table.ends_with(pythons), "{table}");
    }
}

#[test]
fn a_workflow_that_is_no_yaml_is_named() {
    let project = with_jobs(JOB);
    project.write(".github/workflows/broken.yml", "on: [");
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("left out a workflow that is no YAML: "), "{}", run.stderr);
    assert!(run.stderr.contains("(`broken.yml`)"), "{}", run.stderr);
}

#[test]
fn a_file_that_can_get_no_table_is_refused() {
    let project = SampleProject::empty(PROGRAM, "");
    project.write("pyproject.toml", &format!("tool = {{ ruff = {{}} }}\n{PYPROJECT}"));
    let run = project.run(&["init", "--write"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_snapshot!(run.stderr, @r"
    error: `[ROOT]/pyproject.toml` cannot get a table `[tool.wheel-pipeline]`: cannot extend value of type inline table with a dotted key
    hint: write the tables of tools as `[tool.NAME]`, each on lines of its own
    ");
}
