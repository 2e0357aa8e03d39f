//! `installed`: the program in every way in which a user gets it, away from its repository: from an index by pip, uvx and
//! pipx, and from its source by `cargo install`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::index;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::process::environment::Grant;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::cargo::cargo;
use wheel_pipeline::tool::devpi::{Address, IndexServer};
use wheel_pipeline::tool::pip::{self, InstallSource};
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::tools::Tool;

use crate::cargo::release;

const PROGRAM: &str = "wheel-pipeline";
const INSTALLERS: &str = include_str!("../data/installers.lock");

/// Runs `installed`.
pub fn run(source: &Source, machine: &Machine, report: &Report) -> Result<Verdict> {
    let scripts = source.project.root.join("scripts");
    let project = scripts.join("crates").join(PROGRAM);
    let tools = machine.tools()?;
    let program = release(&scripts, PROGRAM)?;
    let target = wheel_pipeline::stage::machine::host_targets(&Source::open(&project, None)?.plan);
    let target = target.first().context("the program is promised for this machine")?.to_string();
    let of_project = |arguments: &[&str]| {
        Invocation::new(&program).arg("--project").arg(&project).args(arguments)
    };
    let action = report.start("building the program's wheel");
    of_project(&["build", "--target", &target]).check()?;
    action.done(Mood::Good, "built", &format!("the program's wheel for {target}"));
    let mut server = IndexServer::start(tools, 0)?;
    let address = server.ready()?;
    of_project(&["publish", "--repository-url", &address.repository])
        .args(["--index-url", &address.simple])
        .grant(Grant::Upload)
        .env("TWINE_USERNAME", &server.uploader.user)
        .env("TWINE_PASSWORD", &server.uploader.password)
        .check()?;

    let folder = tempfile::Builder::new().prefix("wheel-pipeline-installed-").tempdir()?;
    let ways = Ways { machine, address: &address, folder: folder.path(), project: &project };
    let requirement = requirement(&address)?;
    let mut verdict = Verdict::Yes;
    let all: [(&str, &dyn Fn() -> Result<Invocation>); 4] = [
        ("pip", &|| ways.by_pip(&requirement)),
        ("uvx", &|| ways.by_uvx(&requirement)),
        ("pipx run", &|| ways.by_pipx(&requirement)),
        ("cargo install", &|| ways.by_cargo()),
    ];
    for (name, way) in all {
        let action = report.start(name);
        let started = way()?;
        match works(&started, folder.path()) {
            Ok(said) => action.done(Mood::Good, "installed", &format!("by {name}: {said}")),
            Err(error) => {
                action.done(Mood::Bad, "failed", &format!("by {name}: {error:#}"));
                verdict = Verdict::No;
            }
        }
    }
    Ok(verdict)
}

/// The requirement for the version that the index has.
fn requirement(address: &Address) -> Result<String> {
    let files = index::listing(&address.simple, PROGRAM).map_err(Failure::from)?;
    let wheel = files.iter().find(|file| file.name.ends_with(".whl"));
    let name = &wheel.context("the index has the wheel")?.name;
    let version = name.split('-').nth(1).context("a wheel's name has a version")?;
    Ok(format!("{PROGRAM}=={version}"))
}

/// The version that an installed program prints. It must work in an empty folder, and carry its data.
fn works(program: &Invocation, empty: &Path) -> Result<String> {
    let empty = empty.join("empty");
    fs::create_dir_all(&empty)?;
    let version = program.clone().arg("--version").folder(&empty).check()?.stdout;
    let schema = program.clone().arg("schema").folder(&empty).check()?.stdout;
    serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&schema)
        .context("`schema` prints the schema of the table")?;
    Ok(version.trim().to_owned())
}

/// The ways to install.
struct Ways<'a, 'm> {
    machine: &'a Machine<'m>,
    address: &'a Address,
    folder: &'a Path,
    project: &'a Path,
}

impl Ways<'_, '_> {
    fn by_pip(&self, requirement: &str) -> Result<Invocation> {
        let python = self.machine.tool_python()?;
        let environment = Environment::create(python, &self.folder.join("pip"))?;
        let index = InstallSource::Index(&self.address.simple);
        pip::install(self.machine.tools()?, &environment, index, &[requirement])?.check()?;
        Ok(Invocation::new(environment.program(PROGRAM)))
    }

    fn by_uvx(&self, requirement: &str) -> Result<Invocation> {
        let uv = self.machine.tools()?.program(Tool::Uv)?;
        // The index alone, and nothing that an earlier run has left.
        Ok(Invocation::new(uv)
            .own_server()
            .env("UV_DEFAULT_INDEX", &self.address.simple)
            .env("UV_CACHE_DIR", self.folder.join("uv"))
            .args(["tool", "run", "--from", requirement, PROGRAM]))
    }

    fn by_pipx(&self, requirement: &str) -> Result<Invocation> {
        let uv = self.machine.tools()?.program(Tool::Uv)?;
        let python = self.machine.tool_python()?;
        let folder = self.folder.join("pipx");
        let environment = Environment::locked(python, &folder, &uv, INSTALLERS)?;
        let pipx = Invocation::new(environment.program("pipx"));
        // pipx takes a pip for itself from the same index, so ours stands beside the user's own.
        Ok(pipx
            .grant(Grant::Pip)
            .own_server()
            .env("PIP_EXTRA_INDEX_URL", &self.address.simple)
            .env("PIPX_HOME", self.folder.join("pipx-home"))
            .args(["run", "--spec", requirement, PROGRAM]))
    }

    fn by_cargo(&self) -> Result<Invocation> {
        let root = self.folder.join("cargo");
        cargo(self.folder)
            .args(["install", "--locked", "--quiet", "--path"])
            .arg(self.project)
            .arg("--root")
            .arg(&root)
            .check()?;
        let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
        Ok(Invocation::new(root.join("bin").join(name)))
    }
}
