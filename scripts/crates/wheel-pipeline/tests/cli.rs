//! The help texts, and the messages for wrong command lines.
//!
//! `TRYCMD=overwrite cargo test --package wheel-pipeline --test cli` writes the expected texts.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use wheel_fixtures::limited;
use wheel_fixtures::project::SampleProject;
use wheel_pipeline::cli::Cli;
use wheel_pipeline::program;

#[test]
fn help_and_refusals_are_as_expected() {
    let cases = trycmd::TestCases::new();
    // clap wraps at the width of the terminal, if there is one.
    cases.env("COLUMNS", "100");
    cases.env("NO_COLOR", "1");
    // The alias of this repository sets it, for tests as well.
    cases.env(program::VARIABLE, "");
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

#[test]
fn usage_and_hints_name_the_program_as_it_was_started() {
    let project = SampleProject::new(env!("CARGO_BIN_EXE_wheel-pipeline"));
    let run = |arguments: &[&str], name: &str| {
        let mut command = project.command(arguments);
        project.finish(limited::output(command.env(program::VARIABLE, name)))
    };
    for (set, name) in [("", "wheel-pipeline"), ("cargo pipeline", "cargo pipeline")] {
        let usage = run(&["plan", "--help"], set).stdout;
        assert!(usage.contains(&format!("\nUsage: {name} plan [OPTIONS]\n")), "{usage}");
        let hint = run(&["audit"], set).stderr;
        assert!(hint.contains(&format!("\nhint: run `{name} build` first\n")), "{hint}");
    }
}

/// A name that is written out would be wrong for somebody.
#[test]
fn no_message_names_an_alias() {
    fn search(folder: &Path, found: &mut Vec<PathBuf>) -> usize {
        let entries = fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.fold(0, |read, path| {
            if path.is_dir() {
                return read + search(&path, found);
            }
            let text = fs::read_to_string(&path).expect("UTF-8");
            if text.contains("cargo pipeline") {
                found.push(path);
            }
            read + 1
        })
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder of crates");
    let mut found = Vec::new();
    let read = ["wheel-audit", "wheel-pipeline"]
        .map(|name| search(&crates.join(name).join("src"), &mut found));
    assert!(read.iter().all(|&files| files > 50), "{read:?}");
    assert_eq!(found, [""; 0].map(PathBuf::from));
}

fn commands(command: &Command, name: &str) -> Vec<String> {
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
        .flat_map(|below| commands(below, &format!("{name} {}", below.get_name())));
    std::iter::once(name.to_owned()).chain(below).collect()
}
