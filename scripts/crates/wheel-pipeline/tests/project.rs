//! The messages for a project that cannot be used: the file, the line, and the remedy.

use std::fs;
use std::path::Path;

use wheel_fixtures::stub;
use wheel_pipeline::failure::{Code, Failure, failure};
use wheel_pipeline::project::Project;

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
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("pyproject.toml", pyproject), ("Cargo.toml", cargo)] {
        if let Some(text) = text {
            fs::write(folder.path().join(name), text).expect("written");
        }
    }
    stub::write(&folder.path().join("pyo3"), "pyo3");
    fs::create_dir(folder.path().join("src")).expect("a folder");
    fs::write(folder.path().join("src/lib.rs"), "").expect("written");
    Project::read(folder.path(), None).map_err(|error| {
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
    hint: add one with `targets` (platform tags), `pythons` and `smoke` (a script)
    ");
}

#[test]
fn an_empty_list_in_the_table_is_refused() {
    insta::assert_snapshot!(refused("[\"manylinux_2_17_x86_64\", \"win_amd64\"]", "[]"), @"`[project]/pyproject.toml`: `targets` of `[tool.wheel-pipeline]` is empty, so nothing would be promised");
    insta::assert_snapshot!(refused("[\"3.10\", \"3.13\"]", "[]"), @"`[project]/pyproject.toml`: `pythons` of `[tool.wheel-pipeline]` is empty, so nothing would be promised");
}

#[test]
fn each_mistake_in_the_table_is_shown_with_its_line() {
    insta::assert_snapshot!(refused("pythons = ", "python = "), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 8, column 1
      |
    8 | python = ["3.10", "3.13"]
      | ^^^^^^
    unknown field `python`, expected one of `targets`, `pythons`, `smoke`, `downstream`, `waivers`, `tag`, `signed-tags`, `rebuild`, `second-build`, `pass-env`
    "#);
    insta::assert_snapshot!(refused("smoke = \"tests/smoke.py\"\n", ""), @"
    `[project]/pyproject.toml`: TOML parse error at line 6, column 1
      |
    6 | [tool.wheel-pipeline]
      | ^^^^^^^^^^^^^^^^^^^^^
    missing field `smoke`
    ");
    let asking = "smoke = \"tests/smoke.py\"\npass-env = [\"*\"]\n";
    insta::assert_snapshot!(refused("smoke = \"tests/smoke.py\"\n", asking), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 10, column 12
       |
    10 | pass-env = ["*"]
       |            ^^^^^
    `pass-env`: `*` is not the name of a variable, or the beginning of one with `*` behind it
    "#);
    let tagged = "smoke = \"tests/smoke.py\"\ntag = \"v1\"\n";
    insta::assert_snapshot!(refused("smoke = \"tests/smoke.py\"\n", tagged), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 10, column 7
       |
    10 | tag = "v1"
       |       ^^^^
    `tag`: `v1` has no `{version}`
    hint: write the tags of this project as `v{version}` or `name-v{version}`
    "#);
    insta::assert_snapshot!(refused("win_amd64", "windows"), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 7, column 11
      |
    7 | targets = ["manylinux_2_17_x86_64", "windows"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    unknown target `windows`
    hint: a target is a platform tag: `manylinux_2_17_x86_64`, `musllinux_1_2_aarch64`, `macosx_11_0_arm64`, `win_amd64`, …
    "#);
    insta::assert_snapshot!(refused("\"3.13\"", "3.13"), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 8, column 20
      |
    8 | pythons = ["3.10", 3.13]
      |                    ^^^^
    invalid type: floating point `3.13`, expected a string
    "#);
    insta::assert_snapshot!(refused("\"3.13\"", "\"3.x\""), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 8, column 11
      |
    8 | pythons = ["3.10", "3.x"]
      |           ^^^^^^^^^^^^^^^
    `3.x` is not a Python version
    hint: write major and minor number, such as `3.13`, or `3.14t` for the free-threaded build
    "#);
}

/// The message for a project with one waiver.
fn waiver_refused(row: &str) -> String {
    refused("smoke = \"tests/smoke.py\"", &format!("smoke = \"s.py\"\nwaivers = [{{{row}}}]"))
}

#[test]
fn a_waiver_needs_a_promised_environment_a_reason_and_a_last_day() {
    let good = "platform = \"win_amd64\", python = \"3.13\", reason = \"x\", expires = 2027-01-31";
    let text = PYPROJECT.to_owned() + &format!("waivers = [{{{good}}}]\n");
    let project = read(Some(&text), Some(CARGO)).expect("it is good");
    assert_eq!(project.table.waivers[0].expires.to_string(), "2027-01-31");

    let not_promised = good.replace("3.13", "3.12");
    insta::assert_snapshot!(waiver_refused(&not_promised), @"`[project]/pyproject.toml`: `waivers` of `[tool.wheel-pipeline]`: win_amd64 on Python 3.12 is not promised, so there is nothing to waive: drop the row");
    insta::assert_snapshot!(waiver_refused(&good.replace("\"x\"", "\" \"")), @"`[project]/pyproject.toml`: `waivers` of `[tool.wheel-pipeline]`: win_amd64 on Python 3.13 is waived without a reason");
    insta::assert_snapshot!(waiver_refused(&format!("{good}}}, {{{good}")), @"`[project]/pyproject.toml`: `waivers` of `[tool.wheel-pipeline]`: win_amd64 on Python 3.13 is waived twice: drop one row");
    insta::assert_snapshot!(waiver_refused(&good.replace(", expires = 2027-01-31", "")), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 10, column 12
       |
    10 | waivers = [{platform = "win_amd64", python = "3.13", reason = "x"}]
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    missing field `expires`
    "#);
    insta::assert_snapshot!(waiver_refused(&good.replace("2027-01-31", "\"soon\"")), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 10, column 78
       |
    10 | waivers = [{platform = "win_amd64", python = "3.13", reason = "x", expires = "soon"}]
       |                                                                              ^^^^^^
    `expires` is not a date such as `2027-01-31`, without quotes
    "#);
    insta::assert_snapshot!(waiver_refused(&good.replace("2027-01-31", "12:00:00")), @r#"
    `[project]/pyproject.toml`: TOML parse error at line 10, column 78
       |
    10 | waivers = [{platform = "win_amd64", python = "3.13", reason = "x", expires = 12:00:00}]
       |                                                                              ^^^^^^^^
    `expires` is not a date such as `2027-01-31`, without quotes
    "#);
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
