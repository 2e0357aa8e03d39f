//! The pages that are derived from the plan and the checks.

use std::fs;

use insta::assert_snapshot;
use wheel_fixtures::project::SampleProject;

const PROGRAM: &str = env!("CARGO_BIN_EXE_xtask");

/// A page with the marks of the table of wheels.
const WHEELS: &str = "<!-- wheels: made by `cargo xtask readme` -->\n<!-- end of wheels -->\n";

#[test]
fn the_table_of_wheels_follows_the_plan() {
    let project = SampleProject::new(PROGRAM);
    project.write("README.md", "Nothing.\n");
    project.write("docs/platforms.md", "Nothing.\n");
    let without = project.run(&["readme", "--check"]);
    assert_eq!(without.code, 2);
    assert_snapshot!(without.stderr, @"
    error: `[ROOT]/docs/platforms.md` has no marks for the table of wheels
    hint: add these two lines at the place of the table:
    <!-- wheels: made by `cargo xtask readme` -->
    <!-- end of wheels -->
    ");

    project.write("docs/platforms.md", WHEELS);
    let stale = project.run(&["readme", "--check"]);
    assert_eq!(stale.code, 1);
    assert_snapshot!(stale.stderr, @"       stale docs/platforms.md: run `cargo xtask readme`");
    assert_eq!(project.run(&["readme"]).code, 0);
    assert_eq!(project.run(&["readme", "--check"]).code, 0);

    project.change("pyproject.toml", "\"3.15\"", "\"3.15\", \"3.16\"");
    assert_eq!(project.run(&["readme", "--check"]).code, 1);
}

#[test]
fn a_document_may_have_the_table_of_tested_targets() {
    let project = SampleProject::new(PROGRAM);
    let tested = "<!-- tested: made by `cargo xtask readme` -->\n<!-- end of tested -->\n";
    project.write("README.md", "Nothing.\n");
    project.write("docs/platforms.md", WHEELS);
    project.write("docs/other.md", "no table\n");
    project.write("docs/tested.md", tested);
    assert_eq!(project.run(&["readme"]).code, 0);
    let written = |name: &str| fs::read_to_string(project.root().join(name)).expect("a file");
    assert_eq!(written("docs/other.md"), "no table\n");
    assert_snapshot!(written("docs/tested.md"), @"
    <!-- tested: made by `cargo xtask readme` -->

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
    assert!(stale.stderr.contains("stale docs/tested.md"), "{}", stale.stderr);
}

#[test]
fn the_page_of_checks_is_written_from_the_checks() {
    let project = SampleProject::new(PROGRAM);
    project.write("README.md", "Nothing.\n");
    project.write("docs/platforms.md", WHEELS);
    project.write("docs/checks.md", "Nothing.\n");
    assert_eq!(project.run(&["readme"]).code, 0);
    let page = std::fs::read_to_string(project.root().join("docs/checks.md")).expect("a page");
    assert_eq!(page, wheel_audit::check::page());
    project.write("docs/checks.md", &page.replace("## abi3-symbols", "## abi3"));
    let stale = project.run(&["readme", "--check"]);
    assert_eq!(stale.code, 1);
    assert!(stale.stderr.contains("stale docs/checks.md"), "{}", stale.stderr);
}
