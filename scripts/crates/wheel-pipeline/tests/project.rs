//! The messages for a project that cannot be used: the file, the line, and the remedy.

use std::fs;
use std::path::Path;

use serde_json::Value;
use wheel_fixtures::stub;
use wheel_pipeline::failure::{Code, Failure, failure};
use wheel_pipeline::project::crate_facts::CrateFacts;
use wheel_pipeline::project::{Project, schema};

const PYPROJECT: &str = "\
[project]
name = \"sum-up-to\"
dynamic = [\"version\"]
requires-python = \">=3.10\"

[tool.wheel-pipeline]
targets = [\"manylinux_2_17_x86_64\", \"win_amd64\"]
pythons = [\"3.10\", \"3.13\"]
smoke = \"tests/smoke.py\"
";

const CARGO: &str = "\
[package]
name = \"sum-up-to\"
version = \"1.0.0-rc.1\"
edition = \"2024\"

[dependencies]
pyo3 = { path = \"pyo3\", features = [\"abi3-py310\"] }
";

fn read(pyproject: Option<&str>, cargo: Option<&str>) -> Result<Project, String> {
    read_with(None, pyproject, cargo)
}

/// `handed` is cargo's answer, so that it is not asked.
fn read_with(
    handed: Option<&CrateFacts>,
    pyproject: Option<&str>,
    cargo: Option<&str>,
) -> Result<Project, String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("pyproject.toml", pyproject), ("Cargo.toml", cargo)] {
        if let Some(text) = text {
            fs::write(folder.path().join(name), text).expect("written");
        }
    }
    stub::write(&folder.path().join("pyo3"), "pyo3");
    fs::create_dir(folder.path().join("src")).expect("a folder");
    fs::write(folder.path().join("src/lib.rs"), "").expect("written");
    Project::read(folder.path(), handed).map_err(|error| {
        printed(failure(&error).unwrap_or_else(|| panic!("{error:?}")), folder.path())
    })
}

/// The message with its hints. The folder and the operating system's message are replaced, so that the text is the
/// same on every machine.
fn printed(failure: &Failure, folder: &Path) -> String {
    assert_eq!(failure.code, Code::Usage, "{failure:?}");
    let hints = failure.hints.iter().map(|hint| format!("\nhint: {hint}"));
    (failure.message.clone() + &hints.collect::<String>())
        .replace(&folder.display().to_string(), "[project]")
        .replace('\\', "/")
        .replace("The system cannot find the file specified.", "No such file or directory")
}

/// The message for a project with `from` replaced in its `pyproject.toml`.
fn refused(from: &str, to: &str) -> String {
    assert_eq!(PYPROJECT.matches(from).count(), 1, "{from}");
    read(Some(&PYPROJECT.replace(from, to)), Some(CARGO)).expect_err("it is wrong")
}

/// The message for a project with `from` replaced in its `Cargo.toml`.
fn crate_refused(from: &str, to: &str) -> String {
    assert_eq!(CARGO.matches(from).count(), 1, "{from}");
    read(Some(PYPROJECT), Some(&CARGO.replace(from, to))).expect_err("it is wrong")
}

#[test]
fn a_good_project_is_read() {
    let project = read(Some(PYPROJECT), Some(CARGO)).expect("it is good");
    assert_eq!(project.name, "sum-up-to");
    assert_eq!(project.version.to_string(), "1.0.0rc1");
    assert_eq!(project.table.targets.len(), 2);
}

#[test]
fn a_folder_without_a_project_is_refused() {
    insta::assert_snapshot!(read(None, Some(CARGO)).expect_err("no pyproject.toml"), @"
    cannot read `[project]/pyproject.toml`: No such file or directory (os error 2)
    hint: run in the project's folder, or name it with `--project DIR`
    ");
    insta::assert_snapshot!(read(Some(PYPROJECT), None).expect_err("no Cargo.toml"), @"
    cannot read `[project]/Cargo.toml`: No such file or directory (os error 2)
    hint: run in the project's folder, or name it with `--project DIR`
    ");
}

#[test]
fn broken_toml_is_shown_with_its_line() {
    insta::assert_snapshot!(refused("smoke = \"tests/smoke.py\"", "smoke = tests/smoke.py"), @"
    `[project]/pyproject.toml`: TOML parse error at line 9, column 9
      |
    9 | smoke = tests/smoke.py
      |         ^^^^^^^^^^^^^^
    invalid boolean, expected `true`
    ");
    insta::assert_snapshot!(crate_refused("[dependencies]", "[dependencies"), @"
    `[project]/Cargo.toml`: TOML parse error at line 6, column 14
      |
    6 | [dependencies
      |              ^
    unclosed table, expected `]`
    ");
}

#[test]
fn a_project_without_a_name_is_refused() {
    insta::assert_snapshot!(refused("name = \"sum-up-to\"\n", ""), @"
    `[project]/pyproject.toml`: TOML parse error at line 1, column 1
      |
    1 | [project]
      | ^^^^^^^^^
    missing field `name`
    ");
}

#[test]
fn a_project_without_the_table_is_refused() {
    let end = PYPROJECT.find("[tool.").expect("the table");
    insta::assert_snapshot!(read(Some(&PYPROJECT[..end]), Some(CARGO)).expect_err("no table"), @"
    `[project]/pyproject.toml` has no table `[tool.wheel-pipeline]`
    hint: add it; each of its keys has a default
    ");
}

#[test]
fn all_faults_of_the_table_are_told_at_once() {
    let wrong = PYPROJECT
        .replace("\"win_amd64\"", "\"windows\", \"linux\"")
        .replace("\"3.13\"", "3.13, \"3.x\"")
        .replace("smoke = ", "smokes = ")
        + "tag = \"v1\"\nsigned-tags = 1\npass-env = [\"*\", \"A\", \"\"]\n\
           waivers = [{ platform = \"win32\" }, { reason = 1 }]\n";
    insta::assert_snapshot!(read(Some(&wrong), Some(CARGO)).expect_err("all is wrong"), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has 11 faults
      line 7, column 37: unknown target `windows`
      line 7, column 48: unknown target `linux`
      line 8, column 20: invalid type: floating point `3.13`, expected a string
      line 8, column 26: `3.x` is not a Python version
      line 9, column 1: unknown key `smokes`
      line 10, column 7: `tag`: `v1` has no `{version}`
      line 11, column 15: invalid type: integer `1`, expected a boolean
      line 12, column 13: `pass-env`: `*` is not the name of a variable, or the beginning of one with `*` behind it
      line 12, column 23: `pass-env`: `` is not the name of a variable, or the beginning of one with `*` behind it
      line 13, column 12: missing field `python`
      line 13, column 47: invalid type: integer `1`, expected a string
    hint: a target is a platform tag: `manylinux_2_17_x86_64`, `musllinux_1_2_aarch64`, `macosx_11_0_arm64`, `win_amd64`, …
    hint: write major and minor number, such as `3.13`, `3.14t` for the free-threaded build, or `pypy3.11-v7.3` for PyPy 7.3
    hint: for the key `smokes`: expected one of `targets`, `pythons`, `smoke`, `test-command`, `test-requires`, `test-extras`, `test-groups`, `downstream`, `waivers`, `accept`, `foreign`, `tag`, `signed-tags`, `missing-licenses`, `cross-built`, `rebuild`, `second-build`, `pass-env`
    hint: write the tags of this project as `v{version}` or `name-v{version}`
    ");
}

#[test]
fn a_value_that_can_be_read_may_be_wrong() {
    let wrong = PYPROJECT
        .replace("[\"manylinux_2_17_x86_64\", \"win_amd64\"]", "[]")
        .replace("[\"3.10\", \"3.13\"]", "[]");
    insta::assert_snapshot!(read(Some(&wrong), Some(CARGO)).expect_err("both are empty"), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has 2 faults
      line 7, column 11: `targets` is empty, so nothing would be promised
      line 8, column 11: `pythons` is empty, so nothing would be promised
    ");
}

#[test]
fn each_key_of_the_table_has_a_default() {
    let end = PYPROJECT.find("targets = ").expect("the first key");
    let text = PYPROJECT[..end].replace(">=3.10", ">=3.13");
    let project = read(Some(&text), Some(CARGO)).expect("it is good");
    let pythons: Vec<String> = project.table.pythons.iter().map(ToString::to_string).collect();
    assert_eq!(pythons, ["3.13", "3.14", "3.15"], "`requires-python` refuses the others");
    assert!(project.table.targets.len() > 5);
}

/// The message for a project with some waivers.
fn waivers_refused(rows: &[&str]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("    {{{row}}},\n")).collect();
    refused(
        "smoke = \"tests/smoke.py\"",
        &format!("smoke = \"s.py\"\nwaivers = [\n{}]", rows.concat()),
    )
}

#[test]
fn a_waiver_needs_a_promised_environment_a_reason_and_a_last_day() {
    let good = "platform = \"win_amd64\", python = \"3.13\", reason = \"x\", expires = 2027-01-31";
    let text = PYPROJECT.to_owned() + &format!("waivers = [{{{good}}}]\n");
    let project = read(Some(&text), Some(CARGO)).expect("it is good");
    assert_eq!(project.table.waivers[0].expires.to_string(), "2027-01-31");

    let not_promised = good.replace("3.13", "3.12");
    let no_reason = good.replace("\"x\"", "\" \"");
    insta::assert_snapshot!(waivers_refused(&[&not_promised, &no_reason, good]), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has 3 faults
      line 11, column 5: win_amd64 on Python 3.12 is not promised, so there is nothing to waive: drop the row
      line 12, column 5: win_amd64 on Python 3.13 is waived without a reason
      line 13, column 5: win_amd64 on Python 3.13 is waived twice: drop one row
    ");
    // The environments of a target are those of its platforms, with the Pythons that these have.
    let universal = text
        .replace("\"win_amd64\"]", "\"win32\", \"macosx_10_12_universal2\"]")
        .replace("\"3.13\"]", "\"3.13\", \"pypy3.11-v7.3\"]");
    let pypy = "platform = \"macosx_11_0_arm64\", python = \"pypy3.11-v7.3\"";
    let pypy = universal.replace("platform = \"win_amd64\", python = \"3.13\"", pypy);
    assert!(read(Some(&pypy), Some(CARGO)).is_ok());
    for nowhere in ["win32", "macosx_10_12_universal2"] {
        let error = read(
            Some(&pypy.replace("\"macosx_11_0_arm64\"", &format!("\"{nowhere}\""))),
            Some(CARGO),
        );
        let error = error.expect_err("it is not promised");
        let why =
            format!("{nowhere} on pypy3.11-v7.3 is not promised, so there is nothing to waive");
        assert!(error.contains(&why), "{error}");
    }
    let endless = good.replace(", expires = 2027-01-31", "");
    let soon = good.replace("2027-01-31", "\"soon\"");
    let noon = good.replace("2027-01-31", "12:00:00");
    insta::assert_snapshot!(waivers_refused(&[&endless, &soon, &noon]), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has 3 faults
      line 11, column 5: missing field `expires`
      line 12, column 71: `expires` is not a date such as `2027-01-31`, without quotes
      line 13, column 71: `expires` is not a date such as `2027-01-31`, without quotes
    ");
}

#[test]
fn a_row_of_accept_needs_a_check_a_reason_and_a_last_day() {
    let good = "check = \"run-path\", reason = \"x\", expires = 2027-01-31";
    let text = PYPROJECT.to_owned() + &format!("accept = [{{{good}}}]\n");
    let project = read(Some(&text), Some(CARGO)).expect("it is good");
    assert_eq!(project.table.accept[0].to_string(), "`run-path` in `*`");
    let of_member = good.to_owned() + ", file = \"*-win*\", member = \"a/*.pyd\"";
    let rows = [
        &good.replace("run-path", "run-paths"),
        &of_member.replace("\"x\"", "\"\""),
        good,
        good,
        &good.replace(", expires = 2027-01-31", ""),
    ];
    let rows: Vec<String> = rows.iter().map(|row| format!("    {{{row}}},\n")).collect();
    let text =
        |rows: &[String]| PYPROJECT.to_owned() + &format!("accept = [\n{}]\n", rows.concat());
    let said = |rows| read(Some(&text(rows)), Some(CARGO)).expect_err("rows are wrong");
    insta::assert_snapshot!(said(&rows[..4]), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has 3 faults
      line 11, column 5: there is no check `run-paths`
      line 12, column 5: `run-path` in `*-win*`, `a/*.pyd` is accepted without a reason
      line 14, column 5: `run-path` in `*` is accepted twice: drop one row
    ");
    insta::assert_snapshot!(said(&rows[4..]), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has a fault
      line 11, column 5: missing field `expires`
    ");
}

#[test]
fn a_crate_without_bindings_is_refused() {
    let start = CARGO.find("pyo3").expect("the dependency");
    insta::assert_snapshot!(crate_refused(&CARGO[start..], ""), @r#"
    `[project]/Cargo.toml`: neither its dependencies nor its targets show which bindings it has
    hint: depend on `pyo3`, or add `crate-type = ["cdylib"]` to `[lib]`
    "#);
}

#[test]
fn a_release_without_a_version_is_refused() {
    insta::assert_snapshot!(refused("dynamic = [\"version\"]\n", ""), @r#"
    `[project]/pyproject.toml`: `[project]` has no version
    hint: add `dynamic = ["version"]`, so that maturin uses the version of `Cargo.toml`
    "#);
}

#[test]
fn a_version_that_python_does_not_accept_is_refused() {
    insta::assert_snapshot!(crate_refused("1.0.0-rc.1", "1.0.0-nightly.1"), @"`[project]/Cargo.toml`: version `1.0.0-nightly.1`: after parsing `1.0.0`, found `-nightly.1`, which is not part of a valid version");
    insta::assert_snapshot!(refused("dynamic = [\"version\"]", "version = \"one\""), @"`[project]/pyproject.toml`: version `one`: expected version to start with a number, but no leading ASCII digits were found");
}

#[test]
fn a_requires_python_that_cannot_be_parsed_is_refused() {
    insta::assert_snapshot!(refused("\">=3.10\"", "\"3.10+\""), @"
    `[project]/pyproject.toml`: `requires-python` is `3.10+`: Failed to parse version: Unexpected end of version specifier, expected operator:
    3.10+
    ^^^^^
    ");
}

#[test]
fn the_schema_describes_the_keys_of_the_table() {
    let unknown = PYPROJECT.replace("smoke = ", "smokes = ");
    let said = read(Some(&unknown), Some(CARGO)).expect_err("a key is unknown");
    let (_, known) = said.split_once("expected one of ").expect("the keys are told");
    let mut known: Vec<&str> = known.split(", ").map(|key| key.trim_matches('`')).collect();
    known.sort_unstable();
    let described: Vec<String> = schema::keys().into_iter().map(|(key, _)| key).collect();
    assert_eq!(described, known);
}

#[test]
fn the_defaults_and_examples_of_the_schema_can_be_read() {
    let end = PYPROJECT.find("targets = ").expect("the first key");
    let good = read(Some(PYPROJECT), Some(CARGO)).expect("it is good");
    let facts = CrateFacts {
        version: good.version,
        families: good.families,
        bindings: None,
        stale_lock: false,
    };
    let table = |line: &str| {
        let text = PYPROJECT[..end].replace(">=3.10", ">=3.0") + line;
        let project = read_with(Some(&facts), Some(&text), Some(CARGO));
        format!("{:?}", project.unwrap_or_else(|error| panic!("{line}{error}")).table)
    };
    let defaults = table("");
    let line = |key: &str, value: &Value| format!("{key} = {}\n", schema::toml(value));
    for (key, schema) in schema::keys() {
        if let Some(default) = schema.get("default") {
            assert_eq!(table(&line(&key, default)), defaults, "{key}");
        }
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert_ne!(table(&line(&key, example)), defaults, "{key}");
        }
    }
}

#[test]
fn a_wheel_has_one_kind_of_test_with_extras_and_groups_that_exist() {
    let with = |lines: &str| {
        refused("smoke = \"tests/smoke.py\"", &format!("smoke = \"tests/smoke.py\"\n{lines}"))
    };
    insta::assert_snapshot!(with("test-command = \"pytest\""), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has a fault
      line 10, column 16: there are two tests, `smoke` and `test-command`: drop one
    ");
    insta::assert_snapshot!(with("test-extras = \"a, b\""), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has a fault
      line 10, column 15: the project has no extra `a`
    ");
    insta::assert_snapshot!(with("test-groups = [\"docs\"]"), @"
    `[project]/pyproject.toml`: `[tool.wheel-pipeline]` has a fault
      line 10, column 15: there is no dependency group `docs`
    ");
}
