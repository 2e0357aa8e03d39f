//! The command line: what people type, as values.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use pep440_rs::Version;

use crate::evidence::gather;
use crate::exit::Verdict;
use crate::report::{Format, Report};
use crate::stage::audit::{AuditFormat, Choice};
use crate::stage::build::Wanted;
use crate::stage::plan::PlanFormat;
use crate::stage::publish::{Attestations, Destination};
use crate::stage::smoke::canary;
use crate::stage::verify::any as verify_any;
use crate::stage::{
    Session, announce, audit, build, explain, gate, licenses, plan, prepare, publish, pythons,
    rehearse, second_build, serve, smoke, verify,
};
use wheel_audit::target::Target;

/// Takes a maturin project from source to verified wheels on a package index.
///
/// Exit codes: 0 yes, or already done; 1 no (findings, a failed test, a refusal); 2 the command line
/// or the project's files cannot be used; 3 could not tell.
#[derive(Debug, Parser)]
#[command(name = "cargo pipeline", bin_name = "cargo pipeline", version, max_term_width = 100)]
pub struct Cli {
    /// The folder of the project's `pyproject.toml`
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    #[command(subcommand)]
    pub stage: Stage,
}

/// The form of the result on stdout.
#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Stage {
    /// Derive what the release must hold, and write it to target/pipeline/plan.json
    Plan {
        /// How the plan is printed
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormat,
    },
    /// Make the sdist alone, in dist/
    Sdist {
        #[command(flatten)]
        output: Output,
    },
    /// Make the sdist, and the wheels from it, in dist/
    Build {
        /// A target of the table; this machine's own unless named
        #[arg(long = "target", env = "PIPELINE_TARGET", value_name = "TARGET")]
        targets: Vec<Target>,
        /// Every target of the table; exit 3 if one cannot be built on this machine
        #[arg(long, conflicts_with = "targets")]
        all: bool,
        /// Build all of it again from a clone in another folder, and compare each byte
        #[arg(long)]
        check_reproducible: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Judge every file of a release, and the set
    Audit {
        /// Wheels, sdists, or folders that hold them; by default dist/, by the project's plan if it has one
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// First gather what the jobs of a matrix brought, a folder for each below this one
        #[arg(long, value_name = "DIR", conflicts_with = "paths")]
        from: Option<PathBuf>,
        /// Run this check alone; may be repeated
        #[arg(long, value_name = "CHECK")]
        select: Vec<String>,
        /// Leave this check out, which the report says; may be repeated
        #[arg(long, value_name = "CHECK")]
        ignore: Vec<String>,
        /// How the result is printed
        #[arg(long, value_enum, default_value_t)]
        format: AuditFormat,
    },
    /// Say what a check of the audit is for, and what to do about its findings
    Explain {
        /// The name of the check, as in a finding
        check: String,
    },
    /// Install each wheel on each promised Python of this machine, and run the smoke test
    Smoke {
        /// Prove instead that a wheel compiled for a newer processor dies on the emulated oldest one
        #[arg(long, conflicts_with_all = ["complete", "targets", "container"])]
        canary: bool,
        /// A target of the table; unless named, all that was built and can be run here
        #[arg(long = "target", env = "PIPELINE_TARGET", value_name = "TARGET")]
        targets: Vec<Target>,
        /// Also on the Pythons of the official images of Linux, run by docker or podman
        #[arg(long)]
        container: bool,
        /// An image with Pythons under /opt/python, for the one that the table has for the target
        #[arg(long, value_name = "IMAGE", requires = "container")]
        image: Option<String>,
        /// Exit 3 unless every promised environment was tested
        #[arg(long)]
        complete: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Say whether dist/ may be uploaded, by all the evidence there is
    Gate {
        /// First gather what the jobs of a matrix brought, a folder for each below this one
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Make folders with Pythons of other platforms and newer series, for the smoke test
    Pythons {
        /// Debian's name of an architecture, `musl`, or `win64`; all unless named
        #[arg(value_name = "ROOT")]
        names: Vec<String>,
    },
    /// Upload the release, wheels first; a dry run unless the index is on loopback
    Publish {
        /// Where twine sends files
        #[arg(long, value_name = "URL", default_value = "https://upload.pypi.org/legacy/")]
        repository_url: String,
        /// The simple API of the same index
        #[arg(long, value_name = "URL", default_value = "https://pypi.org/simple/")]
        index_url: String,
        /// Really upload; refused unless all evidence is there and clean
        #[arg(long)]
        execute: bool,
        /// First gather what the jobs of a matrix brought, a folder for each below this one
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// How long faults of the network or the index are waited out, in seconds for each file
        #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
        patience: u16,
        /// Which indexes get attestations of who publishes the files
        #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
        attestations: Attestations,
        #[command(flatten)]
        output: Output,
    },
    /// Install the published release from the index, and test it and a package that depends on it
    Verify {
        /// The simple API of the index
        #[arg(
            long,
            visible_alias = "index",
            value_name = "URL",
            default_value = "https://pypi.org/simple/"
        )]
        index_url: String,
        /// Another version, of which no receipt is needed: it must install with the hashes that the index gives
        #[arg(long, value_name = "VERSION")]
        version: Option<Version>,
        /// Another package than the project's own
        #[arg(long, value_name = "NAME", requires = "version")]
        package: Option<String>,
        /// How long an index that lags behind is waited for, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
        patience: u16,
        /// Compare the wheels in DIR, which another builder made of the same sdist, with those in dist/
        #[arg(long, value_name = "DIR", conflicts_with_all = ["index_url", "version"])]
        second_build: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Build the sdist and this machine's wheels, have cibuildwheel build the same, and compare
    SecondBuild {
        /// Compare with what the jobs of a matrix built, a folder for each below this one
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// All of the above on this machine, against a package index of its own
    Rehearse {
        /// A target of the table; unless named, this machine's own, as far as its Pythons take the wheels
        #[arg(long = "target", value_name = "TARGET")]
        targets: Vec<Target>,
        /// Exit 3 unless every promised environment was reached
        #[arg(long)]
        complete: bool,
        /// The port of the index on 127.0.0.1; 0 is any free one
        #[arg(long, default_value_t = 0)]
        port: u16,
        #[command(flatten)]
        output: Output,
    },
    /// Write the version into Cargo.toml, date the changelog, refresh the lock, and print what remains
    Prepare {
        /// The next version, as cargo spells it: 1.2.3, 1.2.3-rc.1
        version: String,
    },
    /// Make the GitHub release of what was published and verified; a dry run unless told otherwise
    Announce {
        /// Really make it
        #[arg(long)]
        execute: bool,
        /// First gather what the jobs of a matrix brought, a folder for each below this one
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Serve an empty package index on loopback until Ctrl-C, for uploads by hand
    Serve {
        /// The port on 127.0.0.1; 0 is any free one
        #[arg(long, default_value_t = 3141)]
        port: u16,
        #[command(flatten)]
        output: Output,
    },
    /// Collect the licences of the crates that are linked, in LICENSE-THIRD-PARTY
    Licenses {
        /// Only say whether the file is current
        #[arg(long)]
        check: bool,
    },
}

impl Cli {
    /// The form in which the stage gives its result.
    pub fn format(&self) -> Format {
        match &self.stage {
            Stage::Sdist { output }
            | Stage::Build { output, .. }
            | Stage::Smoke { output, .. }
            | Stage::Gate { output, .. }
            | Stage::Publish { output, .. }
            | Stage::Verify { output, .. }
            | Stage::Rehearse { output, .. }
            | Stage::Announce { output, .. }
            | Stage::Serve { output, .. } => output.format,
            Stage::Plan { .. }
            | Stage::Audit { .. }
            | Stage::Explain { .. }
            | Stage::Prepare { .. }
            | Stage::Licenses { .. }
            | Stage::Pythons { .. }
            | Stage::SecondBuild { .. } => Format::Human,
        }
    }

    /// Does what was asked for.
    ///
    /// # Errors
    ///
    /// Whatever keeps the stage from a verdict.
    pub fn run(self, report: Report) -> Result<Verdict> {
        let open = |report| Session::open(&self.project, report);
        match self.stage {
            Stage::Plan { format } => plan::run(&open(report)?, format),
            Stage::Sdist { .. } => build::sdist(&open(report)?),
            Stage::Build { targets, all, check_reproducible, .. } => {
                build::run(&open(report)?, &Wanted { targets, all, check_reproducible })
            }
            // These two are of use without a project.
            Stage::Audit { paths, from, select, ignore, format } => {
                let choice = Choice { select, ignore };
                if let Some(from) = from {
                    gather::gather(&open(Report::new(Format::Human))?, &from)?;
                }
                audit::run(&self.project, report, &paths, &choice, format)
            }
            Stage::Explain { check } => explain::run(&report, &check),
            Stage::Smoke { canary: true, .. } => canary::run(&open(report)?),
            Stage::Smoke { targets, container: containers, image, complete, .. } => {
                smoke::run(&open(report)?, &smoke::Wanted { targets, containers, image, complete })
            }
            Stage::Gate { from, .. } => gate::run(&open(report)?, from.as_deref()),
            Stage::Publish {
                repository_url,
                index_url,
                execute,
                from,
                patience,
                attestations,
                ..
            } => {
                let destination = Destination {
                    repository: repository_url,
                    simple: index_url,
                    credentials: None,
                    patience: Duration::from_secs(patience.into()),
                    attestations,
                };
                publish::run(&open(report)?, &destination, execute, from.as_deref())
            }
            Stage::Verify { second_build: Some(folder), .. } => {
                second_build::run(&open(report)?, &folder)
            }
            Stage::Verify { index_url, version, package, patience, .. } => {
                let (session, patience) = (open(report)?, Duration::from_secs(patience.into()));
                match version {
                    None => verify::run(&session, &index_url, patience),
                    Some(version) => {
                        let package = package.as_deref().unwrap_or(&session.project.name);
                        verify_any::run(&session, &index_url, package, &version, patience)
                    }
                }
            }
            Stage::Rehearse { targets, complete, port, .. } => {
                rehearse::run(&open(report)?, &targets, port, complete)
            }
            Stage::Prepare { version } => prepare::run(&open(report)?, &version),
            Stage::Announce { execute, from, .. } => {
                announce::run(&open(report)?, execute, from.as_deref())
            }
            Stage::Serve { port, .. } => serve::run(&open(report)?, port),
            Stage::SecondBuild { from } => second_build::make(&open(report)?, from.as_deref()),
            Stage::Pythons { names } => pythons::run(&open(report)?, &names),
            Stage::Licenses { check } => licenses::run(&open(report)?, check),
        }
    }
}
