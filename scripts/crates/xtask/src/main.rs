//! The program `cargo xtask`.

use std::process::ExitCode;

use clap::Parser;
use wheel_pipeline::exit;
use wheel_pipeline::process::interrupt::heeding;
use wheel_pipeline::report::{Format, Report};
use xtask::Xtask;

fn main() -> ExitCode {
    let xtask = Xtask::parse();
    let report = Report::new(Format::Human);
    let outcome = heeding(|| xtask.run(&report));
    if let Err(error) = &outcome {
        report.error(error);
    }
    exit::code(&outcome)
}
