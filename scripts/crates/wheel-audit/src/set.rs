//! The promise that the files of a release make by themselves, where no project says what was promised.
//!
//! Each wheel promises the platforms and the Pythons that its name gives, as far as `Requires-Python` admits them. So nothing
//! is known of a wheel that is missing: only a project's table promises a file that nobody has made.

use std::collections::BTreeSet;
use std::str::FromStr;

use pep440_rs::Version;
use thiserror::Error;

use crate::check::install_table::{admits, pick};
use crate::family::{Family, PythonVersion};
use crate::names::normalize;
use crate::plan::{Plan, PlannedWheel, PromisedEnvironment};
use crate::platform::PlatformTag;
use crate::target::Target;
use crate::wheel::filename::WheelName;
use crate::wheel::quoted;
use crate::wheel::release::ReleaseFacts;
use crate::wheel::sdist::SdistName;

/// The promise of a set of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetPromise {
    /// The plan that the set fulfils. All of its files are foreign.
    pub plan: Plan,
    /// The wheels that promise nothing that can be tested, each with the reason.
    pub untestable: Vec<(String, String)>,
}

/// The reason why files are not one release.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotOneRelease {
    /// No file has the name of a wheel.
    #[error("there is no wheel")]
    NoWheel,
    /// Projects with their versions.
    #[error("the files are of several releases: {}", .0.join(", "))]
    Several(Vec<String>),
    /// No wheel is for a platform and a Python that can be tested.
    #[error("no wheel promises a platform and a Python that this program knows")]
    NothingPromised,
}

/// The parts of a wheel's name that a promise is derived from.
struct Named {
    file: String,
    name: WheelName,
    family: Option<Family>,
    targets: BTreeSet<Target>,
}

/// Derives the promise of a set of files. `known` has the Pythons that exist, the oldest first.
///
/// # Errors
///
/// [`NotOneRelease`] for an empty set, for files of several projects or versions, and if nothing can be tested.
pub fn promise(
    release: &ReleaseFacts,
    known: &[PythonVersion],
) -> Result<SetPromise, NotOneRelease> {
    let names = release.files.iter().map(|file| file.name.as_str());
    let wheels: Vec<Named> = names.clone().filter_map(Named::read).collect();
    if wheels.is_empty() {
        return Err(NotOneRelease::NoWheel);
    }
    let sdists: Vec<(&str, SdistName)> =
        names.filter_map(|file| Some((file, SdistName::read(file)?))).collect();
    let of_wheels = wheels.iter().map(|wheel| (&wheel.name.distribution, &wheel.name.version));
    let of_sdists = sdists.iter().map(|(_, name)| (&name.project, &name.version));
    let releases: BTreeSet<(String, String)> = of_wheels
        .chain(of_sdists)
        .map(|(name, version)| (normalize(name), plain(version)))
        .collect();
    let mut releases: Vec<(String, String)> = releases.into_iter().collect();
    if releases.len() > 1 {
        let names = releases
            .iter()
            .map(|(name, version)| format!("`{} {}`", quoted(name), quoted(version)));
        return Err(NotOneRelease::Several(names.collect()));
    }
    let (project, version) = releases.remove(0);
    // A wheel with another `Requires-Python` than the rest is a finding of its own.
    let admitted = |python: PythonVersion| {
        release.wheels.is_empty() || release.wheels.iter().any(|wheel| admits(wheel, python))
    };
    let pythons = |wheel: &Named| wheel.pythons(known).into_iter().filter(|one| admitted(*one));
    let mut promised: BTreeSet<(Target, PythonVersion)> = BTreeSet::new();
    let (mut planned, mut untestable) = (Vec::new(), Vec::new());
    for wheel in &wheels {
        let before = planned.len();
        for &target in &wheel.targets {
            let there = pythons(wheel).filter(|python| target.has(*python));
            let there: Vec<PythonVersion> = there.collect();
            promised.extend(there.iter().map(|python| (target, *python)));
            if let (Some(family), false) = (wheel.family, there.is_empty()) {
                planned.push(PlannedWheel { file: wheel.file.clone(), target, family });
            }
        }
        if planned.len() == before {
            untestable.push((wheel.file.clone(), wheel.why(known)));
        }
    }
    if promised.is_empty() {
        return Err(NotOneRelease::NothingPromised);
    }
    let environment = |(target, python)| {
        let names = wheels.iter().map(|wheel| (wheel.file.as_str(), &wheel.name));
        let file = pick(names, target, python)?.to_owned();
        Some(PromisedEnvironment { target, python, file })
    };
    let mut families: Vec<Family> = planned.iter().map(|wheel| wheel.family).collect();
    families.sort();
    families.dedup();
    let foreign = wheels.iter().map(|wheel| wheel.file.clone());
    let sdist = sdists.first().map(|(file, _)| (*file).to_owned());
    let plan = Plan {
        project,
        version,
        tag: None,
        foreign: foreign.chain(sdist.clone()).collect(),
        unpromised: untestable.iter().map(|(file, _)| file.clone()).collect(),
        sdist,
        families,
        environments: promised.into_iter().filter_map(environment).collect(),
        wheels: planned,
    };
    Ok(SetPromise { plan, untestable })
}

/// A version in normal form, if it is one.
fn plain(version: &str) -> String {
    Version::from_str(version).map_or_else(|_| version.to_owned(), |version| version.to_string())
}

impl Named {
    fn read(file: &str) -> Option<Self> {
        let name: WheelName = file.parse().ok()?;
        let targets = name.platforms.iter().flat_map(|tag| targets(tag));
        let targets = oldest(targets);
        Some(Self { file: file.to_owned(), family: name.family(), targets, name })
    }

    /// The Pythons that it promises, of those that are known. An exact CPython may be newer.
    fn pythons(&self, known: &[PythonVersion]) -> Vec<PythonVersion> {
        let Some(family) = self.family else { return Vec::new() };
        match family {
            Family::Exact(python) if python.is_pypy() => {
                known.iter().copied().filter(|one| *one == python).collect()
            }
            Family::Exact(python) if Some(python.series()) < known.first().copied() => Vec::new(),
            Family::Exact(python) => vec![python],
            // A wheel for every Python installs on PyPy too, and does not promise it.
            Family::Abi3 { .. } | Family::Abi3t { .. } | Family::AnyPython => {
                let cpython = known.iter().copied().filter(|one| !one.is_pypy());
                cpython.filter(|one| family.serves(*one)).collect()
            }
        }
    }

    /// The reason why it promises nothing that can be tested.
    fn why(&self, known: &[PythonVersion]) -> String {
        let oldest = known.first().map(ToString::to_string).unwrap_or_default();
        let tags = |tags: &[String]| quoted(&tags.join(".")).to_string();
        let platforms = tags(&self.name.platforms);
        match self.family {
            None => {
                let (python, abi) = (tags(&self.name.pythons), tags(&self.name.abis));
                format!("`{python}-{abi}` is for no CPython and no PyPy")
            }
            Some(_) if self.targets.is_empty() => {
                format!("`{platforms}` is no platform that is tested")
            }
            Some(Family::Exact(python)) if python.is_pypy() && !known.contains(&python) => {
                format!("`{python}` is no PyPy that is tested")
            }
            Some(Family::Exact(python))
                if python.is_pypy() && !self.targets.iter().any(|target| target.has(python)) =>
            {
                format!("`{platforms}` is no platform on which PyPy is tested")
            }
            Some(Family::Exact(python)) if python.is_pypy() => {
                "it is for a PyPy that `Requires-Python` does not admit".to_owned()
            }
            Some(_) => {
                format!("it is for no CPython from {oldest} on that `Requires-Python` admits")
            }
        }
    }
}

/// The targets of a platform tag. None for `any`, and for a platform that has no target.
fn targets(tag: &str) -> Vec<Target> {
    let Some(PlatformTag::System { system, architectures }) = PlatformTag::read(tag) else {
        return Vec::new();
    };
    let target = |architecture| Target::of(system, architecture);
    architectures.into_iter().filter_map(target).collect()
}

/// The oldest system of each kind and architecture. It is the one that a wheel with several tags promises.
fn oldest(targets: impl Iterator<Item = Target>) -> BTreeSet<Target> {
    // Targets of one kind are ordered by their version.
    let mut oldest: BTreeSet<Target> = BTreeSet::new();
    for target in targets {
        let is_alike = |other: &Target| {
            std::mem::discriminant(&other.system()) == std::mem::discriminant(&target.system())
                && other.architecture() == target.architecture()
        };
        match oldest.iter().copied().find(is_alike) {
            Some(other) if other <= target => {}
            other => {
                if let Some(other) = other {
                    oldest.remove(&other);
                }
                oldest.insert(target);
            }
        }
    }
    oldest
}
