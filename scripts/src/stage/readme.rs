//! `readme`: the table of wheels in `README.md`, made from the plan.

use std::fs;

use anyhow::{Context, Result};

use super::Session;
use super::plan::families;
use crate::exit::{Stop, Verdict};
use crate::report::{Mood, table};

const START: &str = "<!-- wheels: made by `cargo pipeline readme` -->\n";
const END: &str = "<!-- end of wheels -->\n";

/// The stage: rewrites the table, or with `check` says whether it is current.
///
/// # Errors
///
/// When the README has no place for the table, or cannot be read or written.
pub fn run(session: &Session, check: bool) -> Result<Verdict> {
    let path = session.project.root.join("README.md");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let (header, rows) = families(&session.plan);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let markdown = table::markdown(&header, &rows);
    let current = replace(&text, &markdown).ok_or_else(|| {
        Stop::Usage(format!(
            "`{}` has no place for the table of wheels\nhint: put these two lines where it belongs:\n{START}{END}",
            path.display()
        ))
    })?;
    if current == text {
        session.report.say(Mood::Good, "current", "README.md");
        return Ok(Verdict::Yes);
    }
    if check {
        session.report.say(Mood::Bad, "stale", "README.md: run `cargo pipeline readme`");
        return Ok(Verdict::No);
    }
    fs::write(&path, current).with_context(|| format!("cannot write `{}`", path.display()))?;
    session.report.say(Mood::Good, "wrote", "README.md");
    Ok(Verdict::Yes)
}

/// The text with what stands between the two marks replaced.
fn replace(text: &str, table: &str) -> Option<String> {
    // git may check files out with the line ends of Windows.
    let text = text.replace("\r\n", "\n");
    let (before, rest) = text.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_between_the_marks_changes() {
        let text = format!("before\n{START}old\n{END}after\n");
        let once = replace(&text, "new\n").expect("it has marks");
        assert_eq!(once, format!("before\n{START}\nnew\n\n{END}after\n"));
        assert_eq!(replace(&once, "new\n"), Some(once));
        assert_eq!(replace("no marks", "new\n"), None);
    }
}
