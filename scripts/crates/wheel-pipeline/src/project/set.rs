//! A release that others built, as a source: a folder of files, without a project and without a table.

use std::path::Path;

use anyhow::Result;
use pep440_rs::Version;
use wheel_audit::set::{NotOneRelease, SetPromise, promise};
use wheel_audit::wheel::release::{ReleaseFacts, list};

use super::foreign::ForeignPatterns;
use super::source::Source;
use super::{MaturinTable, Project, PromiseTable, series};
use crate::failure::Failure;
use crate::process::interrupt::unless_interrupted;

/// A release that others built.
#[derive(Debug)]
pub struct ForeignRelease {
    /// The files as a source. Its plan is what the files promise by themselves.
    pub source: Source,
    /// The wheels that promise nothing that can be tested, each with the reason.
    pub untestable: Vec<(String, String)>,
}

impl ForeignRelease {
    /// Reads the files of a folder.
    pub fn open(folder: &Path) -> Result<Self> {
        let shown = folder.display();
        if !folder.is_dir() {
            return Err(Failure::usage(format!("there is no folder `{shown}`")).into());
        }
        let absolute = |path: &Path| {
            std::path::absolute(path)
                .map_err(|error| Failure::usage(format!("`{}`: {error}", path.display())))
        };
        // The evidence goes below the working folder.
        let (folder, root) = (absolute(folder)?, absolute(Path::new("."))?);
        let paths = list(&folder)?;
        let known: Vec<_> = series::found().chain(series::pypys()).collect();
        let promised = unless_interrupted(move || {
            // The audit tells of files that cannot be read.
            let (release, _) = ReleaseFacts::read(&paths);
            promise(&release, &known).map(|promised| (promised, release.files))
        })?;
        let (SetPromise { plan, untestable }, read) = promised.map_err(|error| {
            let failure = Failure::unknown(format!("`{shown}` is not one release: {error}"));
            match error {
                NotOneRelease::Several(_) => failure.hint("give each release a folder of its own"),
                NotOneRelease::NoWheel => failure.hint("name a folder that holds the wheels"),
                NotOneRelease::NothingPromised => {
                    failure.hint("`audit` judges the files without a promise")
                }
            }
        })?;
        let version: Version = plan.version.parse().map_err(|_| {
            Failure::unknown(format!("`{}` in the names of the files is no version", plan.version))
        })?;
        let table = PromiseTable {
            targets: plan.targets(),
            pythons: plan.environments.iter().map(|promise| promise.python).collect(),
            foreign: ForeignPatterns::names(&plan.foreign),
            ..PromiseTable::default()
        };
        let project = Project {
            root,
            folder: Some(folder),
            name: plan.project.clone(),
            version,
            has_own_version: false,
            manifest: "Cargo.toml".into(),
            maturin: MaturinTable::default(),
            requires_python: None,
            families: plan.families.clone(),
            bindings: None,
            stale_lock: false,
            table,
        };
        Ok(Self { source: Source { project, revision: None, plan, read }, untestable })
    }
}
