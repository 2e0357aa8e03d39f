//! `binary-structure`: every program and library is whole, and its tables lie in it.
//!
//! A library that was cut short in an upload or by a tool installs, and fails at its first use.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, NotJudged};
use crate::wheel::flaw::Part;

pub(super) const CHECK: Check = Check {
    name: "binary-structure",
    about: "every program and library is whole, and its tables lie within it",
    documentation: include_str!("binary_structure.md"),
    owns: &[Part::Binary],
    run,
};

/// The readers have compared everything.
fn run(input: CheckInput) -> CheckResult {
    match input.release.wheels.iter().any(|wheel| !wheel.binaries.is_empty()) {
        true => Ok(Vec::new()),
        false => Err(NotJudged::NoSubject("no binary".to_owned())),
    }
}
