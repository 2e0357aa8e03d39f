//! `bench`: measurements, as tables in Markdown for `docs/benchmarks.md`.
//!
//! Machines differ and are noisy: whatever is compared is measured in turn in one run, and what is
//! shown are medians.

mod audit;
mod build;
mod calls;
mod growth;
mod opinions;
mod publish;
mod rehearse;

use std::path::{Path, PathBuf};

use anyhow::Result;
use wheel_audit::target::Target;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::Report;
use wheel_pipeline::stage::Machine;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// The rehearsal of the last commit, from a fresh clone with empty caches and then warm, by stage
    Rehearse {
        /// How many warm runs the medians are taken of
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
        runs: u8,
    },
    /// The build of each target from nothing and again, with the sizes of its wheels
    Build {
        /// A target of the table; all that this machine builds unless named
        #[arg(long = "target", value_name = "TARGET")]
        targets: Vec<Target>,
    },
    /// Calls of the built wheel on each Python found, beside C, Cython, mypyc and Python itself
    Calls {
        /// How often each contender is timed
        #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u8).range(1..))]
        rounds: u8,
    },
    /// The audit of real wheels, beside the least that it could cost and the tools of the field
    Audit {
        /// A folder of wheels; without it, those of the corpus are downloaded
        #[arg(long, value_name = "DIR")]
        wheels: Option<PathBuf>,
        /// How many runs of the audit the medians are taken of
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
        rounds: u8,
    },
    /// What auditwheel and abi3audit say of the wheels in dist/; exit 1 where they disagree with the audit
    Opinions,
    /// Publishing many files to an index on loopback, beside as many calls of twine, and verifying them
    Publish {
        /// How many files
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u8).range(2..))]
        files: u8,
    },
    /// Read, inflate and hash wheels, and nothing else: what `bench audit` compares with
    #[command(hide = true)]
    Floor {
        /// A folder of wheels
        wheels: PathBuf,
    },
}

/// The stage.
pub fn run(
    source: &Source,
    machine: &Machine,
    kept: &mut EvidenceFolder,
    report: &Report,
    what: &Bench,
) -> Result<Verdict> {
    match what {
        Bench::Rehearse { runs } => rehearse::run(source, report, *runs),
        Bench::Build { targets } => build::run(source, machine, report, targets),
        Bench::Calls { rounds } => calls::run(source, machine, kept, report, *rounds),
        Bench::Audit { wheels, rounds } => {
            audit::run(&source.project, machine, report, wheels.as_deref(), *rounds)
        }
        Bench::Opinions => opinions::run(source, machine, report),
        Bench::Publish { files } => publish::run(&source.project, machine, report, *files),
        Bench::Floor { wheels } => floor(wheels),
    }
}

/// Reads, inflates and hashes wheels: the least that an audit could cost.
pub fn floor(wheels: &Path) -> Result<Verdict> {
    audit::floor(wheels)
}

/// The middle of some numbers, which must not be none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_one_slow_run() {
        assert!((median(vec![3.0, 1000.0, 1.0, 2.0, 4.0]) - 3.0).abs() < f64::EPSILON);
    }
}
