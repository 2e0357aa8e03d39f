//! The command line as values.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::evidence::EvidenceFolder;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder::make_output;
use crate::program;
use crate::project::set::ForeignRelease;
use crate::project::source::Source;
use crate::project::{Project, search};
use crate::report::{Format, Report};
use crate::stage::{
    Machine, RunLock, announce, audit, build, explain, foreign, from_jobs, gate, init, licenses,
    plan, prepare, publish, pythons, rehearse, schema, second_build, serve, smoke, verify,
};

/// Takes a maturin project from source to verified wheels on a package index.
#[derive(Debug, Parser)]
#[command(
    name = "wheel-pipeline",
    version,
    max_term_width = 100,
    help_template = TEMPLATE
)]
pub struct Cli {
    /// The folder of the project's `pyproject.toml`; by default the nearest one upwards
    #[arg(long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// The commands in groups. clap has no groups of subcommands, so they are written here. A test compares this
/// text with the commands.
const TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

Judge:
  audit         Judge every file of a release, and the set
  explain       Explain a check of the audit, and how to fix its findings

Release:
  rehearse      Run a whole release on this machine, against a local package index
  prepare       Write the version into Cargo.toml, date the changelog, refresh the lock
  publish       Upload the release, wheels first; a dry run unless the index is on loopback
  verify        Install the published release from the index, and test it
  announce      Make the GitHub release of the published and verified files

Step by step:
  plan          Derive the files that the release must hold
  sdist         Build only the sdist, in dist/
  build         Build the sdist, and the wheels from it, in dist/
  smoke         Install each wheel on each promised Python, and run the smoke test
  second-build  Build the same wheels with cibuildwheel, and compare
  gate          Decide whether dist/ or any folder may be uploaded, from all evidence

Set up:
  init          Propose the table and the workflow of a project, and write them
  pythons       Install Pythons of other platforms and newer series, for the smoke test
  serve         Serve an empty package index on loopback until Ctrl-C
  schema        Print the JSON schema of the table, for editors
  licenses      Write the licenses of the linked crates to LICENSE-THIRD-PARTY

Options:
{options}

Exit codes:
  0  yes, or already done
  1  no: a finding, a failed test, a refusal
  2  the command line or the project's files cannot be used
  3  could not tell
";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge every file of a release, and the set
    Audit(audit::Args),
    /// Explain a check of the audit, and how to fix its findings
    Explain(explain::Args),
    /// Run a whole release on this machine, against a local package index
    Rehearse(rehearse::Args),
    /// Write the version into Cargo.toml, date the changelog, refresh the lock, and print what remains
    Prepare(prepare::Args),
    /// Upload the release, wheels first; a dry run unless the index is on loopback
    Publish(publish::Args),
    /// Install the published release from the index, and test it and a package that depends on it
    Verify(verify::Args),
    /// Make the GitHub release of the published and verified files; a dry run without `--execute`
    Announce(announce::Args),
    /// Derive the files that the release must hold, and write them to target/pipeline/plan.json
    Plan(plan::Args),
    /// Build only the sdist, in dist/
    Sdist(build::SdistArgs),
    /// Build the sdist, and the wheels from it, in dist/
    Build(build::Args),
    /// Install each wheel on each promised Python of this machine, and run the smoke test
    Smoke(smoke::Args),
    /// Build the sdist and this machine's wheels, build the same with cibuildwheel, and compare
    SecondBuild(second_build::Args),
    /// Decide whether dist/, or a folder of files that others built, may be uploaded, from all evidence
    Gate(gate::Args),
    /// Propose the table and the workflow of a project, from what its workflows build today
    Init(init::Args),
    /// Install Pythons of other platforms and newer series, for the smoke test
    Pythons(pythons::Args),
    /// Serve an empty package index on loopback until Ctrl-C, for uploads by hand
    Serve(serve::Args),
    /// Print the JSON schema of `[tool.wheel-pipeline]`, for editors
    Schema,
    /// Write the licenses of the linked crates to LICENSE-THIRD-PARTY
    Licenses(licenses::Args),
}

impl Cli {
    /// The arguments of this process. The usage has the name by which the program was started. clap ends the process
    /// for help, and for a wrong command line.
    pub fn of_process() -> Self {
        let mut command = Self::command().bin_name(program::name());
        let read = command.try_get_matches_from_mut(std::env::args_os());
        let read = read.and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| error.format(&mut command).exit())
    }

    /// The format of the stage's result.
    pub fn format(&self) -> Format {
        match &self.command {
            Command::Sdist(args) => args.output.format,
            Command::Build(args) => args.output.format,
            Command::Smoke(args) => args.output.format,
            Command::Gate(args) => args.output.format,
            Command::Publish(args) => args.output.format,
            Command::Verify(args) => args.output.format,
            Command::Rehearse(args) => args.output.format,
            Command::Announce(args) => args.output.format,
            Command::Serve(args) => args.output.format,
            Command::Audit(_)
            | Command::Explain(_)
            | Command::Init(_)
            | Command::Licenses(_)
            | Command::Plan(_)
            | Command::Prepare(_)
            | Command::Pythons(_)
            | Command::Schema
            | Command::SecondBuild(_) => Format::Human,
        }
    }

    /// Runs the command.
    pub fn run(&self, report: &Report) -> Result<Verdict> {
        match &self.command {
            Command::Audit(args) => audit::run(args, self.project.as_deref(), report),
            Command::Explain(args) => explain::run(args, report),
            Command::Init(args) => init::run(args, self.project.as_deref(), report),
            Command::Rehearse(args) => self.locked(report, |source, machine, kept| {
                rehearse::run(args, source, machine, kept, report)
            }),
            Command::Prepare(args) => {
                self.locked(report, |source, _, _| prepare::run(args, source, report))
            }
            Command::Publish(args) => self.locked(report, |source, machine, kept| {
                publish::run(args, source, machine, kept, report)
            }),
            Command::Verify(args) => self.locked(report, |source, machine, kept| {
                verify::run(args, source, machine, kept, report)
            }),
            Command::Announce(args) => {
                self.locked(report, |source, _, kept| announce::run(args, source, kept, report))
            }
            Command::Plan(args) => plan::run(args, &self.source()?, report),
            Command::Sdist(_) => self.locked(report, |source, machine, kept| {
                build::sdist(source, machine, kept, report)
            }),
            Command::Build(args) => self.locked(report, |source, machine, kept| {
                build::run(args, source, machine, kept, report)
            }),
            Command::Smoke(args) => self.locked(report, |source, machine, kept| {
                smoke::run(args, source, machine, kept, report)
            }),
            Command::SecondBuild(args) => self.locked(report, |source, machine, kept| {
                second_build::run(args, source, machine, kept, report)
            }),
            Command::Gate(args) => {
                self.locked(report, |source, _, kept| gate::run(args, source, kept, report))
            }
            Command::Pythons(args) => {
                self.locked(report, |_, machine, _| pythons::run(args, machine, report))
            }
            Command::Serve(args) => {
                // Files that were made earlier may be served, whatever the project's files say now.
                let root = search::named_or_nearest(self.project.as_deref())?;
                let project = Project::read(&root, None)?;
                make_output(&project.work())?;
                serve::run(args, &project, &Machine::new(&project, report), report)
            }
            Command::Schema => schema::run(report),
            Command::Licenses(args) => licenses::run(args, &self.source()?, report),
        }
    }

    /// The folders that the command line names: with the results of other jobs, and with a release that others built.
    fn folders(&self) -> (Option<&Path>, Option<&Path>) {
        let (jobs, folder) = match &self.command {
            Command::Gate(args) => (&args.jobs.from, &args.folder.folder.folder),
            Command::Publish(args) => (&args.jobs.from, &args.folder.folder.folder),
            Command::Smoke(args) => (&args.jobs.from, &args.folder.folder),
            Command::Verify(args) => (&args.jobs.from, &args.folder.folder),
            Command::Announce(args) => (&args.jobs.from, &None),
            Command::SecondBuild(_)
            | Command::Audit(_)
            | Command::Explain(_)
            | Command::Init(_)
            | Command::Rehearse(_)
            | Command::Prepare(_)
            | Command::Plan(_)
            | Command::Sdist(_)
            | Command::Build(_)
            | Command::Pythons(_)
            | Command::Serve(_)
            | Command::Schema
            | Command::Licenses(_) => (&None, &None),
        };
        (jobs.as_deref(), folder.as_deref())
    }

    fn source(&self) -> Result<Source> {
        let root = search::named_or_nearest(self.project.as_deref())?;
        let handed = self.folders().0.map(from_jobs::handed).transpose()?.flatten();
        Source::open(&root, handed.as_ref())
    }

    /// Runs a stage that writes into the project's folders. The lock excludes other runs.
    fn locked(
        &self,
        report: &Report,
        stage: impl FnOnce(&Source, &Machine, &mut EvidenceFolder) -> Result<Verdict>,
    ) -> Result<Verdict> {
        let source = match (self.folders().1, &self.project) {
            (Some(_), Some(_)) => {
                let what = "both a folder of files and `--project` are named";
                return Err(Failure::usage(what).hint("drop one of the two").into());
            }
            (Some(folder), None) => {
                let release = ForeignRelease::open(folder)?;
                foreign::tell(&release, report);
                release.source
            }
            (None, _) => self.source()?,
        };
        let _lock = RunLock::take(&source.project)?;
        let mut kept = EvidenceFolder::open(source.project.work())?;
        if source.project.folder.is_some() {
            foreign::disregard_others(&source, &mut kept);
        }
        stage(&source, &Machine::new(&source.project, report), &mut kept)
    }
}
