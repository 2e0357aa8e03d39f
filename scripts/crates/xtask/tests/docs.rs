//! The page of checks agrees with the checks.

use wheel_audit::check::{self, CHECKS};

/// The page. git may check it out with line ends of Windows.
fn page() -> String {
    include_str!("../../../../docs/checks.md").replace("\r\n", "\n")
}

#[test]
fn the_page_of_checks_is_current() {
    let written = page() == check::page().replace("\r\n", "\n");
    assert!(written, "docs/checks.md is stale: run `cargo xtask readme`");
}

#[test]
fn every_check_has_a_section_and_every_section_a_check() {
    let text = page();
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(sections, checks);
}
