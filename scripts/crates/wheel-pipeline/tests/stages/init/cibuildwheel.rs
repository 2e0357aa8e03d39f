//! cibuildwheel, by its table and by its variables in a workflow.

use insta::assert_snapshot;

use super::{PYPROJECT, STABLE, added, said, with_jobs};

const JOB: &str = "
  wheels:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, ubuntu-24.04-arm, macos-15-intel, macos-latest, windows-latest]
    steps:
      - uses: actions/checkout@v6
      - uses: pypa/cibuildwheel@v3.2.1
      - uses: actions/upload-artifact@v6
        with: { name: 'wheels-${{ matrix.os }}', path: ./wheelhouse/*.whl }
";

const TABLE: &str = r#"
[tool.cibuildwheel]
build = ["cp31*-*", "pp311-*"]
skip = "cp314t-* cp31[56]*-* *_i686"
enable = ["pypy"]
test-command = "pytest {project}/tests"
test-requires = ["pytest", "hypothesis"]
test-skip = "*-macosx_x86_64"

[tool.cibuildwheel.linux]
manylinux-x86_64-image = "manylinux2014"

[tool.cibuildwheel.windows]
archs = ["AMD64", "ARM64"]

[[tool.cibuildwheel.overrides]]
select = "*-musllinux*"
test-command = ""
"#;

#[test]
fn selectors_architectures_images_overrides_and_the_test_are_read() {
    let project = with_jobs(JOB);
    project.write("pyproject.toml", &format!("{PYPROJECT}{TABLE}"));
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_28_aarch64",
        "musllinux_1_2_x86_64",
        "musllinux_1_2_aarch64",
        "macosx_10_12_x86_64",
        "macosx_11_0_arm64",
        "win_amd64",
        "win_arm64",
    ]
    pythons = ["3.11", "3.12", "3.13", "3.14", "pypy3.11-v7.3"]
    test-command = "pytest {project}/tests"
    test-requires = ["pytest", "hypothesis"]
    "#);
    assert_snapshot!(said(&project), @"
    note `test-command` of some platforms in `[tool.cibuildwheel]` is not taken over
    note wheels for `pypy3.11-v7.3` do not install on `pypy3.11-v8.0`: name it in `pythons` too, to serve it
    today you promise 37 environments (a platform and a Python) and test 24; the table promises the same, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
}

#[test]
fn variables_of_the_workflow_come_before_the_table() {
    let project = with_jobs(
        "
  wheels:
    runs-on: ubuntu-latest
    env:
      CIBW_BUILD: 'cp312-* cp314t-*'
      CIBW_ARCHS_LINUX: x86_64 aarch64
      CIBW_SKIP: '*-musllinux_*'
      CIBW_MANYLINUX_AARCH64_IMAGE: manylinux_2_34
      CIBW_TEST_REQUIRES: pytest numpy
      CIBW_TEST_COMMAND: pytest {package}/tests
    steps:
      - run: python -m pip install cibuildwheel==3.2.1
      - run: python -m cibuildwheel --output-dir wheelhouse
      - uses: actions/upload-artifact@v6
",
    );
    project.write("pyproject.toml", &format!("{PYPROJECT}{TABLE}"));
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_34_aarch64",
    ]
    pythons = ["3.12", "3.14t"]
    test-command = "pytest {package}/tests"
    test-requires = ["pytest", "numpy"]
    "#);
    assert_snapshot!(said(&project), @"
    note `test-command` of some platforms in `[tool.cibuildwheel]` is not taken over
    today you promise 4 environments (a platform and a Python) and test 4; the table promises the same, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
}

#[test]
fn one_identifier_a_job_is_read() {
    let project = with_jobs(
        "
  wheels:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        include:
          - { os: ubuntu-latest, only: cp312-manylinux_x86_64 }
          - { os: windows-latest, only: cp313-win32 }
          - { os: macos-latest, only: cp313-macosx_arm64 }
    steps:
      - uses: pypa/cibuildwheel@v3.2.1
        with: { only: '${{ matrix.only }}' }
      - uses: actions/upload-artifact@v6
",
    );
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_28_x86_64",
        "macosx_11_0_arm64",
        "win32",
    ]
    pythons = ["3.12", "3.13"]
    "#);
}

#[test]
fn the_table_alone_is_built_on_a_machine_of_each_system() {
    let project = with_jobs("  lint: { runs-on: ubuntu-latest, steps: [{ run: ruff check }] }\n");
    project.write(
        "pyproject.toml",
        &format!(
            "{PYPROJECT}\n[tool.cibuildwheel]\nbuild = \"cp312-*\"\ntest-groups = [\"test\"]\n"
        ),
    );
    project.write("Cargo.toml", STABLE);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_28_x86_64",
        "musllinux_1_2_x86_64",
        "macosx_11_0_arm64",
        "win_amd64",
        "win32",
    ]
    pythons = ["3.11", "3.12", "3.13", "3.14", "3.15"]
    test-groups = ["test"]
    "#);
}
