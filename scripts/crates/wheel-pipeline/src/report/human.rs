//! Findings, outcomes and sizes as text for people.

use wheel_audit::check::{Check, Finding, Outcome};

use crate::program::command;

/// A finding as a paragraph: the fault, the expectation, the remedy, and the command that explains the check.
pub fn finding(finding: &Finding) -> String {
    let more = command(&format!("explain {}", finding.check));
    format!("{finding}   = more: `{more}`\n")
}

/// A check's row of the result table: name, outcome, description.
pub fn outcome(check: &Check, outcome: &Outcome) -> Vec<String> {
    let result = match outcome {
        Outcome::Ran { findings: 0 } => "passed".to_owned(),
        Outcome::Ran { findings: 1 } => "1 finding".to_owned(),
        Outcome::Ran { findings } => format!("{findings} findings"),
        Outcome::NoSubject(why) => format!("nothing to look at: {why}"),
        Outcome::Ignored(why) => format!("ignored {why}"),
        Outcome::NotApplicable(why) => format!("not applicable: {why}"),
        Outcome::Unknown(why) => format!("could not tell: {why}"),
    };
    vec![check.name.to_owned(), result, check.about.to_owned()]
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

    #[test]
    fn a_finding_says_what_where_and_what_to_do() {
        let text = finding(&Finding {
            file: "a.whl".into(),
            member: None,
            check: "tags-agree".into(),
            message: "`WHEEL` lists no tag".into(),
            expected: "py3-none-any".into(),
            remedy: "build again".into(),
        });
        // These tests may run by an alias.
        let text = text.replace(&command(""), "[program] ");
        insta::assert_snapshot!(text, @"
        finding[tags-agree]: `WHEEL` lists no tag
          --> a.whl
           = expected: py3-none-any
           = remedy: build again
           = more: `[program] explain tags-agree`
        ");
    }
}
