//! The words for what the workflows of a project build today.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pep440_rs::VersionSpecifiers;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;

use super::platform::Platform;

/// What is read besides the workflows.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The top folder of the repository.
    pub repository: &'a Path,
    /// The folders that a workflow may name for this project, relative to the top: that of `pyproject.toml` and that of
    /// the crate's `Cargo.toml`. Empty for the top.
    pub folders: &'a [String],
    pub requires_python: Option<&'a VersionSpecifiers>,
    /// True if a wheel serves each later Python, and not only the one that it is built for.
    pub serves_later: bool,
    /// The table `[tool.cibuildwheel]`.
    pub cibuildwheel: Option<&'a toml::Table>,
}

/// The wheels of today, and what cannot be taken over.
#[derive(Clone, Debug, Default)]
pub struct Today {
    pub builds: Vec<WheelBuild>,
    /// What was seen and cannot be promised, each with the workflows that have it.
    pub left_out: BTreeMap<String, BTreeSet<String>>,
    /// The platforms without a PyPy that can be promised, on which wheels for PyPy are built.
    pub without_pypy: BTreeSet<Target>,
    /// Targets in the place of others, and keys that were not taken over, in words.
    pub notes: BTreeSet<String>,
    /// The keys of cibuildwheel that name the project's test.
    pub test: TestKeys,
    /// The patterns of the tags on which the workflows that build wheels run.
    pub tags: BTreeSet<String>,
}

/// The wheels that one job builds for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelBuild {
    pub target: Target,
    pub pythons: Pythons,
    /// The Pythons on which the same job installs or tests the wheel. None for one that the workflow does not name.
    pub tested: BTreeSet<Option<PythonVersion>>,
}

/// The Pythons that wheels of a build serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pythons {
    Named(BTreeSet<PythonVersion>),
    /// Every Python with the GIL, by the stable ABI.
    Stable,
    /// Every Python that the builder finds.
    Found,
    /// The workflow names them in a way that only a run knows.
    Unknown,
}

/// The test of cibuildwheel, by its keys in `pyproject.toml`.
pub type TestKeys = BTreeMap<&'static str, toml::Value>;

impl Today {
    /// Adds what another job builds.
    pub fn add(&mut self, job: Self) {
        self.builds.extend(job.builds);
        for (what, files) in job.left_out {
            self.left_out.entry(what).or_default().extend(files);
        }
        self.without_pypy.extend(job.without_pypy);
        self.notes.extend(job.notes);
        for (key, setting) in job.test {
            if self.test.get(key).is_some_and(|first| *first != setting) {
                let note =
                    "differs between the runs of cibuildwheel: the table has that of the first";
                self.notes.insert(format!("`{key}` {note}"));
            }
            self.test.entry(key).or_insert(setting);
        }
        self.tags.extend(job.tags);
    }

    /// Notes what was seen in a file and cannot be promised.
    pub fn leave_out(&mut self, what: String, file: &str) {
        self.left_out.entry(what).or_default().insert(file.to_owned());
    }

    /// Adds a build for a platform.
    pub fn build(&mut self, platform: Platform, pythons: &Pythons, file: &str) {
        let target = match platform {
            Platform::Target(target) => target,
            Platform::Instead { target, note } => {
                self.notes.insert(note);
                target
            }
            Platform::Unknown(what) => {
                self.leave_out(format!("wheels for {what}: no target of a release"), file);
                return;
            }
        };
        let mut pythons = pythons.clone();
        if let Pythons::Named(named) = &mut pythons {
            let is_there = |python: &PythonVersion| {
                let has = |platform: Target| platform.has(*python);
                !python.is_pypy() || target.platforms().into_iter().any(has)
            };
            if !named.iter().all(is_there) {
                self.without_pypy.insert(target);
            }
            named.retain(is_there);
            if named.is_empty() {
                return;
            }
        }
        self.builds.push(WheelBuild { target, pythons, tested: BTreeSet::new() });
    }
}
