//! A command measured by the operating system's own accounts.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_pipeline::tool::python::environment::Tools;

/// What a command took.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Usage {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, of the command and all that it started.
    pub cpu: f64,
    /// Bytes of memory of its largest process.
    pub peak: u64,
    /// The exit code; what a tool thinks of a wheel is not what is measured.
    pub code: i32,
}

impl Usage {
    /// Another command after this one.
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

/// Runs a program with arguments, and says what it took.
pub fn run(tools: &Tools, program: &Path, arguments: &[String]) -> Result<Usage> {
    let finished = tools.python().args(["-c", SCRIPT]).arg(program).args(arguments).check()?;
    serde_json::from_str(&finished.stdout).context("the measuring script prints JSON")
}
