//! The plan, the git tags that it must agree with, and the CI matrix that is derived from it.

use std::fs;

use insta::assert_snapshot;

use crate::PROGRAM;
use wheel_fixtures::limited;
use wheel_fixtures::project::SampleProject;
use wheel_fixtures::stub;

#[test]
fn a_tag_on_the_commit_must_be_the_version() {
    let project = SampleProject::new(PROGRAM);
    project.commit();
    assert_eq!(
        project.run(&["plan"]).code,
        0,
        "an untagged commit has no version to disagree with"
    );

    project.git(&["tag", "v1.9.0"]);
    let wrong = project.run(&["plan"]);
    assert_eq!(wrong.code, 1);
    assert_snapshot!(wrong.stderr, @"
    error: the project's files disagree:
      the commit is tagged `v1.9.0`, `Cargo.toml` says version 2.0.0rc1: change the version and tag that commit (`v{version}` or `{version}` is the spelling of a version tag; `tag` in `[tool.wheel-pipeline]` changes it)
    ");

    project.git(&["tag", "v2.0.0-rc.1"]);
    project.git(&["tag", "other/1.0.0"]);
    let right = project.run(&["plan", "--format", "json"]);
    assert_eq!(right.code, 0, "{}", right.stderr);
    assert!(right.stdout.contains("\"tag\": \"v2.0.0-rc.1\""), "{}", right.stdout);
    let written = fs::read_to_string(project.work().join("plan.json")).expect("the plan");
    assert_eq!(written, right.stdout);
}

#[test]
fn the_tags_of_a_project_may_be_spelled_otherwise() {
    let project = SampleProject::below(PROGRAM, "python");
    project.change("pyproject.toml", "smoke = ", "tag = \"py-v{version}\"\nsmoke = ");
    project.commit();
    let planned = || {
        let run = project.run(&["plan", "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let plan: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        plan["tag"].as_str().map(str::to_owned)
    };
    project.git(&["tag", "v9.9.9"]);
    assert_eq!(planned(), None, "the tag of another package is not this one's");
    project.git(&["tag", "py-v2.0.0rc1"]);
    assert_eq!(planned().as_deref(), Some("py-v2.0.0rc1"));

    project.git(&["tag", "--delete", "py-v2.0.0rc1"]);
    project.git(&["tag", "py-v1.9"]);
    let wrong = project.run(&["plan"]);
    assert_eq!(wrong.code, 1);
    assert_snapshot!(wrong.stderr, @"
    error: the project's files disagree:
      the commit is tagged `py-v1.9`, `Cargo.toml` says version 2.0.0rc1: change the version and tag that commit (`py-v{version}` is the spelling of a version tag; `tag` in `[tool.wheel-pipeline]` changes it)
    ");
}

#[test]
fn the_matrix_is_printed_and_appended_to_github_output() {
    let project = SampleProject::new(PROGRAM);
    project.change("pyproject.toml", "\"3.11\", \"3.12\", \"3.13\", \"3.14\", ", "");
    project.write("output", "before=1\n");
    let output = limited::output(
        project
            .command(&["plan", "--format", "github-matrix"])
            .env("GITHUB_OUTPUT", project.root().join("output")),
    );
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

/// The warning of a plan, which succeeds.
fn warning(project: &SampleProject) -> String {
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (_, warning) = run.stderr.split_once("warning: ").unwrap_or_default();
    warning.to_owned()
}

#[test]
fn a_lock_file_that_is_not_in_the_commit_is_told() {
    let project = SampleProject::new(PROGRAM);
    assert_eq!(warning(&project), "", "without a commit there is no release");
    project.commit();
    assert_eq!(warning(&project), "");
    // The crate's own version was forgotten.
    project.write("Cargo.lock", &stub::lock("half-of", "1.9.0"));
    project.git(&["commit", "--quiet", "--all", "--message", "stale"]);
    assert_snapshot!(warning(&project), @"
    `[ROOT]/Cargo.lock` does not fit the crate, so each build changes it, and may choose other dependencies
    hint: run `cargo update --workspace`, and commit the file
    ");
    project.git(&["rm", "--quiet", "Cargo.lock"]);
    project.git(&["commit", "--quiet", "--message", "none"]);
    let made = warning(&project);
    assert_snapshot!(made, @"
    `[ROOT]/Cargo.lock` is not committed, so each build chooses the newest dependencies of its day, and on two days this commit gives two sdists and other wheels
    hint: commit it
    ");
    assert!(project.root().join("Cargo.lock").exists(), "cargo wrote it at the first plan");
    assert_eq!(warning(&project), made);
    project.write(".gitignore", "Cargo.lock\n");
    assert_snapshot!(warning(&project), @"
    git ignores `[ROOT]/Cargo.lock`, so each build chooses the newest dependencies of its day, and on two days this commit gives two sdists and other wheels
    hint: take it out of `.gitignore`, and commit it
    ");
    project.git(&["add", "--force", "Cargo.lock"]);
    assert!(
        warning(&project).starts_with("`[ROOT]/Cargo.lock` is not committed, "),
        "it is only staged"
    );
    project.git(&["commit", "--quiet", "--message", "lock"]);
    assert_eq!(warning(&project), "");
}

#[test]
fn the_lock_file_of_a_workspace_is_meant() {
    let project = SampleProject::below(PROGRAM, "python");
    let top = |name: &str, text: &str| {
        fs::write(project.repository().join(name), text).expect("written");
    };
    top("Cargo.toml", "[workspace]\nmembers = [\"python\"]\n");
    let lock = fs::read_to_string(project.root().join("Cargo.lock")).expect("a file");
    top("Cargo.lock", &lock);
    fs::remove_file(project.root().join("Cargo.lock")).expect("removed");
    top(".gitignore", "/Cargo.lock\n");
    project.commit();
    let said = warning(&project);
    assert!(said.starts_with("git ignores `[REPOSITORY]/Cargo.lock`, so "), "{said}");
    project.git(&["add", "--force", "Cargo.lock"]);
    project.git(&["commit", "--quiet", "--message", "lock"]);
    assert_eq!(warning(&project), "");
    // maturin would pack the one beside the crate.
    project.write("Cargo.lock", &lock);
    let said = warning(&project);
    assert!(said.starts_with("`[ROOT]/Cargo.lock` is not committed, "), "{said}");
}

#[test]
fn a_changelog_without_the_tagged_version_and_licenses_of_other_crates_are_told() {
    let project = SampleProject::new(PROGRAM);
    project.write("CHANGELOG.md", "# Changelog\n\n## 1.0.0\n\n- Halves.\n");
    project.commit();
    assert_eq!(warning(&project), "", "no version is released");
    project.git(&["tag", "v2.0.0-rc.1"]);
    assert_snapshot!(warning(&project), @"
    `[ROOT]/CHANGELOG.md` has no section for 2.0.0rc1, so the release is announced by its version alone
    hint: write the section, and tag that commit
    ");
    project.write("CHANGELOG.md", "# Changelog\n\n## v2.0.0-rc.1\n\n- Halves.\n");
    project.write("LICENSE-THIRD-PARTY", "of nobody\n");
    assert_snapshot!(warning(&project), @"
    `LICENSE-THIRD-PARTY` is not that of the crates that are linked now
    hint: run `wheel-pipeline licenses`, and commit the file
    ");
}
