//! The program: reads the command line, runs one stage, and turns its outcome into an exit code.

use std::process::ExitCode;

use wheel_pipeline::cli::Cli;
use wheel_pipeline::process::interrupt::heeding;
use wheel_pipeline::process::secret::{Secrets, write_no_core_file};
use wheel_pipeline::report::Report;
use wheel_pipeline::{exit, folder};

fn main() -> ExitCode {
    if !Secrets::of_environment().is_empty() {
        write_no_core_file();
    }
    let cli = Cli::of_process();
    let report = Report::new(cli.format());
    folder::sweep();
    let outcome = heeding(|| cli.run(&report));
    if let Err(error) = &outcome {
        report.error(error);
    }
    exit::code(&outcome)
}
