//! The folder into which the jobs of the workflow unpack the files of other jobs. git must ignore it, because an untracked
//! file makes the checkout differ from its commit, which closes the gate.

use anyhow::Result;

use super::sources::Sources;
use crate::tool::git;

/// The folder, below the top of the repository.
const FOLDER: &str = "target/jobs";

/// The fault if git does not ignore the folder, and the remedy.
pub fn fault(sources: &Sources) -> Result<Option<(String, String)>> {
    if !sources.is_checkout || git::is_ignored(&sources.repository, &format!("{FOLDER}/sdist"))? {
        return Ok(None);
    }
    let fault = format!(
        "git does not ignore `{FOLDER}`, where the jobs of the workflow unpack files, so the gate would find changes"
    );
    Ok(Some((
        fault,
        "add the line `/target/` to `.gitignore` at the top of the repository".to_owned(),
    )))
}
