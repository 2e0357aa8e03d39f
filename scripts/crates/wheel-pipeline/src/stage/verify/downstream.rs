//! The downstream package: it depends on the release, and is built, installed and tested with it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pep440_rs::{Version, VersionSpecifiers};
use toml::Table;
use wheel_audit::wheel::release::list;

use crate::failure::Failure;
use crate::folder;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::stage::smoke::attempt::Attempt;
use crate::tool::pip;
use crate::tool::python::environment::Environment;
use crate::tool::python::lock::TOOLS;
use crate::tool::python::project_tests::{self, Places};

/// A downstream package whose wheel is built.
pub struct DownstreamPackage {
    pub wheel: PathBuf,
    /// The name of the package.
    pub name: String,
    folder: PathBuf,
    commands: Vec<String>,
    pub requirements: Vec<String>,
}

/// Builds the wheel of the downstream package. None if the project has none.
pub fn build(
    source: &Source,
    machine: &Machine,
    report: &Report,
) -> Result<Option<DownstreamPackage>> {
    let project = &source.project;
    let Some(downstream) = &project.table.downstream else { return Ok(None) };
    let folder = project.root.join(&downstream.path);
    let out = project.work().join("downstream");
    folder::clear(&out)?;
    let action = report.start("building the downstream package");
    let tools = machine.tools()?;
    let command = match is_built_by_flit(&folder)? {
        true => pip::wheel(tools, &folder, &out)?,
        false => {
            pip::wheel_with_backend(tools, &folder, &out)?.pass_to_build(&project.table.pass_env)
        }
    };
    command.check().context("cannot build the downstream package")?;
    let made = list(&out)?;
    let [wheel] = &made[..] else {
        return Err(Failure::unknown(format!(
            "building `{}` made {} files, expected one wheel",
            folder.display(),
            made.len()
        ))
        .into());
    };
    let file = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    action.done(Mood::Good, "built", &format!("{file}, which depends on the release"));
    Ok(Some(DownstreamPackage {
        name: file.split('-').next().unwrap_or_default().to_owned(),
        wheel: wheel.clone(),
        folder,
        commands: downstream.test_command.clone(),
        requirements: downstream.test_requires.clone(),
    }))
}

/// Returns true if the package needs no build backend but flit-core, which is among the tools.
fn is_built_by_flit(folder: &Path) -> Result<bool> {
    let path = folder.join("pyproject.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let table: Table =
        toml::from_str(&text).with_context(|| format!("cannot read `{}`", path.display()))?;
    let system = table.get("build-system");
    let backend = system.and_then(|system| system.get("build-backend")?.as_str());
    let requires = system.and_then(|system| system.get("requires")?.as_array());
    let only_flit = requires.is_some_and(|requires| {
        requires.iter().all(|one| one.as_str().is_some_and(is_pinned_flit))
    });
    Ok(backend == Some("flit_core.buildapi") && only_flit)
}

/// Returns true if the flit-core among the tools fulfils a requirement.
fn is_pinned_flit(requirement: &str) -> bool {
    let wanted = requirement.strip_prefix("flit_core").or(requirement.strip_prefix("flit-core"));
    let pinned =
        TOOLS.version("flit-core").ok().and_then(|version| version.parse::<Version>().ok());
    let (Some(wanted), Some(pinned)) = (wanted.map(str::trim), pinned) else { return false };
    wanted.is_empty()
        || wanted.parse::<VersionSpecifiers>().is_ok_and(|wanted| wanted.contains(&pinned))
}

impl DownstreamPackage {
    /// Runs the tests of the package in an environment that has it installed.
    pub fn test(
        &self,
        source: &Source,
        environment: &Environment,
        folder: &Path,
    ) -> Result<Attempt> {
        let pass = &source.project.table.pass_env;
        if self.commands.is_empty() {
            let tests = self.folder.join("tests");
            return Ok(Attempt::of(project_tests::unittest(environment, &tests, folder, pass)?));
        }
        let places = Places { project: source.top(), package: &self.folder, wheel: &self.wheel };
        let failed = project_tests::suite(environment, &self.commands, &places, folder, pass)?;
        Ok(Attempt::of(failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_flit_alone_is_built_without_an_index() {
        for (system, expected) in [
            ("requires = [\"flit_core>=3.11\"]\nbuild-backend = \"flit_core.buildapi\"", true),
            ("requires = [\"flit_core<3\"]\nbuild-backend = \"flit_core.buildapi\"", false),
            ("requires = [\"flit_core\", \"x\"]\nbuild-backend = \"flit_core.buildapi\"", false),
            ("requires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"", false),
            ("requires = [\"flit_core\"]", false),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let text = format!("[build-system]\n{system}\n");
            std::fs::write(folder.path().join("pyproject.toml"), text).expect("written");
            assert_eq!(is_built_by_flit(folder.path()).expect("TOML"), expected, "{system}");
        }
    }
}
