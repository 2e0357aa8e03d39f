//! The files and the evidence of several jobs, taken into this checkout.

use std::path::Path;

use anyhow::Result;

use crate::evidence::gather::gather;
use crate::report::Mood;
use crate::stage::Session;

/// Takes in what the jobs below `from` brought: a folder for each, as artifacts are downloaded.
pub fn take_in(session: &Session, from: &Path) -> Result<()> {
    let action = session.report.start("gathering");
    let gathered = gather(&session.plan, from)?;
    let what = gathered.to_string();
    gathered.place(&session.project.dist(), &session.project.work(), kept)?;
    action.done(Mood::Good, "gathered", &what);
    Ok(())
}
