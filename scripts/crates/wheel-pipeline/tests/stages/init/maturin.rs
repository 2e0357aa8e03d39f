//! Workflows with maturin-action, as maintainers write them and as `maturin generate-ci github` does.

use insta::assert_snapshot;

use super::{STABLE, added, said, with_jobs};

/// The shape of `maturin generate-ci github --pytest`.
const GENERATED: &str = r"
  linux:
    runs-on: ${{ matrix.platform.runner }}
    strategy:
      matrix:
        platform:
          - runner: ubuntu-22.04
            target: x86_64
          - runner: ubuntu-22.04
            target: aarch64
          - runner: ubuntu-22.04
            target: ppc64le
    steps:
      - uses: actions/checkout@v6
      - uses: actions/setup-python@v6
        with:
          python-version: '3.12'
      - name: Build wheels
        uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.platform.target }}
          args: --release --out dist --find-interpreter
          sccache: ${{ !startsWith(github.ref, 'refs/tags/') }}
          manylinux: auto
      - uses: actions/upload-artifact@v6
        with: { name: a, path: dist }
      - name: pytest
        if: ${{ startsWith(matrix.platform.target, 'x86_64') }}
        shell: bash
        run: |
          uv venv .venv
          uv pip install quick --no-index --no-deps --find-links dist --reinstall
          pytest
      - name: pytest
        if: ${{ !startsWith(matrix.platform.target, 'x86') && matrix.platform.target != 'ppc64' }}
        uses: uraimo/run-on-arch-action@v3
        with:
          run: |
            pip install quick --no-index --find-links dist --force-reinstall
            pytest
  musllinux:
    runs-on: ubuntu-22.04
    strategy:
      matrix:
        target: [x86_64, armv7]
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.target }}
          args: --release --out dist --find-interpreter
          manylinux: musllinux_1_2
      - uses: actions/upload-artifact@v6
  windows:
    runs-on: ${{ matrix.platform.runner }}
    strategy:
      matrix:
        platform:
          - { runner: windows-latest, target: x64, python_arch: x64 }
          - { runner: windows-11-arm, target: aarch64, python_arch: arm64 }
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.platform.target }}
          args: --release --out dist --find-interpreter
      - uses: actions/upload-artifact@v6
  macos:
    runs-on: ${{ matrix.platform.runner }}
    strategy:
      matrix:
        platform:
          - { runner: macos-15-intel, target: x86_64 }
          - { runner: macos-latest, target: aarch64 }
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.platform.target }}
          args: --release --out dist --find-interpreter
      - uses: actions/upload-artifact@v6
  emscripten:
    runs-on: ubuntu-22.04
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: wasm32-unknown-emscripten
          args: --release --out dist -i 3.13
      - uses: actions/upload-artifact@v6
  sdist:
    runs-on: ubuntu-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          command: sdist
          args: --out dist
      - uses: actions/upload-artifact@v6
";

#[test]
fn the_workflow_that_maturin_generates_is_read_whole() {
    let project = with_jobs(GENERATED);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_17_aarch64",
        "manylinux_2_28_ppc64le",
        "musllinux_1_2_x86_64",
        "musllinux_1_2_armv7l",
        "macosx_10_12_x86_64",
        "macosx_11_0_arm64",
        "win_amd64",
        "win_arm64",
    ]
    pythons = ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t", "pypy3.11-v7.3"]
    "#);
    assert_snapshot!(said(&project), @"
    left out wheels for Pyodide: no target of a release (`ci.yml`)
    note a job of yours can go on building what is left out: `foreign` in the table takes its files into the release
    note `manylinux_2_28_ppc64le` in place of `manylinux_2_17_ppc64le`, which nothing builds here
    note wheels for `pypy3.11-v7.3` do not install on `pypy3.11-v8.0`: name it in `pythons` too, to serve it
    today you promise 65 environments (a platform and a Python) and test 3; the table promises 68, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
}

/// One job on Linux for one target, with other words in the place of parts.
fn job(with: &str) -> String {
    format!(
        "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: PyO3/maturin-action@v1\n        with:\n{with}\
         \x20     - uses: actions/upload-artifact@v6\n"
    )
}

#[test]
fn interpreters_are_those_that_the_arguments_name() {
    let jobs = job(
        "          args: --release -i 3.12 python3.14t 3.9 pypy3.10 graalpy3.12\n          manylinux: '2_28'\n",
    );
    let project = with_jobs(&jobs);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_28_x86_64",
    ]
    pythons = ["3.12", "3.14t"]
    "#);
    // `requires-python` does not admit 3.9, so nobody misses it.
    assert_snapshot!(said(&project), @"
    left out GraalPy 3.12: a release has wheels for CPython, and for PyPy 3.11 and later (`ci.yml`)
    left out PyPy 3.10: a release has wheels for CPython, and for PyPy 3.11 and later (`ci.yml`)
    note a job of yours can go on building what is left out: `foreign` in the table takes its files into the release
    today you promise 2 environments (a platform and a Python) and test 0; the table promises the same, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
    project.change("pyproject.toml", ">=3.11", ">=3.7");
    assert!(added(&project).contains("pythons = [\"3.9\", \"3.12\", \"3.14t\"]"));
    let path = ".github/workflows/ci.yml";
    project.change(path, "3.12 python3.14t 3.9", "3.12 python3.14t 3.7");
    assert!(
        said(&project)
            .contains("left out Python 3.7: a release has wheels for 3.8 and later (`ci.yml`)")
    );
}

#[test]
fn a_wheel_for_the_stable_abi_serves_every_later_python() {
    let project = with_jobs(&job("          args: --release -i python3.11\n"));
    assert!(added(&project).ends_with("pythons = [\"3.11\"]"), "{}", added(&project));
    project.write("Cargo.toml", STABLE);
    let all = "pythons = [\"3.11\", \"3.12\", \"3.13\", \"3.14\", \"3.15\"]";
    assert!(added(&project).ends_with(all), "{}", added(&project));
}

#[test]
fn a_matrix_adds_rows_and_names_its_default() {
    // The shape of a matrix with `include`, of which some rows add to combinations and some are their own.
    let project = with_jobs(
        r"
  build:
    strategy:
      matrix:
        os: [ubuntu, macos, windows]
        target: [x86_64, aarch64]
        manylinux: [auto]
        include:
          - { os: ubuntu, platform: linux }
          - { os: ubuntu, target: x86_64, manylinux: musllinux_1_1 }
          - { os: windows, target: i686, interpreter: '3.12' }
        exclude:
          - { os: windows, target: aarch64 }
    runs-on: ${{ matrix.os }}-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.target }}
          manylinux: ${{ matrix.manylinux || 'auto' }}
          args: --release --out dist --interpreter ${{ matrix.interpreter || '3.12 3.13' }}
      - uses: actions/upload-artifact@v6
",
    );
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_17_aarch64",
        "musllinux_1_1_x86_64",
        "macosx_10_12_x86_64",
        "macosx_11_0_arm64",
        "win_amd64",
        "win32",
    ]
    pythons = ["3.12", "3.13"]
    "#);
    assert_snapshot!(said(&project), @"
    today you promise 13 environments (a platform and a Python) and test 0; the table promises 14, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
}

#[test]
fn a_universal_wheel_stays_one_file_unless_a_processor_has_its_own() {
    let jobs = "
  macos:
    runs-on: macos-latest
    env: { MACOSX_DEPLOYMENT_TARGET: '10.15' }
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: universal2-apple-darwin, args: --release -f }
      - uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    let wanted = "targets = [\n    \"macosx_10_15_universal2\",\n]";
    assert!(added(&project).contains(wanted), "{}", added(&project));
    assert!(!said(&project).contains("universal2"), "{}", said(&project));
    let thin = "      - uses: PyO3/maturin-action@v1
        with: { target: aarch64-apple-darwin, args: --release -f }
";
    let project =
        with_jobs(&jobs.replace(
            "      - uses: actions/upload",
            &format!("{thin}      - uses: actions/upload"),
        ));
    let wanted = "targets = [\n    \"macosx_10_15_x86_64\",\n    \"macosx_11_0_arm64\",\n]";
    assert!(added(&project).contains(wanted), "{}", added(&project));
    let why = "note `universal2` beside wheels for one processor: the table has a wheel for each processor";
    assert!(said(&project).contains(why), "{}", said(&project));
}

#[test]
fn a_pypy_is_promised_where_it_is_released() {
    let jobs = "
  linux:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        target: [x86_64, i686]
        manylinux: ['2014', musllinux_1_2]
    steps:
      - uses: PyO3/maturin-action@v1
        with:
          target: ${{ matrix.target }}
          manylinux: ${{ matrix.manylinux }}
          args: --release -i 3.12 pypy3.11 pypy3.11-v8.0 pypy3.10
      - uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
        "manylinux_2_17_i686",
        "musllinux_1_2_x86_64",
        "musllinux_1_2_i686",
    ]
    pythons = ["3.12", "pypy3.11-v7.3", "pypy3.11-v8.0"]
    "#);
    assert_snapshot!(said(&project), @"
    left out PyPy 3.10: a release has wheels for CPython, and for PyPy 3.11 and later (`ci.yml`)
    left out wheels for PyPy on `manylinux_2_17_i686`, `musllinux_1_2_x86_64`, `musllinux_1_2_i686`: a release promises PyPy on other platforms only
    note a job of yours can go on building what is left out: `foreign` in the table takes its files into the release
    today you promise 6 environments (a platform and a Python) and test 0; the table promises the same, and a release tests each
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
    // Beside a stable ABI too. A PyPy that is served by no wheel is named.
    project.write("Cargo.toml", STABLE);
    project.change(".github/workflows/ci.yml", " pypy3.11-v8.0 pypy3.10", "");
    let wanted = "pythons = [\"3.11\", \"3.12\", \"3.13\", \"3.14\", \"3.15\", \"pypy3.11-v7.3\"]";
    assert!(added(&project).contains(wanted), "{}", added(&project));
    let note = "note wheels for `pypy3.11-v7.3` do not install on `pypy3.11-v8.0`: name it in `pythons` too, to serve it\n";
    assert!(said(&project).contains(note), "{}", said(&project));
}

#[test]
fn a_line_of_a_shell_builds_too() {
    let jobs = "
  build:
    runs-on: windows-latest
    steps:
      - run: |
          pip install maturin
          maturin.exe build --release \\
            --interpreter python3.13
      - uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "win_amd64",
    ]
    pythons = ["3.13"]
    "#);
}

#[test]
fn an_action_of_the_repository_is_read_with_its_inputs() {
    let jobs = "
  build:
    runs-on: ubuntu-24.04-arm
    steps:
      - uses: ./.github/actions/wheel
        with: { interpreter: '3.13', native: '${{ runner.os == ''Linux'' }}' }
      - uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    project.write(
        ".github/actions/wheel/action.yml",
        "inputs:\n  interpreter: { required: true }\n  libc: { default: '2_28' }\n  native: { default: false }\nruns:\n  using: composite\n  steps:\n    \
         - if: inputs.native == 'true'\n      uses: PyO3/maturin-action@v1\n      with:\n        manylinux: ${{ inputs.libc }}\n        args: -i ${{ inputs.interpreter }}\n",
    );
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_28_aarch64",
    ]
    pythons = ["3.13"]
    "#);
}

#[test]
fn what_only_a_run_knows_is_named() {
    let jobs = "
  plan:
    runs-on: ubuntu-latest
    steps: [{ run: echo }]
  build:
    runs-on: ubuntu-latest
    strategy: { matrix: '${{ fromJSON(needs.plan.outputs.matrix) }}' }
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: '${{ matrix.target }}' }
  other:
    runs-on: ubuntu-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: '${{ vars.TARGET }}' }
      - uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    assert_snapshot!(said(&project), @"
    left out a target that only a run of the workflow knows (`ci.yml`)
    left out job `build`, whose matrix only a run of the workflow knows (`ci.yml`)
    note a job of yours can go on building what is left out: `foreign` in the table takes its files into the release
    note no workflow shows which wheels it builds of this project, so the table has the platforms of most users
    note the workflow installs this version of the program, and works once it is published and its hashes stand in `.github/wheel-pipeline.txt`
    dry run nothing is written; `init --write` writes these changes
    ");
}

#[test]
fn wheels_that_are_not_handed_on_and_jobs_for_pull_requests_do_not_count() {
    let jobs = "
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: x86_64, args: -i 3.15 }
  pull:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: s390x, args: -i 3.15 }
      - uses: actions/upload-artifact@v6
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: [{ version: '3.14', publish: true }, { version: '3.15', publish: false }]
    steps:
      - uses: PyO3/maturin-action@v1
        with: { target: x86_64, args: '-i ${{ matrix.python.version }}' }
      - if: matrix.python.publish == true
        uses: actions/upload-artifact@v6
";
    let project = with_jobs(jobs);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "manylinux_2_17_x86_64",
    ]
    pythons = ["3.14"]
    "#);
}

#[test]
fn wheels_of_other_projects_in_the_repository_do_not_count() {
    let project =
        with_jobs(&job("          args: -i 3.12\n          working-directory: bindings/other\n"));
    assert!(said(&project).contains("no workflow shows which wheels it builds of this project"));
    let project = with_jobs(&job("          args: -i 3.12 -m crates/python/Cargo.toml\n"));
    assert!(said(&project).contains("no workflow shows which wheels it builds of this project"));
    // The crate may lie in another folder than the project.
    project.write("crates/python/Cargo.toml", STABLE);
    let text = super::text(&project, "pyproject.toml")
        + "\n[tool.maturin]\nmanifest-path = \"crates/python/Cargo.toml\"\n";
    project.write("pyproject.toml", &text);
    assert!(said(&project).contains("you promise 5 environments"), "{}", said(&project));
}

#[test]
fn the_tag_that_starts_the_workflow_is_spelled_in_the_table() {
    let project = with_jobs(&job("          args: -i 3.12\n"));
    project.change(".github/workflows/ci.yml", "on: push", "on: { push: { tags: ['py-v*'] } }");
    assert!(added(&project).ends_with("tag = \"py-v{version}\""), "{}", added(&project));
}

#[test]
fn a_job_that_publishes_hands_its_wheels_on() {
    let jobs = "
  publish:
    runs-on: windows-latest
    steps:
      - uses: messense/maturin-action@v1
        with: { command: publish, target: x86, args: --skip-existing -i 3.13 }
  other:
    runs-on: macos-latest
    steps:
      - run: uvx maturin@1.16.0 build --release -i 3.13
      - run: uv publish target/wheels/*
";
    let project = with_jobs(jobs);
    assert_snapshot!(added(&project), @r#"
    targets = [
        "macosx_11_0_arm64",
        "win32",
    ]
    pythons = ["3.13"]
    "#);
}
