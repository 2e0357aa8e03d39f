//! One attempt: a wheel is installed in an empty environment, with its dependencies, and tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::names::normalize;
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::file::read_released;
use wheel_audit::wheel::release::WheelFacts;

use crate::evidence::{BuiltFile, SmokeResult, file};
use crate::process::command::Finished;
use crate::project::Project;
use crate::project::source::Source;
use crate::project::wheel_test::WheelTest;
use crate::stage::Machine;
use crate::tool::pip::dependencies::{self, Dependency, Resolution};
use crate::tool::pip::{self, InstallSource};
use crate::tool::python::environment::Environment;
use crate::tool::python::project_tests::{self, Places};

/// The result of an attempt.
#[derive(Debug)]
pub enum Attempt {
    Passed,
    /// The command that failed.
    Failed(Finished),
    /// The test could not run, so nothing is known about the wheel.
    NotTested {
        why: String,
    },
}

impl Attempt {
    /// A finished command: it failed, or none did.
    pub fn of(failed: Option<Finished>) -> Self {
        failed.map_or(Self::Passed, Self::Failed)
    }

    /// The result for the evidence.
    pub fn result(&self) -> SmokeResult {
        match self {
            Self::Passed => SmokeResult::Passed,
            Self::Failed(finished) => SmokeResult::Failed { reason: finished.tail() },
            Self::NotTested { why } => SmokeResult::NotTested { reason: why.clone() },
        }
    }
}

/// A wheel to test.
#[derive(Clone, Debug)]
pub struct TestedWheel {
    pub path: PathBuf,
    sum: Sha256Sum,
    modules: BTreeSet<String>,
    programs: BTreeSet<String>,
    has_requirements: bool,
}

impl TestedWheel {
    /// Reads what the test of a wheel needs to know.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = || format!("cannot read `{}`", path.display());
        let bytes = read_released(path).with_context(wrong)?;
        let facts = WheelFacts::read(name, &bytes).with_context(wrong)?;
        Ok(Self {
            path: path.to_owned(),
            sum: Sha256Sum::digest(&bytes),
            modules: facts.modules(),
            programs: facts.programs(),
            has_requirements: !facts.requirements().is_empty(),
        })
    }

    /// Returns true if its test needs files of an index.
    pub fn needs_downloads(&self, project: &Project) -> bool {
        self.has_requirements || !project.table.test_requires.is_empty()
    }

    /// Reads the wheels among the files of a plan, by name.
    pub fn all(files: &[(PathBuf, BuiltFile)]) -> Result<BTreeMap<String, Self>> {
        let wheels = files.iter().filter(|(_, built)| built.file.ends_with(".whl"));
        wheels.map(|(path, built)| Ok((built.file.clone(), Self::read(path)?))).collect()
    }
}

/// What the tests need beside the release.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The wheel of the downstream package, with its name.
    pub downstream: Option<(&'a Path, &'a str)>,
    pub requirements: &'a [String],
}

/// Installs a wheel in an empty environment, with its dependencies, and runs the test of the project.
pub fn attempt(
    source: &Source,
    machine: &Machine,
    environment: &Environment,
    wheel: &TestedWheel,
    folder: &Path,
) -> Result<Attempt> {
    let tools = machine.tools()?;
    let path = environment.seen(&wheel.path).to_string_lossy().into_owned();
    let install = pip::install(tools, environment, InstallSource::Files, &[&path])?.run()?;
    if !install.succeeded() {
        return Ok(Attempt::Failed(install));
    }
    if let Some(why) = provide(source, machine, environment, wheel, Beside::default(), folder)? {
        return Ok(Attempt::NotTested { why });
    }
    test(source, environment, wheel, folder)
}

/// Installs the dependencies of a wheel and of its tests. Returns the reason if there are none that fit.
pub fn provide(
    source: &Source,
    machine: &Machine,
    environment: &Environment,
    wheel: &TestedWheel,
    beside: Beside,
    folder: &Path,
) -> Result<Option<String>> {
    let project = &source.project;
    let (extras, own) = (&project.table.test_extras, &project.table.test_requires);
    let nothing = !wheel.needs_downloads(project) && beside.requirements.is_empty();
    if nothing && beside.downstream.is_none() {
        return Ok(None);
    }
    let path = environment.seen(&wheel.path);
    let mut requirements = vec![format!("{}{}", path.display(), project.table.extras())];
    requirements.extend(own.iter().chain(beside.requirements).cloned());
    let mut projects = BTreeSet::from([normalize(&project.name)]);
    if let Some((path, name)) = beside.downstream {
        requirements.push(environment.seen(path).to_string_lossy().into_owned());
        projects.insert(normalize(name));
    }
    let tools = machine.tools()?;
    let interpreter = environment.name();
    // Paths of wheels are no part of it, their bytes are.
    let downstream = beside.downstream.map(|(path, _)| std::fs::read(path)).transpose();
    let downstream = downstream.context("cannot read the downstream wheel")?.unwrap_or_default();
    let words = [extras, own, beside.requirements].map(|words| words.join("\n")).join("\n\n");
    let key = format!("{} {interpreter} {words} {}", wheel.sum, Sha256Sum::digest(&downstream));
    let key = Sha256Sum::digest(key.as_bytes()).to_string();
    let wheelhouse = project.wheelhouse().join(&key[..16]);
    let lock = wheelhouse.join("dependencies.json");
    // Complete only with this file, which is written last.
    let fetched = match file::read::<Vec<Dependency>>(&lock)? {
        Some(fetched) => fetched,
        None => {
            let found = match dependencies::resolve(
                tools,
                environment,
                folder,
                &requirements,
                &projects,
            )? {
                Resolution::Found(found) => found,
                Resolution::Not { why } => return Ok(Some(why)),
            };
            if !found.is_empty() {
                let fetched = dependencies::fetch(tools, environment, &found, &wheelhouse)?;
                if !fetched.succeeded() {
                    let why = format!("the dependencies cannot be fetched\n{}", fetched.tail());
                    return Ok(Some(why));
                }
            }
            file::write(&lock, &found)?;
            found
        }
    };
    if fetched.is_empty() {
        return Ok(None);
    }
    let installed = dependencies::install(tools, environment, &fetched, &wheelhouse)?.run()?;
    let failed = !installed.succeeded();
    Ok(failed.then(|| format!("the dependencies cannot be installed\n{}", installed.tail())))
}

/// Runs the test of the project on an installed wheel.
pub fn test(
    source: &Source,
    environment: &Environment,
    wheel: &TestedWheel,
    folder: &Path,
) -> Result<Attempt> {
    let project = &source.project;
    let pass = &project.table.pass_env;
    let not = |why: &str| Ok(Attempt::NotTested { why: why.to_owned() });
    // Such a launcher starts Python and nothing else. A container runs any program.
    let is_emulated = environment.is_emulated() && environment.inside().is_none();
    Ok(Attempt::of(match project.table.test() {
        WheelTest::Script(script) => {
            project_tests::smoke(environment, &project.root.join(script), folder, pass)?
        }
        WheelTest::Suite(_) if is_emulated => {
            return not(
                "the test suite needs a Python that this machine starts without a launcher",
            );
        }
        WheelTest::Suite(commands) => {
            let places =
                Places { project: source.top(), package: &project.root, wheel: &wheel.path };
            project_tests::suite(environment, commands, &places, folder, pass)?
        }
        WheelTest::Imports => {
            let none = BTreeSet::new();
            let programs = if is_emulated { &none } else { &wheel.programs };
            if wheel.modules.is_empty() && programs.is_empty() {
                return not(match wheel.programs.is_empty() {
                    true => "the wheel has no module to import, and no program to start",
                    false => "the launcher of this Python starts no other program",
                });
            }
            let name = normalize(&project.name);
            project_tests::imports(environment, &name, &wheel.modules, programs, folder, pass)?
        }
    }))
}
