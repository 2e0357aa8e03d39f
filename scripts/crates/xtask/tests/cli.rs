//! The help texts, and the messages for wrong command lines.
//!
//! `TRYCMD=overwrite cargo test --package xtask --test cli` writes the expected texts.

use clap::CommandFactory;
use xtask::Xtask;

#[test]
fn help_and_refusals_are_as_expected() {
    let cases = trycmd::TestCases::new();
    // clap wraps at the width of the terminal, if there is one.
    cases.env("COLUMNS", "100");
    cases.env("NO_COLOR", "1");
    cases.case("tests/cmd/*.trycmd");
}

#[test]
fn the_command_line_is_well_formed() {
    Xtask::command().debug_assert();
}
