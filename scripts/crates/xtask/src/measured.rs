//! Measures a command with the operating system's counters.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_pipeline::tool::python::tools::{Tool, Tools};

/// The resources that a command used.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Usage {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, of the command and its child processes.
    pub cpu: f64,
    /// Peak memory in bytes, of the largest process.
    pub peak: u64,
    /// The exit code. Findings are no error of a measurement.
    pub code: i32,
}

impl Usage {
    /// The sum with another command, for a sequence of commands.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            wall: self.wall + next.wall,
            cpu: self.cpu + next.cpu,
            peak: self.peak.max(next.peak),
            code: self.code.max(next.code),
        }
    }
}

const SCRIPT: &str = include_str!("bench/measure.py");

/// Runs a program with arguments, and measures it.
pub fn run(tools: &Tools, program: &Path, arguments: &[String]) -> Result<Usage> {
    let finished =
        tools.python(Tool::Pip)?.args(["-c", SCRIPT]).arg(program).args(arguments).check()?;
    serde_json::from_str(&finished.stdout).context("the measuring script prints JSON")
}
