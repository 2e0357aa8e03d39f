//! The audit of any project's files, without a plan.

use std::process::Command;

use wheel_fixtures::limited;
use wheel_fixtures::release::{Dist, WINDOWS, good, release};

/// The exit code and the output of `audit` for a release in a folder without a project.
fn audit(dist: &Dist, arguments: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("dist")).expect("a folder");
    for (name, bytes) in &dist.files {
        std::fs::write(folder.path().join("dist").join(name), bytes).expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_wheel-pipeline"));
    command.current_dir(folder.path()).env("NO_COLOR", "1").arg("audit").args(arguments);
    let output = limited::output(&mut command);
    let text = String::from_utf8(output.stdout).expect("UTF-8")
        + String::from_utf8(output.stderr).expect("UTF-8").as_str();
    (output.status.code().expect("it ended by itself"), text)
}

#[test]
fn a_good_release_passes_without_a_plan_and_checks_of_the_plan_are_not_applicable() {
    let (code, text) = audit(&good(), &[]);
    assert_eq!(code, 0, "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for line in [
        "dist-matches-plan not applicable: no plan",
        "dist-as-built not applicable: no record of a build",
        "architecture passed",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn named_files_are_judged_and_a_finding_exits_with_1() {
    let dist = release(|parts| parts.windows.edit("WHEEL", "win_amd64", "win32"));
    let (code, text) = audit(&dist, &["dist"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("error[tags-agree]"), "{text}");
    let (code, text) = audit(&dist, &[&format!("dist/{WINDOWS}"), "--format", "github"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("::error title=tags-agree::sum_up_to-1.0.0-"), "{text}");
}

#[test]
fn a_check_that_is_left_out_is_reported_as_ignored() {
    let dist = release(|parts| parts.windows.edit("WHEEL", "win_amd64", "win32"));
    let (code, text) = audit(&dist, &["--ignore", "tags-agree"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ignored by `--ignore`"), "{text}");
    let (code, text) = audit(&dist, &["--select", "tags-agree"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("ignored not named by `--select`"), "{text}");
    let (code, text) = audit(&dist, &["--select", "tag-agrees"]);
    assert_eq!(code, 2, "{text}");
}

#[test]
fn an_audit_of_nothing_exits_with_3() {
    let mut dist = good();
    dist.files.clear();
    assert_eq!(audit(&dist, &[]).0, 3);
    assert_eq!(audit(&dist, &["dist"]).0, 3);
    assert_eq!(audit(&good(), &["--select", "dist-matches-plan"]).0, 3);
}

#[test]
fn a_path_that_does_not_exist_is_a_wrong_command_line() {
    let (code, text) = audit(&good(), &["dist", "nowhere.whl"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("there is no file and no folder `nowhere.whl`"), "{text}");
}

#[test]
fn a_file_that_is_neither_wheel_nor_sdist_is_a_finding() {
    let mut dist = good();
    dist.add("notes.txt", b"to do".to_vec());
    for arguments in [&["dist"][..], &["dist", "dist/notes.txt"]] {
        let (code, text) = audit(&dist, arguments);
        assert_eq!(code, 1, "{text}");
        let message = "error[file-name]: it is neither a wheel nor an sdist\n  --> notes.txt\n";
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn two_files_of_one_name_are_two_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = release(|parts| parts.windows.edit("METADATA", "first n", "last n"));
    for (place, dist) in [("one", good()), ("two", other)] {
        std::fs::create_dir(folder.path().join(place)).expect("a folder");
        let path = folder.path().join(place).join(WINDOWS);
        std::fs::write(path, &dist.files[WINDOWS]).expect("written");
    }
    let audit = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wheel-pipeline"));
        command.current_dir(folder.path()).env("NO_COLOR", "1").arg("audit").args(arguments);
        let output = limited::output(&mut command);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        (output.status.code().expect("it ended by itself"), text)
    };
    let (code, text) = audit(&["one", "two", "--format", "json"]);
    assert_eq!(code, 1, "{text}");
    let evidence: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let names: Vec<&String> = evidence["files"].as_object().expect("files").keys().collect();
    assert_eq!(names, [&format!("one/{WINDOWS}"), &format!("two/{WINDOWS}")]);
    let (_, text) = audit(&["one", "two"]);
    let message = format!(
        "error[index-accepts]: `one/{WINDOWS}` has the same file name and other bytes\n  --> two/{WINDOWS}\n"
    );
    assert!(text.contains(&message), "{text}");
    // The same path in two spellings is one file.
    let (code, text) = audit(&["one", "./one", "--format", "json"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn everything_in_a_folder_is_judged_or_named() {
    let mut dist = good();
    dist.add("sum_up_to-0.9.0.zip", b"PK".to_vec());
    dist.add("sum_up_to-0.9.0-py3.10.egg", b"PK".to_vec());
    let (code, text) = audit(&dist, &["dist"]);
    assert_eq!(code, 1, "{text}");
    for name in ["sum_up_to-0.9.0.zip", "sum_up_to-0.9.0-py3.10.egg"] {
        assert!(text.contains(&format!("  --> {name}\n")), "{text}");
    }
}

#[test]
fn the_order_of_the_files_does_not_change_the_result() {
    let dist = release(|parts| parts.windows.edit("WHEEL", "win_amd64", "win32"));
    let names: Vec<String> = dist.files.keys().map(|name| format!("dist/{name}")).collect();
    let mut arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    arguments.extend(["--format", "json"]);
    let strip = |text: String| text.split("\n}\n").next().map(str::to_owned);
    let forward = strip(audit(&dist, &arguments).1);
    arguments[..names.len()].reverse();
    assert_eq!(forward, strip(audit(&dist, &arguments).1));
}
