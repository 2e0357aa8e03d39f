//! `explain`: prints a check's section of the documentation.

use wheel_audit::check::{self, CHECKS, Check};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::report::Report;

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of the check, as a finding shows it
    pub check: String,
}

/// Prints the section of a check.
pub fn run(args: &Args, report: &Report) -> anyhow::Result<Verdict> {
    report.data(check(&args.check)?.documentation)?;
    Ok(Verdict::Yes)
}

/// The check with that name.
pub fn check(name: &str) -> Result<&'static Check, Failure> {
    check::find(name).ok_or_else(|| {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        Failure::usage(format!("there is no check `{name}`"))
            .hint(format!("the checks are {}", names.join(", ")))
    })
}
