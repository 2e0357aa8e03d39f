//! The help texts, and the messages for wrong command lines.
//!
//! `TRYCMD=overwrite cargo test --package wheel-pipeline --test cli` writes the expected texts.

use clap::{Command, CommandFactory};
use wheel_pipeline::cli::Cli;

#[test]
fn help_and_refusals_are_as_expected() {
    let cases = trycmd::TestCases::new();
    // clap wraps at the width of the terminal, if there is one.
    cases.env("COLUMNS", "100");
    cases.env("NO_COLOR", "1");
    cases.case("tests/cmd/*.trycmd");
}

#[test]
fn the_help_of_every_command_has_an_expected_text() {
    let written = include_str!("cmd/help.trycmd");
    for command in commands(&Cli::command(), "wheel-pipeline") {
        let line = format!("$ {command} --help\n");
        assert!(written.contains(&line), "`{command}` is not in help.trycmd");
    }
}

#[test]
fn the_groups_of_the_help_list_every_command_once() {
    let mut command = Cli::command();
    let help = command.render_help().to_string();
    let (groups, _) = help.split_once("\nOptions:\n").expect("options come last");
    let mut listed: Vec<&str> =
        groups.lines().filter_map(|line| line.strip_prefix("  ")?.split("  ").next()).collect();
    let commands = command.get_subcommands().map(Command::get_name);
    let mut commands: Vec<&str> = commands.filter(|name| *name != "help").collect();
    listed.sort_unstable();
    commands.sort_unstable();
    assert_eq!(listed, commands);
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

fn commands(command: &Command, name: &str) -> Vec<String> {
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
        .flat_map(|below| commands(below, &format!("{name} {}", below.get_name())));
    std::iter::once(name.to_owned()).chain(below).collect()
}
