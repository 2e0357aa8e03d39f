//! Test environments: Pythons with the built wheel and the tests' requirements.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::{Machine, recorded};
use wheel_pipeline::tool::pip::{self, InstallSource};
use wheel_pipeline::tool::python::Interpreter;
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::tools::Tool;

use crate::lock;

/// An environment with the built wheel and the tests' requirements.
pub struct TestEnvironment {
    pub environment: Environment,
    pub interpreter: Interpreter,
    /// The installed file.
    pub wheel: PathBuf,
    /// The folder of the environment. It is removed when this is dropped.
    pub folder: TempDir,
}

/// Makes a test environment for each promised Python on this machine, and at least one.
pub fn environments(
    source: &Source,
    machine: &Machine,
    kept: &EvidenceFolder,
    report: &Report,
) -> Result<Vec<TestEnvironment>> {
    let part = machine.provable(&source.plan)?;
    let files = recorded::files(&source.project, &part, kept.built())?;
    let tools = machine.tools()?;
    let mut environments = Vec::new();
    for interpreter in machine.found()?.own() {
        let promise =
            part.environments.iter().find(|promise| promise.python == interpreter.version);
        let Some(promise) = promise else {
            continue;
        };
        let action = report.start(format!("preparing CPython {}", interpreter.release));
        let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
        let place = folder.path().join("environment");
        let lock = lock::requirements(&source.project)?;
        let environment =
            Environment::locked(interpreter, &place, &tools.program(Tool::Uv)?, &lock)?;
        let (wheel, _) = files
            .iter()
            .find(|(_, built)| built.file == promise.file)
            .context("every planned file is in `files`")?;
        pip::install(tools, &environment, InstallSource::Files, &[&wheel.to_string_lossy()])?
            .check()?;
        let release = &interpreter.release;
        action.done(Mood::Good, "prepared", &format!("CPython {release} for the tests"));
        let (interpreter, wheel) = (interpreter.clone(), wheel.clone());
        environments.push(TestEnvironment { environment, interpreter, wheel, folder });
    }
    if environments.is_empty() {
        return Err(Failure::unknown(
            "no promised Python is on this machine, so nothing can be tested",
        )
        .into());
    }
    Ok(environments)
}
