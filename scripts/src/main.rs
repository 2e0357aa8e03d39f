//! The program: reads the command line, runs one stage, and turns its outcome into an exit code.

use std::process::ExitCode;

use clap::Parser;
use wheel_pipeline::cli::Cli;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::{exit, tool};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = Report::new(cli.format());
    let outcome = tool::command::heed_interrupts().and_then(|()| cli.run(report));
    if let Err(error) = &outcome {
        Report::new(Format::Human).error(error);
    }
    exit::code(&outcome)
}
