//! `bench`: measurements.

use anyhow::Result;

use super::Session;
use crate::exit::Verdict;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// The rehearsal, cold and warm, stage by stage
    Rehearse,
}

pub fn run(_session: &Session, _what: &Bench) -> Result<Verdict> {
    Ok(Verdict::Unknown)
}
