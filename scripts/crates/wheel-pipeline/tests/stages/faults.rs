//! Bad input and missing tools: one clear message, the right exit code, and no file lost.

use std::fs;
use std::net::TcpListener;

use insta::assert_snapshot;

use crate::PROGRAM;
use wheel_fixtures::limited;
use wheel_fixtures::project::SampleProject;

#[test]
fn a_broken_pyproject_names_the_line() {
    let project = SampleProject::new(PROGRAM);
    project.change("pyproject.toml", "targets = [", "targets = ");
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @r#"
    error: `[ROOT]/pyproject.toml`: TOML parse error at line 12, column 34
       |
    12 | targets = "manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"]
       |                                  ^
    unexpected key or value, expected newline, `#`
    "#);
}

#[test]
fn a_target_that_is_not_in_the_table_is_refused_with_the_known_ones() {
    let run = SampleProject::new(PROGRAM).run(&["build", "--target", "musllinux_1_2_x86_64"]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    error: target `musllinux_1_2_x86_64` is not promised
    hint: these are promised: `manylinux_2_17_x86_64`, `macosx_11_0_arm64`, `win_amd64`
    ");
}

/// A `PATH` with scripts in place of Rust's programs. They have no standard library for Windows.
#[cfg(unix)]
fn without_windows(project: &SampleProject) -> std::ffi::OsString {
    without(project, "*target-libdir*windows*")
}

/// A `PATH` with scripts in place of Rust's programs. rustc answers `question` with a missing folder, and rustup
/// has no network.
#[cfg(unix)]
fn without(project: &SampleProject, question: &str) -> std::ffi::OsString {
    let rustc = format!(
        "case \"$*\" in {question}) echo /nowhere ;; *) exec env PATH=\"${{PATH#*:}}\" rustc \"$@\" ;; esac"
    );
    let programs = [("rustc", rustc.as_str()), ("rustup", "echo 'error: no network' >&2; exit 1")];
    project.programs(&programs)
}

#[cfg(unix)]
#[test]
fn a_target_that_this_machine_cannot_build_is_named() {
    let project = SampleProject::with_tools(PROGRAM);
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        project.finish(limited::output(command.env("PATH", without_windows(&project))))
    };
    let one = run(&["build", "--target", "win_amd64"]);
    assert_eq!(one.code, 3, "{}", one.stderr);
    assert!(one.stderr.contains("error: not built here: win_amd64: "), "{}", one.stderr);
    if cfg!(target_os = "linux") {
        assert!(one.stderr.contains("failed: error: no network"), "{}", one.stderr);
    }
    assert!(project.dist().is_empty());

    project.change("pyproject.toml", "\"macosx_11_0_arm64\", ", "");
    let all = run(&["build", "--all"]);
    assert_eq!(all.code, 3, "{}", all.stderr);
    assert!(all.stderr.contains("not here win_amd64: "), "{}", all.stderr);
    assert_eq!(project.dist().len(), 2, "the sdist and the other target are there");
}

#[test]
#[cfg(target_os = "linux")]
fn a_target_without_a_standard_library_and_without_its_source_is_named_with_both_reasons() {
    let project = SampleProject::with_tools(PROGRAM);
    let path = without(&project, "*target-libdir*|*sysroot*");
    let arguments = ["build", "--target", "manylinux_2_17_x86_64"];
    let output = limited::output(project.command(&arguments).env("PATH", path));
    let run = project.finish(output);
    assert_eq!(run.code, 3, "{}", run.stderr);
    for reason in [
        "`rustup target add x86_64-unknown-linux-gnu` failed: error: no network; ",
        "the source of Rust's standard library is not in `/nowhere/lib/rustlib/src/rust`",
    ] {
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
}

#[test]
fn unknown_foreign_pythons_are_refused_with_the_known_ones() {
    let run = SampleProject::new(PROGRAM).run(&["pythons", "mips"]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    error: there are no foreign Pythons named `mips`
    hint: there are `amd64`, `arm64`, `armhf`, `i386`, `ppc64el`, `s390x`, `riscv64`, `musl`, `win64`
    ");
}

#[test]
fn a_canary_without_an_emulated_python_exits_with_3() {
    let project = SampleProject::new(PROGRAM);
    let canary = project.run(&["smoke", "--canary"]);
    assert_eq!(canary.code, 3);
    assert_snapshot!(canary.stderr, @"
    error: no Python with an emulated processor can install a wheel of the plan
    hint: run `wheel-pipeline pythons amd64` first
    ");
}

#[test]
fn a_second_build_without_wheels_exits_with_3() {
    let project = SampleProject::new(PROGRAM);
    project.write("second/readme.txt", "no wheel");
    let folder = project.root().join("second").display().to_string();
    let run = project.run(&["verify", "--second-build", &folder]);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: there is no wheel in `[ROOT]/second` to compare
    hint: name the output folder of the second builder
    ");
}

#[test]
fn all_disagreements_are_listed() {
    let project = SampleProject::new(PROGRAM);
    project.change("pyproject.toml", "dynamic = [\"version\"]", "version = \"1.0\"");
    project.change("pyproject.toml", "pythons = [", "pythons = [\"3.9\", ");
    project.commit();
    project.git(&["tag", "v2.0"]);
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r#"
    error: the project's files disagree:
      the commit is tagged `v2.0`, `pyproject.toml` says version 1.0: change the version and tag that commit (`v{version}` or `{version}` is the spelling of a version tag; `tag` in `[tool.wheel-pipeline]` changes it)
      Python 3.9 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
      Python 3.9 is promised, but `requires-python` refuses it: change one of them
    "#);
}

#[test]
fn an_unknown_file_in_dist_stops_the_build_and_stays() {
    let project = SampleProject::new(PROGRAM);
    project.write("dist/mine.whl", "precious");
    let run = project.run(&["build"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: `dist/` contains files that are neither in the plan nor from an earlier build: `mine.whl`
    hint: move them to another folder; nothing was changed
    ");
    let kept = fs::read_to_string(project.root().join("dist/mine.whl")).expect("it is still there");
    assert_eq!(kept, "precious");
}

#[test]
fn an_audit_of_an_empty_dist_exits_with_3() {
    let run = SampleProject::new(PROGRAM).run(&["audit"]);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: there is nothing to audit in `[ROOT]/dist`
    hint: run `wheel-pipeline build` first
    ");
}

#[test]
fn a_release_with_missing_wheels_has_findings() {
    let project = SampleProject::new(PROGRAM);
    project.write("dist/half_of-2.0.0rc1.tar.gz", "not an archive");
    let run = project.run(&["audit"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains(
        "error[dist-matches-plan]: the file is promised, but is not there\n  --> in 3 files\n"
    ));
    assert!(
        run.stdout
            .contains("error[dist-as-built]: the file is not among those that `build` recorded")
    );
    assert!(run.stdout.contains("error[sdist-structure]: it is not a gzipped tar: "));
}

#[test]
fn without_a_python_the_message_says_how_to_install_one() {
    let project = SampleProject::new(PROGRAM);
    let nowhere = project.root().join("nowhere");
    let output = limited::output(
        project
            .command(&["build"])
            .env("PATH", &nowhere)
            .env("HOME", &nowhere)
            .env("APPDATA", &nowhere)
            .env_remove("PYENV_ROOT")
            .env_remove("UV_PYTHON_INSTALL_DIR")
            .env_remove("XDG_DATA_HOME"),
    );
    let run = project.finish(output);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: no CPython 3.8 or later on this machine
    hint: install one with `apt install python3 python3-venv`, `pyenv install` or `uv python install`
    ");
}

#[test]
fn without_a_network_the_tools_cannot_be_installed() {
    let project = SampleProject::new(PROGRAM);
    // The port was just free, so no server answers there.
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let output = limited::output(
        project
            .command(&["build"])
            .env("PIP_CONFIG_FILE", if cfg!(windows) { "nul" } else { "/dev/null" })
            .env("PIP_INDEX_URL", format!("http://127.0.0.1:{port}/simple/"))
            .env("PIP_RETRIES", "0")
            .env_remove("PIP_FIND_LINKS"),
    );
    let run = project.finish(output);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("error: cannot install the pinned packages\n"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: the first run downloads them"), "{}", run.stderr);
    assert_eq!(project.dist(), [""; 0]);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let project = SampleProject::new(PROGRAM);
    for stage in ["serve", "rehearse"] {
        let run = project.run(&[stage, "--port", &port]);
        assert_eq!(run.code, 3, "{stage}");
        let expected = format!("error: cannot listen on 127.0.0.1:{port}: ");
        assert!(run.stderr.contains(&expected), "{}", run.stderr);
        assert!(run.stderr.contains("\nhint: name another port with `--port`"), "{}", run.stderr);
    }
}

#[test]
fn two_runs_on_one_project_do_not_mix() {
    let project = SampleProject::new(PROGRAM);
    fs::create_dir_all(project.work()).expect("a folder");
    let lock = fs::File::create(project.work().join("lock")).expect("a file");
    lock.lock().expect("nobody else holds it");
    let run = project.run(&["audit"]);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: another run of the pipeline has locked `[ROOT]`
    hint: wait until it ends
    ");
}

#[test]
fn evidence_that_cannot_be_parsed_is_refused() {
    let project = SampleProject::new(PROGRAM);
    project.write("target/pipeline/build.json", "{\"files\": [");
    let run = project.run(&["build"]);
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stderr, @"
    error: `[ROOT]/target/pipeline/build.json` is not evidence of this pipeline
      cause: EOF while parsing a list at line 1 column 11
    hint: delete it and run the stage again
    ");
}
