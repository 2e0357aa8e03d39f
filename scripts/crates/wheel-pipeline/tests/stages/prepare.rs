//! `prepare`: the version, the changelog and the lock file change, and nothing else.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::PROGRAM;
use wheel_fixtures::limited;
use wheel_fixtures::project::SampleProject;

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Halves.\n";

/// A committed project with an unreleased change.
fn committed() -> SampleProject {
    let project = SampleProject::with_tools(PROGRAM);
    project.write("CHANGELOG.md", CHANGELOG);
    project.write(".gitignore", "target/\ndist/\n");
    project.commit();
    project
}

fn read(project: &SampleProject, path: &str) -> String {
    fs::read_to_string(project.root().join(path)).expect("a file")
}

#[test]
fn a_project_with_signed_tags_is_told_to_sign() {
    let project = SampleProject::with_tools(PROGRAM);
    project.write("CHANGELOG.md", CHANGELOG);
    project.write(".gitignore", "target/\ndist/\n");
    project.change("pyproject.toml", "smoke = ", "signed-tags = true\nsmoke = ");
    project.commit();
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let tag = run.stdout.lines().find(|line| line.starts_with("git tag"));
    assert_eq!(tag, Some("git tag --sign --message \"Release 2.0.0\" v2.0.0"), "{}", run.stdout);
}

#[test]
fn version_changelog_and_lock_change_and_nothing_else() {
    let project = committed();
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r#"
    # run the tests of the project
    cd [ROOT]
    git add Cargo.toml CHANGELOG.md Cargo.lock
    git commit -m "Release 2.0.0"
    git tag v2.0.0
    git push origin HEAD v2.0.0
    "#);
    assert_eq!(project.git(&["diff", "--name-only"]), "CHANGELOG.md\nCargo.lock\nCargo.toml\n");
    let changed = project.git(&["diff", "--unified=0", "Cargo.toml", "Cargo.lock"]);
    let lines: Vec<&str> = changed
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.contains("/Cargo"))
        .collect();
    assert_eq!(lines.len(), 4, "{changed}");
    assert!(lines.iter().all(|line| line.contains("version = \"2.0.0")), "{changed}");
    let log = read(&project, "CHANGELOG.md");
    assert!(log.starts_with("# Changelog\n\n## [Unreleased]\n\n## [2.0.0] - 20"), "{log}");
    // The printed commands make a commit with the tag of the release.
    project.git(&["commit", "--quiet", "--all", "--message", "Release 2.0.0"]);
    project.git(&["tag", "v2.0.0"]);
    let plan = project.run(&["plan", "--format", "json"]);
    assert!(plan.stdout.contains("\"tag\": \"v2.0.0\""), "{}", plan.stdout);
}

#[test]
fn a_project_that_cannot_be_released_is_refused_and_unchanged() {
    let project = committed();
    project.git(&["tag", "v3.0.0"]);
    project.git(&["tag", "4.0"]);
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "later"]);
    for (version, code, why) in [
        ("2.0.0-rc.1", 1, "`2.0.0-rc.1` is not later than 2.0.0rc1, the project's version\n"),
        ("2.0", 2, "`2.0` is not a version that both cargo and Python accept\n"),
        ("3.0.0", 1, "the tag `v3.0.0` already exists\n"),
        ("4.0.0", 1, "the tag `4.0` already exists\n"),
    ] {
        let run = project.run(&["prepare", version]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.starts_with(&format!("error: {why}")), "{}", run.stderr);
        assert_eq!(project.git(&["status", "--porcelain"]), "");
    }
    project.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    let dirty = project.run(&["prepare", "2.0.0"]);
    assert_eq!(dirty.code, 1);
    assert!(
        dirty.stderr.contains("error: the checkout differs from its commit\n"),
        "{}",
        dirty.stderr
    );
    project.git(&["commit", "--quiet", "--all", "--message", "empty"]);
    let empty = project.run(&["prepare", "2.0.0"]);
    assert_eq!(empty.code, 1);
    assert!(
        empty.stderr.contains("the section `## [Unreleased]` has no entry"),
        "{}",
        empty.stderr
    );
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_failure_restores_the_files() {
    let project = committed();
    // Another crate of the repository needs the present version.
    project.change(
        "Cargo.toml",
        "[dependencies]",
        "[dev-dependencies]\nuser = { path = \"user\" }\n\n[dependencies]",
    );
    project.write(
        "user/Cargo.toml",
        "[package]\nname = \"user\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         half-of = { path = \"..\", version = \"=2.0.0-rc.1\" }\n",
    );
    project.write("user/src/lib.rs", "");
    generate_lock(&project);
    project.git(&["add", "."]);
    project.git(&["commit", "--quiet", "--all", "--message", "broken"]);
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("error: cannot refresh `Cargo.lock`\n"), "{}", run.stderr);
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

fn generate_lock(project: &SampleProject) {
    let mut lock = Command::new(env!("CARGO"));
    lock.args(["generate-lockfile", "--quiet"]).current_dir(project.root());
    assert!(limited::output(&mut lock).status.success(), "the crates can be resolved");
}

/// A member of a workspace, in a folder of its repository. The lock file lies at the top.
fn member() -> SampleProject {
    let project = SampleProject::below(PROGRAM, "bindings/py thon");
    let top = project.repository().join("Cargo.toml");
    fs::write(top, "[workspace]\nmembers = [\"bindings/*\"]\nresolver = \"3\"\n").expect("written");
    fs::write(project.repository().join(".gitignore"), "/target/\n").expect("written");
    fs::remove_file(project.root().join("Cargo.lock")).expect("it is there");
    generate_lock(&project);
    project.write("CHANGELOG.md", CHANGELOG);
    project.change("pyproject.toml", "smoke = ", "tag = \"halves/{version}\"\nsmoke = ");
    project.commit();
    // Of another package.
    project.git(&["tag", "v2.0.0"]);
    project
}

#[test]
fn the_printed_commands_release_a_project_below_the_top_of_its_repository() {
    let project = member();
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r#"
    # run the tests of the project
    cd '[ROOT]'
    git add Cargo.toml CHANGELOG.md ../../Cargo.lock
    git commit -m "Release 2.0.0"
    git tag halves/2.0.0
    git push origin HEAD halves/2.0.0
    "#);
    project.git(&["clone", "--quiet", "--bare", ".", "target/origin"]);
    project.git(&["remote", "add", "origin", "target/origin"]);
    let script = run.stdout.replace("[ROOT]", &project.root().display().to_string());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &script]);
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "t").env(format!("GIT_{who}_EMAIL"), "t@example.org");
    }
    let output = limited::output(&mut shell);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.git(&["status", "--porcelain"]), "", "all changes are committed");
    assert_eq!(project.git(&["ls-remote", "--tags", "origin"]).lines().count(), 2);
    let plan = project.run(&["plan", "--format", "json"]);
    assert!(plan.stdout.contains("\"tag\": \"halves/2.0.0\""), "{}", plan.stdout);
}

#[test]
fn a_change_of_another_crate_of_the_repository_stops_a_release() {
    let project = member();
    fs::write(project.repository().join("other.rs"), "").expect("written");
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("error: the checkout differs from its commit\n"), "{}", run.stderr);
}

#[test]
fn the_version_is_written_where_the_project_states_it() {
    // In `pyproject.toml`, beside a crate with a version of its own.
    let project = SampleProject::new(PROGRAM);
    project.change("pyproject.toml", "dynamic = [\"version\"]", "version = \"1.0\" # of all");
    project.write(".gitignore", "target/\nCargo.lock\n");
    project.commit();
    let run = project.run(&["prepare", "1.1.0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: there is no changelog, "), "{}", run.stderr);
    assert!(run.stdout.contains("\ngit add pyproject.toml\n"), "{}", run.stdout);
    assert!(read(&project, "pyproject.toml").contains("version = \"1.1.0\" # of all\n"));
    assert!(read(&project, "Cargo.toml").contains("version = \"2.0.0-rc.1\"\n"));

    // In the manifest of the workspace.
    let project = SampleProject::below(PROGRAM, "python");
    let top = project.repository().join("Cargo.toml");
    let text = "[workspace]\nmembers = [\"python\"]\nresolver = \"3\"\n\n[workspace.package]\nversion = \"2.0.0-rc.1\"\n";
    fs::write(&top, text).expect("written");
    fs::write(project.repository().join(".gitignore"), "target/\n").expect("written");
    project.change("Cargo.toml", "version = \"2.0.0-rc.1\"", "version.workspace = true");
    fs::remove_file(project.root().join("Cargo.lock")).expect("it is there");
    generate_lock(&project);
    fs::write(project.repository().join("History.md"), "# History\n\n## v2.0.0\n\n- More.\n")
        .expect("written");
    project.commit();
    let run = project.run(&["prepare", "2.0.0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\ngit add ../Cargo.toml ../Cargo.lock\n"), "{}", run.stdout);
    let told = "warning: `[REPOSITORY]/History.md` has no section `## [Unreleased]`, so it stays as it is\n\
                hint: see that it has a section for 2.0.0, ";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert!(fs::read_to_string(top).expect("a file").ends_with("\nversion = \"2.0.0\"\n"));
}
