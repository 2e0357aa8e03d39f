//! What the plan is held to, and what others take from it: git tags, the CI matrix, the README.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use crate::project::Project;

fn git(project: &Project, arguments: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@localhost",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(project.root())
        .status()
        .expect("git runs");
    assert!(done.success(), "git {arguments:?}");
}

#[test]
fn a_tag_on_the_commit_must_be_the_version() {
    let project = Project::new();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "Begin"]);
    assert_eq!(project.run(&["plan"]).code, 0, "a commit without a tag says nothing");

    git(&project, &["tag", "v1.9.0"]);
    let wrong = project.run(&["plan"]);
    assert_eq!(wrong.code, 1);
    assert_snapshot!(wrong.stderr, @"
    error: the project's files disagree:
      the commit is tagged `v1.9.0`, `Cargo.toml` says version 2.0.0rc1: change the version and tag that commit
    ");

    git(&project, &["tag", "v2.0.0-rc.1"]);
    let right = project.run(&["plan", "--format", "json"]);
    assert_eq!(right.code, 0, "{}", right.stderr);
    assert!(right.stdout.contains("\"tag\": \"v2.0.0-rc.1\""), "{}", right.stdout);
    let written = fs::read_to_string(project.work().join("plan.json")).expect("the plan");
    assert_eq!(written, right.stdout);
}

#[test]
fn the_matrix_is_printed_and_handed_to_the_runner() {
    let project = Project::new();
    project.change("pyproject.toml", "\"3.11\", \"3.12\", \"3.13\", \"3.14\", ", "");
    project.write("output", "before=1\n");
    let output = project
        .command(&["plan", "--format", "github-matrix"])
        .env("GITHUB_OUTPUT", project.root().join("output"))
        .output()
        .expect("the program starts");
    let run = project.finish(output);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_snapshot!(run.stdout, @r#"
    build={"include":[{"pythons":"3.10\n3.15","runner":"ubuntu-24.04","target":"manylinux_2_17_x86_64"},{"pythons":"3.10\n3.15","runner":"macos-15","target":"macosx_11_0_arm64"},{"pythons":"3.10\n3.15","runner":"windows-2025","target":"win_amd64"}]}
    smoke={"include":[{"architecture":"x64","python":"3.10","runner":"ubuntu-24.04","target":"manylinux_2_17_x86_64"},{"architecture":"x64","python":"3.15","runner":"ubuntu-24.04","target":"manylinux_2_17_x86_64"},{"architecture":"arm64","python":"3.10","runner":"macos-15","target":"macosx_11_0_arm64"},{"architecture":"arm64","python":"3.15","runner":"macos-15","target":"macosx_11_0_arm64"},{"architecture":"x64","python":"3.10","runner":"windows-2025","target":"win_amd64"},{"architecture":"x64","python":"3.15","runner":"windows-2025","target":"win_amd64"}]}
    container={"include":[{"pythons":"3.10\n3.15","runner":"ubuntu-24.04","target":"manylinux_2_17_x86_64"}]}
    second={"include":[{"runner":"ubuntu-24.04"},{"runner":"macos-15"},{"runner":"windows-2025"}]}
    verify={"include":[{"pythons":"3.10\n3.15","runner":"ubuntu-24.04","target":"manylinux_2_17_x86_64"},{"pythons":"3.10\n3.15","runner":"macos-15","target":"macosx_11_0_arm64"},{"pythons":"3.10\n3.15","runner":"windows-2025","target":"win_amd64"}]}
    "#);
    let handed = fs::read_to_string(project.root().join("output")).expect("the file");
    assert_eq!(handed, format!("before=1\n{}", run.stdout));
}

#[test]
fn the_table_of_the_readme_is_held_to_the_plan() {
    let project = Project::new();
    project.write("README.md", "Nothing.\n");
    let without = project.run(&["readme", "--check"]);
    assert_eq!(without.code, 2);
    assert_snapshot!(without.stderr, @"
    error: `[ROOT]/README.md` has no place for the table of wheels
    hint: put these two lines where it belongs:
    <!-- wheels: made by `cargo pipeline readme` -->
    <!-- end of wheels -->
    ");

    project.write(
        "README.md",
        "<!-- wheels: made by `cargo pipeline readme` -->\n<!-- end of wheels -->\n",
    );
    let stale = project.run(&["readme", "--check"]);
    assert_eq!(stale.code, 1);
    assert_snapshot!(stale.stderr, @"       stale README.md: run `cargo pipeline readme`");
    assert_eq!(project.run(&["readme"]).code, 0);
    assert_eq!(project.run(&["readme", "--check"]).code, 0);

    project.change("pyproject.toml", "\"3.15\"", "\"3.15\", \"3.16\"");
    assert_eq!(project.run(&["readme", "--check"]).code, 1);
}

#[test]
fn a_document_may_say_where_each_target_is_tested() {
    let project = Project::new();
    let wheels = "<!-- wheels: made by `cargo pipeline readme` -->\n<!-- end of wheels -->\n";
    let tested = "<!-- tested: made by `cargo pipeline readme` -->\n<!-- end of tested -->\n";
    project.write("README.md", wheels);
    project.write("docs/other.md", "no table\n");
    project.write("docs/platforms.md", tested);
    assert_eq!(project.run(&["readme"]).code, 0);
    let written = |name: &str| fs::read_to_string(project.root().join(name)).expect("a file");
    assert_eq!(written("docs/other.md"), "no table\n");
    assert_snapshot!(written("docs/platforms.md"), @"
    <!-- tested: made by `cargo pipeline readme` -->

    | Platform tag            | By the Pythons of the runner | In an image                        |
    | ----------------------- | ---------------------------- | ---------------------------------- |
    | `manylinux_2_17_x86_64` | `ubuntu-24.04`               | `manylinux2014_x86_64`: glibc 2.17 |
    | `macosx_11_0_arm64`     | `macos-15`                   | —                                  |
    | `win_amd64`             | `windows-2025`               | —                                  |

    <!-- end of tested -->
    ");
    project.change("pyproject.toml", "win_amd64", "win32");
    let stale = project.run(&["readme", "--check"]);
    assert_eq!(stale.code, 1);
    assert!(stale.stderr.contains("stale docs/platforms.md"), "{}", stale.stderr);
}
