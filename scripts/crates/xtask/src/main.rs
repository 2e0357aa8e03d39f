//! The program `cargo xtask`.

use std::process::ExitCode;

use clap::Parser;
use wheel_pipeline::exit;
use wheel_pipeline::process::interrupt::heed_interrupts;
use wheel_pipeline::report::{Format, Report};
use xtask::Xtask;

fn main() -> ExitCode {
    let xtask = Xtask::parse();
    let report = Report::new(Format::Human);
    let outcome = heed_interrupts().and_then(|()| xtask.run(&report));
    if let Err(error) = &outcome {
        report.error(error);
    }
    exit::code(&outcome)
}
