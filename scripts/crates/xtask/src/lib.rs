//! The repository's maintenance commands: tests, benchmarks, lock files and derived pages. Users do not need them.

mod auditors;
pub mod bench;
mod by_hand;
mod cargo;
mod checks;
mod ci;
mod compiler;
mod exits;
mod fuzz;
mod gated;
mod installed;
mod lock;
mod machine;
mod measured;
mod mutants;
mod page_table;
pub mod readme;
mod releases;
mod step;
mod tables;
mod test_environment;
mod test_suite;
mod tried;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::Report;
use wheel_pipeline::stage::{Machine, RunLock};

/// The repository's maintenance commands.
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

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Chore {
    /// Check this repository: formatting, lints, types and every test
    Ci,
    /// Run a benchmark
    Bench {
        #[command(subcommand)]
        what: bench::Bench,
    },
    /// Pin the Python packages of the pipeline and the tests
    Lock {
        /// Write nothing; exit 1 if a lock is not current
        #[arg(long)]
        check: bool,
        /// Upgrade to the newest versions
        #[arg(long, conflicts_with = "check")]
        upgrade: bool,
    },
    /// Write the tables that come from other projects, from pinned packages
    Tables {
        /// Write nothing; exit 1 if a table is not current
        #[arg(long)]
        check: bool,
    },
    /// Write the pages that are derived from the plan and the checks
    Readme {
        /// Write nothing; exit 1 if a page is not current
        #[arg(long)]
        check: bool,
    },
    /// Start and end processes that use the package, in every way and many times on each Python
    Exits {
        /// The number of starts of each way
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
        starts: u16,
    },
    /// Make faults in the extension one by one; exit 1 if its tests do not notice one
    Mutants {
        /// Only the faults whose descriptions have these words; by default all
        words: Option<String>,
    },
    /// Run each target of the fuzzer for its share of the time; exit 1 if an input fails
    Fuzz {
        /// The time of all targets together, in seconds
        #[arg(default_value_t = 720, value_parser = clap::value_parser!(u32).range(1..))]
        seconds: u32,
    },
    /// Download whole releases of PyPI by many build backends, and audit them; exit 1 if an error is not a known one
    Releases {
        /// The projects; by default all of the list
        projects: Vec<String>,
    },
    /// Run the gate over whole releases of PyPI that others built, without a table, and write `docs/tried.md`
    Gated {
        /// The projects; by default all of the list
        projects: Vec<String>,
    },
    /// Run the commands that the README lists under "By hand"
    ByHand,
    /// Install the program from an index on this machine with pip, uvx and pipx, and from its source with cargo
    Installed,
    /// Rehearse real projects with what `init` writes for them, and write `docs/tried.md`
    Tried {
        /// The names of projects on the list; by default all
        names: Vec<String>,
    },
}

impl Xtask {
    /// Runs the command.
    pub fn run(&self, report: &Report) -> Result<Verdict> {
        // It takes no lock, because it runs inside a benchmark, which has the lock.
        if let Chore::Bench { what: bench::Bench::Floor { wheels } } = &self.chore {
            return bench::floor(wheels);
        }
        let source = &Source::open(&self.project, None)?;
        let _lock = RunLock::take(&source.project)?;
        let machine = &Machine::new(&source.project, report);
        let kept = &mut EvidenceFolder::open(source.project.work())?;
        match &self.chore {
            Chore::Ci => ci::run(source, machine, kept, report),
            Chore::Bench { what } => bench::run(source, machine, kept, report, what),
            Chore::Lock { check, upgrade } => {
                lock::run(&source.project, machine, report, *check, *upgrade)
            }
            Chore::Tables { check } => tables::run(&source.project, machine, report, *check),
            Chore::Readme { check } => readme::run(source, report, *check),
            Chore::Exits { starts } => exits::run(source, machine, kept, report, *starts),
            Chore::Mutants { words } => {
                mutants::run(source, machine, kept, report, words.as_deref())
            }
            Chore::Fuzz { seconds } => fuzz::run(&source.project, report, *seconds),
            Chore::Releases { projects } => releases::run(&source.project, report, projects),
            Chore::Gated { projects } => gated::run(&source.project, report, projects),
            Chore::ByHand => by_hand::run(source, machine, report),
            Chore::Installed => installed::run(source, machine, report),
            Chore::Tried { names } => tried::run(source, machine, report, names),
        }
    }
}
