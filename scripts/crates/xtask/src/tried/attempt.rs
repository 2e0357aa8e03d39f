//! One real project: a clone at its release, with what `init` writes and nothing else, planned and rehearsed.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Deserialize;
use wheel_pipeline::process::command::{Finished, Invocation};
use wheel_pipeline::process::environment::Grant;
use wheel_pipeline::project::source::Source;

use super::list::Tried;
use super::published::{Comparison, compare};

/// What came of a project.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub version: String,
    /// The lines of the table that `init` wrote.
    pub table: String,
    pub wheels: Comparison,
    pub rehearsal: Rehearsal,
    /// The time of the rehearsal.
    pub time: Duration,
}

/// The end of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rehearsal {
    /// Every stage passed, in this many of the promised environments.
    Passed { reached: usize, promised: usize },
    /// It ended with this code and message.
    Ended { code: Option<i32>, message: String },
}

#[derive(Deserialize)]
struct Counts {
    reached: usize,
    promised: usize,
}

/// The longest time of a rehearsal.
const LIMIT: Duration = Duration::from_secs(3 * 3600);

/// Tries a project in a folder. The error is that of a step before the rehearsal.
pub fn attempt(tried: &Tried, folder: &Path, program: &Path, index: &str) -> Result<Attempt> {
    let clone = folder.join(tried.name);
    git(folder)
        .args(["clone", "--quiet", "--branch", tried.tag, tried.repository])
        .arg(&clone)
        .check()?;
    let project = if tried.folder == "." { clone.clone() } else { clone.join(tried.folder) };
    let program = |arguments: &[&str]| Invocation::new(program).args(arguments).folder(&project);
    program(&["init", "--write"]).check()?;
    let written = git(&project).args(["diff", "--unified=0", "--", "pyproject.toml"]).check()?;
    git(&clone).args(["add", "--all"]).check()?;
    git(&clone)
        .args(["-c", "user.name=tried", "-c", "user.email=tried@localhost", "commit", "--quiet"])
        .args(["--no-verify", "--no-gpg-sign", "--message", "Add what init writes"])
        .check()?;
    // The tag of the release, at the commit with the table.
    git(&clone).args(["tag", "--force", tried.tag]).check()?;
    let source = Source::open(&project, None)?;
    let wheels = compare(&source.plan, index)?;
    let started = Instant::now();
    let finished = program(&["rehearse", "--format", "json"]).limit(LIMIT).run()?;
    Ok(Attempt {
        version: source.plan.version.clone(),
        table: added(&written.stdout),
        wheels,
        rehearsal: end(&finished)?,
        time: started.elapsed(),
    })
}

fn git(folder: &Path) -> Invocation {
    Invocation::new("git").grant(Grant::Git).folder(folder)
}

/// The lines that a diff adds, without the heading of the table.
fn added(diff: &str) -> String {
    let lines = diff.lines().skip_while(|line| *line != "+[tool.wheel-pipeline]").skip(1);
    let lines = lines.filter_map(|line| line.strip_prefix('+'));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn end(finished: &Finished) -> Result<Rehearsal> {
    if finished.succeeded() {
        let Counts { reached, promised } = serde_json::from_str(&finished.stdout)?;
        return Ok(Rehearsal::Passed { reached, promised });
    }
    // The message of a failed tool is below the line with its command.
    let is_told = |message: &&str| !message.starts_with("`maturin ");
    let mut messages = finished.stderr.lines().filter_map(|line| line.strip_prefix("error: "));
    let message = messages.clone().find(is_told).or_else(|| messages.next());
    Ok(Rehearsal::Ended {
        code: finished.code(),
        message: message.unwrap_or("no message").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_diff_adds_below_its_heading() {
        let diff = "--- a/pyproject.toml\n+++ b/pyproject.toml\n@@ -9,0 +10,5 @@\n+\n+[tool.wheel-pipeline]\n\
            +targets = [\"win_amd64\"]\n+pythons = [\"3.13\"]\n+\n";
        assert_eq!(added(diff), "targets = [\"win_amd64\"]\npythons = [\"3.13\"]");
    }
}
