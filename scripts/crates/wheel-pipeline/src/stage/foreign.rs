//! Files that other builders made: their records, and what a folder of them promises.

use std::path::PathBuf;

use anyhow::Result;
use wheel_audit::wheel::file::read_released;
use wheel_audit::wheel::{Sha256Sum, printable};

use crate::evidence::{BuildEvidence, BuiltFile, EvidenceFolder, SmokeEvidence};
use crate::failure::Failure;
use crate::process::interrupt::check_interrupt;
use crate::project::set::ForeignRelease;
use crate::project::source::Source;
use crate::report::{Mood, Report};

/// The folder of a release that others built, in place of a project.
#[derive(Debug, Default, clap::Args)]
pub struct Folder {
    /// A folder of wheels and an sdist that others built, in place of a project; it promises what the names of its
    /// files say
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// The same for the stages that decide about an upload.
#[derive(Debug, Default, clap::Args)]
pub struct FromFolder {
    #[command(flatten)]
    pub folder: Folder,
    /// Let environments that DIR promises stay untested, each told as waived; a failed test still refuses
    #[arg(long, requires = "folder")]
    pub allow_untested: bool,
}

/// Records the foreign files as they lie in `dist/` now. Returns the source with them in its plan.
///
/// Each run records them anew. A test of other bytes than these then proves nothing, and the upload sends what this run has
/// hashed. A file that the plan was derived from is not read again: if it has changed since, the gate says so.
pub fn record(source: &Source, kept: &mut EvidenceFolder) -> Result<Source> {
    let source = source.clone().with_foreign()?;
    let mut build: BuildEvidence = kept.built().clone();
    build.files.retain(|file| !file.elsewhere);
    for file in &source.plan.foreign {
        let path = source.project.dist().join(file);
        // A link is left to the audit, which reads none.
        if !path.is_file() || path.is_symlink() {
            continue;
        }
        let (sum, size) = match source.read.iter().find(|read| read.name == *file) {
            Some(read) => (read.sum, read.size),
            None => {
                let bytes = read_released(&path)
                    .map_err(|error| Failure::unknown(format!("`{}`: {error}", printable(file))))?;
                (Sha256Sum::digest(&bytes), bytes.len() as u64)
            }
        };
        check_interrupt()?;
        // This project may have built it before, when no pattern matched it.
        if build.file(file).is_some_and(|own| own.sha256 == sum) {
            continue;
        }
        build.files.retain(|own| own.file != *file);
        build.files.push(BuiltFile::elsewhere(file.clone(), sum, size));
    }
    if build != *kept.built() {
        kept.keep(build)?;
    }
    Ok(source)
}

/// Leaves out the tests of another set of files, which an earlier run in the same working folder has made.
pub fn disregard_others(source: &Source, kept: &mut EvidenceFolder) {
    let tested = kept.smoke.as_ref().and_then(|smoke| smoke.source.as_ref());
    if tested.is_some_and(|tested| tested.plan != source.plan.sum()) {
        kept.disregard::<SmokeEvidence>();
    }
}

/// Says what the files of a folder promise.
pub fn tell(release: &ForeignRelease, report: &Report) {
    let plan = &release.source.plan;
    let (name, version) = (&plan.project, &plan.version);
    let count = plan.environments.len();
    report.say(
        Mood::Good,
        "promised",
        &format!("{count} environments by the names of the files of {name} {version}"),
    );
    for target in plan.targets() {
        let there = plan.environments.iter().filter(|promise| promise.target == target);
        let pythons: Vec<String> = there.map(|promise| promise.python.to_string()).collect();
        report.say(Mood::Good, "promised", &format!("{target}: {}", pythons.join(", ")));
    }
    for (file, why) in &release.untestable {
        report.say(Mood::Doubtful, "untestable", &format!("{file}: {why}"));
    }
    if plan.sdist.is_none() {
        report.say(Mood::Doubtful, "no sdist", "pip finds nothing on any other platform");
    }
}
