//! The chores of this repository: its tests, benchmarks, locks and derived pages. No user meets them.

mod auditors;
pub mod bench;
mod by_hand;
mod cargo;
mod checks;
mod ci;
mod compiler;
mod lock;
mod machine;
mod measured;
mod readme;
mod tables;
mod test_suite;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::stage::Session;

/// The chores of this repository.
///
/// Exit codes: 0 yes, or already done; 1 no; 2 the command line cannot be used; 3 could not tell.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
pub struct Xtask {
    /// The folder of the project's `pyproject.toml`
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    #[command(subcommand)]
    pub chore: Chore,
}

/// A chore.
#[derive(Debug, Subcommand)]
pub enum Chore {
    /// Check this repository: formatting, lints, types and every test
    Ci,
    /// Measure
    Bench {
        #[command(subcommand)]
        what: bench::Bench,
    },
    /// Pin the Python packages that the pipeline and the tests run
    Lock {
        /// Only say whether the locks are current
        #[arg(long)]
        check: bool,
        /// Take the newest versions
        #[arg(long, conflicts_with = "check")]
        upgrade: bool,
    },
    /// Write the tables that are made of other people's anew, from the packages pinned for them
    Tables {
        /// Only say whether they are current
        #[arg(long)]
        check: bool,
    },
    /// Bring the pages that are derived from the plan and the checks up to date
    Readme {
        /// Only say whether they are current
        #[arg(long)]
        check: bool,
    },
    /// Run the commands that the README lists under "By hand"
    ByHand,
}

impl Xtask {
    /// Does the chore.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from a verdict.
    pub fn run(self) -> Result<Verdict> {
        let session = Session::open(&self.project, Report::new(Format::Human))?;
        match self.chore {
            Chore::Ci => ci::run(&session),
            Chore::Bench { what } => bench::run(&session, &what),
            Chore::Lock { check, upgrade } => lock::run(&session, check, upgrade),
            Chore::Tables { check } => tables::run(&session, check),
            Chore::Readme { check } => readme::run(&session, check),
            Chore::ByHand => by_hand::run(&session),
        }
    }
}
