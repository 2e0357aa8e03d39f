//! `bench`: benchmarks, printed as Markdown tables for `docs/benchmarks.md`.
//!
//! Machines differ and are noisy. So compared programs are measured in turn in one run, and medians are shown.

mod audit;
mod build;
mod calls;
mod growth;
mod hostile;
mod opinions;
mod publish;
mod rehearse;
mod versions;

use std::path::{Path, PathBuf};

use anyhow::Result;
use wheel_audit::target::Target;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::Report;
use wheel_pipeline::stage::Machine;

/// The benchmarks.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// Measure the rehearsal of the last commit, by stage: in a new clone with empty caches, then warm
    Rehearse {
        /// The number of warm runs for the medians
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
        runs: u8,
    },
    /// Measure the build of each target, from nothing and again, with the sizes of its wheels
    Build {
        /// Build this target of the table; may be repeated; by default all targets that can be built here
        #[arg(long = "target", value_name = "TARGET")]
        targets: Vec<Target>,
    },
    /// Measure the build of a project with a wheel for each Python, compared with one call of maturin; exit 1 if a
    /// wheel that is built alone has other bytes
    Versions {
        /// The number of pairs of builds for the medians
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
        rounds: u8,
    },
    /// Measure calls of the built wheel on each Python, compared with C, Cython, mypyc and Python
    Calls {
        /// The number of rounds
        #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u8).range(1..))]
        rounds: u8,
    },
    /// Measure the audit of real wheels, compared with the least possible work and with other tools
    Audit {
        /// A folder of wheels; by default the corpus, which is downloaded
        #[arg(long, value_name = "DIR")]
        wheels: Option<PathBuf>,
        /// The number of runs of the audit for the medians
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
        rounds: u8,
    },
    /// Compare auditwheel and abi3audit on the wheels in dist/ with the audit; exit 1 if they disagree
    Opinions,
    /// Measure publishing many files to an index on loopback, compared with calls of twine, and verifying them
    Publish {
        /// The number of files
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u8).range(2..))]
        files: u8,
    },
    /// Measure the audit of hostile files; exit 1 if one takes more than 10 s of processor time or 1 GB of memory
    Hostile {
        /// The size of the files, in megabytes
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1000))]
        size: u16,
    },
    /// Read, inflate and hash wheels: the least possible work, which `bench audit` compares with
    #[command(hide = true)]
    Floor {
        /// A folder of wheels
        wheels: PathBuf,
    },
}

/// Runs a benchmark.
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
        Bench::Versions { rounds } => versions::run(source, machine, report, *rounds),
        Bench::Calls { rounds } => calls::run(source, machine, kept, report, *rounds),
        Bench::Audit { wheels, rounds } => {
            audit::run(&source.project, machine, report, wheels.as_deref(), *rounds)
        }
        Bench::Opinions => opinions::run(source, machine, report),
        Bench::Publish { files } => publish::run(&source.project, machine, report, *files),
        Bench::Hostile { size } => hostile::run(&source.project, machine, report, *size),
        Bench::Floor { wheels } => floor(wheels),
    }
}

/// Reads, inflates and hashes wheels. Every audit must do at least this.
pub fn floor(wheels: &Path) -> Result<Verdict> {
    audit::floor(wheels)
}

/// The median of the numbers. There must be at least one.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_run_does_not_change_the_median() {
        assert!((median(vec![3.0, 1000.0, 1.0, 2.0, 4.0]) - 3.0).abs() < f64::EPSILON);
    }
}
