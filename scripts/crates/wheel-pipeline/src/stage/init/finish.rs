//! The end of `init`: the changes are written, or compared for CI.

use anyhow::Result;

use super::change::Change;
use super::today::workflow::FOLDER;
use super::workflow::Requirements;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::report::{Mood, Report};

/// Writes the changes if `write` is given. If a file that is there differs, nothing is written.
pub fn written(write: bool, changes: &[Change], report: &Report) -> Result<Verdict> {
    let refused: Vec<String> = changes
        .iter()
        .filter(|change| change.refused)
        .map(|change| format!("`{}`", change.name))
        .collect();
    if !refused.is_empty() {
        let failure = Failure::refused(format!(
            "{} would be changed, and what is there is never overwritten: nothing is written",
            refused.join(" and ")
        ))
        .hint("take over by hand what the diff shows");
        let of_workflow = |change: &Change| change.refused && change.name.starts_with(FOLDER);
        return Err(match changes.iter().any(of_workflow) {
            true => failure.hint(
                "remove a workflow that `init` made before, or give the new one another name with `--workflow FILE`",
            ),
            false => failure,
        }
        .into());
    }
    let open: Vec<&Change> = changes.iter().filter(|change| !change.is_made()).collect();
    if open.is_empty() {
        report.say(Mood::Good, "current", "there is nothing to write");
        return Ok(Verdict::Yes);
    }
    if open.iter().any(|change| change.name == Requirements::PATH) {
        let what = format!(
            "the workflow installs this version of the program, and works once it is published and its hashes stand in `{}`",
            Requirements::PATH
        );
        report.say(Mood::Doubtful, "note", &what);
    }
    if !write {
        report.say(
            Mood::Good,
            "dry run",
            "nothing is written; `init --write` writes these changes",
        );
        return Ok(Verdict::Yes);
    }
    for change in open {
        change.write()?;
        report.say(Mood::Good, "written", &change.name);
    }
    Ok(Verdict::Yes)
}

/// Compares every file with what `init` would write.
pub fn checked(changes: &[Change], report: &Report) -> Verdict {
    let mut verdict = Verdict::Yes;
    for change in changes {
        let (mood, word) = match (change.is_made(), &change.old) {
            (true, _) => (Mood::Good, "current"),
            (false, None) => (Mood::Bad, "missing"),
            (false, Some(_)) => (Mood::Bad, "differs"),
        };
        report.say(mood, word, &change.name);
        if mood == Mood::Bad {
            verdict = Verdict::No;
        }
    }
    verdict
}
