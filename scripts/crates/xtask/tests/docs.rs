//! The documentation and the program name the same things.

use wheel_audit::check::CHECKS;

#[test]
fn every_check_has_its_section_and_every_section_its_check() {
    let text = include_str!("../../../../docs/checks.md");
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(sections, checks);
}
