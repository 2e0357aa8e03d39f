//! The documentation and the program name the same things.

use wheel_audit::check::{self, CHECKS};

/// The page as git may check it out, with either line end.
fn page() -> String {
    include_str!("../../../../docs/checks.md").replace("\r\n", "\n")
}

#[test]
fn the_page_of_checks_is_made_of_the_text_beside_each_check() {
    let written = page() == check::page().replace("\r\n", "\n");
    assert!(written, "docs/checks.md is stale: run `cargo xtask readme`");
}

#[test]
fn every_check_has_its_section_and_every_section_its_check() {
    let text = page();
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(sections, checks);
}
