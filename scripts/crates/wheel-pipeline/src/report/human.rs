//! The result of an audit, outcomes and sizes as text for people.

use std::cmp::Reverse;
use std::fmt::Write as _;

use wheel_audit::check::{CHECKS, Check, Finding, Outcome, Severity};
use wheel_audit::wheel::quoted;

use super::group::{self, Group};
use super::table;
use crate::evidence::audit::{AuditEvidence, Judgement};
use crate::program::command;

/// Everything that an audit says of files, a paragraph for each cause: findings, what could not be told or read, what is
/// accepted, and needless rows of `accept`.
pub fn problems(evidence: &AuditEvidence) -> String {
    let mut text = String::new();
    for group in group::findings(evidence) {
        text += &finding(&group);
        text.push('\n');
    }
    for group in group::unknown(evidence) {
        let word = format!("could not tell[{}]", group.first.check);
        text += &paragraph(&word, &group.first.why, &group, &[]);
        text.push('\n');
    }
    for unread in &evidence.unread {
        writeln!(text, "could not read {unread}\n").expect("writing to a string does not fail");
    }
    for group in group::accepted(evidence) {
        let accepted = group.first;
        let (check, what, _) = group::words(&accepted.what);
        let kind = match &accepted.what {
            Judgement::Finding(finding) => finding.severity.to_string(),
            Judgement::CouldNotTell(_) => "could not tell".to_owned(),
        };
        let until = format!("{}, until {}", accepted.reason, accepted.until);
        let lines = [("accepted", kind), ("reason", until)];
        text += &paragraph(&format!("accepted[{check}]"), what, &group, &lines);
        text.push('\n');
    }
    for needless in &evidence.needless {
        writeln!(text, "needless[accept]: {needless}\n   = remedy: remove the row\n")
            .expect("writing to a string does not fail");
    }
    text
}

/// A finding as a paragraph: the fault, its places, the expectation, the remedy, and the command that explains the check.
fn finding(group: &Group<Finding>) -> String {
    let one = group.first;
    let more = format!("`{}`", command(&format!("explain {}", one.check)));
    let lines =
        [("expected", one.expected.clone()), ("remedy", one.remedy.clone()), ("more", more)];
    paragraph(&format!("{}[{}]", one.severity, one.check), &one.message, group, &lines)
}

fn paragraph<T>(word: &str, what: &str, group: &Group<T>, lines: &[(&str, String)]) -> String {
    let places = group::places(group).join("\n      ");
    let mut text = format!("{word}: {what}\n  --> {places}\n");
    for (name, value) in lines {
        writeln!(text, "   = {name}: {value}").expect("writing to a string does not fail");
    }
    text
}

/// The table of all checks with their outcomes.
pub fn checks(evidence: &AuditEvidence) -> String {
    let rows: Vec<Vec<String>> = CHECKS
        .iter()
        .zip(&evidence.checks)
        .map(|(check, (_, outcome))| row(check, outcome, evidence))
        .collect();
    table::plain(&["check", "result", "rule"], &rows) + &untabled(evidence)
}

/// The libraries of which no table tells what they define, in a line.
fn untabled(evidence: &AuditEvidence) -> String {
    let mut libraries: Vec<(&String, &usize)> = evidence.untabled.iter().collect();
    libraries.sort_by_key(|(library, count)| (Reverse(**count), *library));
    let named = libraries.iter().take(5).map(|(library, count)| match count {
        1 => format!("`{}` (1 binary)", quoted(library)),
        count => format!("`{}` ({count} binaries)", quoted(library)),
    });
    let named: Vec<String> = named.collect();
    match libraries.len().saturating_sub(named.len()) {
        _ if named.is_empty() => String::new(),
        0 => format!("\nNo table tells what these define: {}\n", named.join(", ")),
        more => {
            format!("\nNo table tells what these define: {}, and {more} more\n", named.join(", "))
        }
    }
}

/// A check's row of the result table: name, outcome, description.
fn row(check: &Check, outcome: &Outcome, evidence: &AuditEvidence) -> Vec<String> {
    let mut parts = Vec::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of = |finding: &Finding| finding.check == check.name && finding.severity == severity;
        let count = group::findings(evidence).into_iter().filter(|group| of(group.first)).count();
        parts.extend(counted(count, word));
    }
    let accepted = group::accepted(evidence);
    let accepted =
        accepted.iter().filter(|group| group::words(&group.first.what).0 == check.name).count();
    match outcome {
        Outcome::Ran { findings: 0 } => parts.push("passed".to_owned()),
        Outcome::Ran { .. } => {}
        Outcome::NoSubject(why) => parts.push(format!("nothing to look at: {why}")),
        Outcome::Ignored(why) => parts.push(format!("ignored {why}")),
        Outcome::NotApplicable(why) => parts.push(format!("not applicable: {why}")),
        Outcome::Unknown(why) => parts.push(format!("could not tell: {why}")),
    }
    if accepted > 0 {
        parts.push(format!("{accepted} accepted"));
    }
    vec![check.name.to_owned(), parts.join(", "), check.about.to_owned()]
}

fn counted(count: usize, word: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        count => Some(format!("{count} {word}s")),
    }
}

/// The numbers of what an audit says, in a line.
pub fn numbers(evidence: &AuditEvidence) -> String {
    let count = |severity| {
        group::findings(evidence).iter().filter(|group| group.first.severity == severity).count()
    };
    let parts = [
        Some(counted(count(Severity::Error), "error").unwrap_or("0 errors".to_owned())),
        counted(count(Severity::Warning), "warning"),
        (!evidence.accepted.is_empty())
            .then(|| format!("{} accepted", group::accepted(evidence).len())),
        counted(evidence.needless.len(), "needless row"),
        (!evidence.unread.is_empty()).then(|| format!("{} not read", evidence.unread.len())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A file size in decimal units.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes.div_ceil(1000))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_decimal_units() {
        assert_eq!([1, 225_001, 2_345_678].map(size), ["1 kB", "226 kB", "2.3 MB"]);
    }
}
