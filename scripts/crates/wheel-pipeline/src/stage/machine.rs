//! This machine: its Pythons and the pinned tools. Each is found when a stage first needs it.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::Target;

use crate::failure::Failure;
use crate::project::Project;
use crate::report::{Mood, Report};
use crate::tool::python;
use crate::tool::python::tools::Tools;
use crate::tool::python::{Found, Interpreter};

/// The Pythons and tools of this machine, for the stages of one project.
pub struct Machine<'a> {
    report: &'a Report,
    /// The Pythons that the project promises. The tools run on one of them.
    promised: Vec<PythonVersion>,
    found: OnceLock<Found>,
    tools: OnceLock<Tools<'a>>,
}

impl<'a> Machine<'a> {
    /// This machine, before anything is searched.
    pub fn new(project: &Project, report: &'a Report) -> Self {
        Self {
            report,
            promised: project.table.pythons.clone(),
            found: OnceLock::new(),
            tools: OnceLock::new(),
        }
    }

    /// The Pythons of this machine. An error if there is none.
    pub fn found(&self) -> Result<&Found> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found = python::search::find()?;
        if found.interpreters.is_empty() {
            let seen = match found.passed_over.len() {
                0 => String::new(),
                _ => format!("\n  passed over: {}", found.passed_over.join("\n  passed over: ")),
            };
            return Err(Failure::unknown(format!(
                "no CPython {} or later on this machine{seen}",
                python::OLDEST
            ))
            .hint(
                "install one with `apt install python3 python3-venv`, `pyenv install` or \
                `uv python install`",
            )
            .into());
        }
        Ok(self.found.get_or_init(|| found))
    }

    /// The pinned tools. Each is installed when it is first needed.
    pub fn tools(&self) -> Result<&Tools<'a>> {
        if let Some(tools) = self.tools.get() {
            return Ok(tools);
        }
        let interpreter = self.tool_python()?.clone();
        let (report, release) = (self.report, interpreter.release.clone());
        let tools = Tools::new(
            interpreter,
            Box::new(move |what, install| {
                let action = report.start(format!("installing {what}"));
                let environment = install()?;
                action.done(Mood::Good, "installed", &format!("{what}, on Python {release}"));
                Ok(environment)
            }),
        )?;
        Ok(self.tools.get_or_init(|| tools))
    }

    /// The Python that the tools run on: the newest promised one. The newest Python of the machine may be too new for
    /// the tools' wheels.
    pub fn tool_python(&self) -> Result<&Interpreter> {
        let found = self.found()?;
        let promised = |interpreter: &&Interpreter| self.promised.contains(&interpreter.version);
        // The tools' wheels are for CPythons with the GIL.
        let locked = || {
            found.own().filter(|found| {
                found.version.is_usual() && found.version >= python::OLDEST_FOR_TOOLS
            })
        };
        locked().rfind(promised).or(locked().next_back()).with_context(|| {
            format!(
                "the pinned tools need a CPython {} or later, with the GIL, for this machine's platform, and none was found",
                python::OLDEST_FOR_TOOLS
            )
        })
    }

    /// The part of a plan that this machine can test: the wheels of its targets that one of its Pythons can install. If
    /// it has none of the promised Pythons, all wheels of its targets.
    pub fn provable(&self, plan: &Plan) -> Result<Plan> {
        let targets = host_targets(plan);
        if targets.is_empty() {
            return Err(Failure::unknown(
                "no target of `[tool.wheel-pipeline]` is for this machine",
            )
            .into());
        }
        let part = plan.only(&targets);
        let pythons: Vec<_> = self.found()?.own().map(|interpreter| interpreter.version).collect();
        let serving = part.serving(&pythons);
        Ok(if serving.wheels.is_empty() { part } else { serving })
    }
}

/// The targets of a plan for this machine's platform.
pub fn host_targets(plan: &Plan) -> Vec<Target> {
    plan.platforms().into_iter().filter(|target| target.is_host()).collect()
}
