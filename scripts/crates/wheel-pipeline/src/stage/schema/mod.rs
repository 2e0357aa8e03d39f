//! `schema`: prints the JSON schema of the table `[tool.wheel-pipeline]`.

use anyhow::Result;

use crate::exit::Verdict;
use crate::project::schema::SCHEMA;
use crate::report::Report;

/// Runs `schema`.
pub fn run(report: &Report) -> Result<Verdict> {
    report.data(SCHEMA)?;
    Ok(Verdict::Yes)
}
