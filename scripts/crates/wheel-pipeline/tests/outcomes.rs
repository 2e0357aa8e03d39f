//! Each outcome of a check in each format of `audit`, with its exit code, with `--strict` and without.

use std::fs;

use serde_json::{Value, json};
use wheel_fixtures::project::SampleProject;
use wheel_fixtures::release::{Dist, LINUX, SDIST, good, release};
use wheel_fixtures::stub;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wheel-pipeline");
const MANIFEST: &str =
    "[package]\nname = \"sum-up-to\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n";

/// A project with one wheel and an sdist, whose table accepts something.
fn project(dist: &Dist, accept: &str) -> SampleProject {
    let project = SampleProject::new(PROGRAM);
    project.write(
        "pyproject.toml",
        &format!(
            "[project]\nname = \"sum-up-to\"\nversion = \"1.0.0\"\nrequires-python = \">=3.10\"\n\n\
             [tool.wheel-pipeline]\ntargets = [\"manylinux_2_17_x86_64\"]\n\
             pythons = [\"3.10\", \"3.13\"]\nsmoke = \"smoke.py\"\naccept = [{accept}]\n"
        ),
    );
    project.write("Cargo.toml", &format!("{MANIFEST}{}\n", stub::DEPENDENCY));
    project.write("Cargo.lock", &stub::lock("sum-up-to", "1.0.0"));
    fs::create_dir_all(project.root().join("dist")).expect("a folder");
    for name in [LINUX, SDIST] {
        fs::write(project.root().join("dist").join(name), &dist.files[name]).expect("a file");
    }
    project
}

/// The reports about one check of a release, in each format, and the exit codes.
fn reports(check: &str, dist: &Dist, accept: &str) -> String {
    let project = project(dist, accept);
    let run = |format: &str, strict: bool| {
        let mut arguments = vec!["audit", "--format", format, "--select", check];
        arguments.extend(strict.then_some("--strict"));
        project.run(&arguments)
    };
    let parsed = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("it is JSON");
    let human = run("human", false);
    let row = |line: &&str| !line.contains("not named by `--select`") && !line.is_empty();
    let until = human.stdout.find("platform ").unwrap_or(human.stdout.len());
    let (problems, tables) = human.stdout.split_at(until);
    let rows = tables.lines().filter(row).filter(|line| line.starts_with(check));
    let rows: Vec<String> =
        rows.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let json = parsed(&run("json", false).stdout);
    let outcome = json["checks"].as_array().expect("checks").iter().find(|row| row[0] == check);
    let json = json!({
        "outcome": outcome.expect("the check")[1],
        "findings": json["findings"],
        "unknown": json["unknown"],
        "accepted": json["accepted"],
        "needless": json["needless"],
    });
    let github = run("github", false).stdout;
    let github: Vec<&str> = github.lines().filter(row).collect();
    let sarif = parsed(&run("sarif", false).stdout);
    let log = &sarif["runs"][0];
    let notes = log["invocations"][0]["toolExecutionNotifications"].as_array().expect("notes");
    let about = |note: &&Value| {
        let id = &note["associatedRule"]["id"];
        id.is_null() || id == check
    };
    let sarif = json!({
        "results": log["results"],
        "notifications": notes.iter().filter(about).collect::<Vec<_>>(),
        "exitCode": log["invocations"][0]["exitCode"],
    });
    format!(
        "exit code {}, with --strict {}\n\n# human\n{problems}{}\n\n# json\n{}\n\n# github\n{}\n\n# sarif\n{}\n",
        human.code,
        run("human", true).code,
        rows.join("\n"),
        pretty(&json),
        github.join("\n"),
        pretty(&sarif),
    )
}

macro_rules! assert_reports {
    ($name:literal, $check:literal, $dist:expr, $accept:expr) => {
        insta::with_settings!({ snapshot_path => "outcomes", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, reports($check, &$dist, $accept));
        });
    };
}

/// A release whose wheel has a tag that its name has not.
fn wrong_tag() -> Dist {
    release(|parts| parts.linux.edit("WHEEL", "cp310-abi3-manylinux2014_x86_64", "py3-none-any"))
}

/// A release whose `RECORD` has a hash of a kind that is not computed here.
fn other_hash() -> Dist {
    release(|parts| {
        parts.linux.relist("sum_up_to/__init__.py", |line| {
            let hash = line.split(',').nth(1).expect("a hash");
            line.replace(hash, "sha512=AAAA") + "\n"
        });
    })
}

#[test]
fn an_error() {
    assert_reports!("error", "tags-agree", wrong_tag(), "");
}

#[test]
fn a_warning() {
    let leftover = |member: &str| (member.to_owned(), b"x".to_vec());
    let dist = release(|parts| {
        for member in ["sum_up_to/.DS_Store", "sum_up_to/inner/.DS_Store"] {
            parts.linux.members.push(leftover(member));
        }
    });
    assert_reports!("warning", "contents-exact", dist, "");
}

#[test]
fn an_accepted_error() {
    let row = "{check = \"tags-agree\", file = \"*-manylinux*\", reason = \"pip takes it\", expires = 9999-12-31}";
    assert_reports!("accepted", "tags-agree", wrong_tag(), row);
}

#[test]
fn an_accepted_could_not_tell() {
    let row = "{check = \"record-complete\", member = \"sum_up_to/*.py\", reason = \"a new hash\", expires = 9999-12-31}";
    assert_reports!("accepted_could_not_tell", "record-complete", other_hash(), row);
}

#[test]
fn a_row_that_is_needless() {
    let row = "{check = \"tags-agree\", reason = \"it was wrong once\", expires = 9999-12-31}";
    assert_reports!("needless", "tags-agree", good(), row);
}

#[test]
fn a_row_that_has_expired() {
    let row = "{check = \"tags-agree\", reason = \"pip takes it\", expires = 2026-01-31}";
    assert_reports!("expired", "tags-agree", wrong_tag(), row);
}

#[test]
fn could_not_tell() {
    assert_reports!("could_not_tell", "record-complete", other_hash(), "");
}

#[test]
fn nothing_to_look_at() {
    assert_reports!("nothing_to_look_at", "macos-floor", good(), "");
}

#[test]
fn passed() {
    assert_reports!("passed", "tags-agree", good(), "");
}
