//! The output of an audit for GitHub Actions:
//! [workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)
//! that become annotations.

use std::fmt::Write as _;

use wheel_audit::check::{Finding, Outcome, Severity};

use super::group::{self, Group};
use crate::evidence::AuditEvidence;
use crate::program::command;

/// Commands for GitHub's runner. Only this module makes them, and it escapes whatever they quote.
#[derive(Clone, Debug)]
pub struct Commands(String);

impl Commands {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line for each cause: of findings, of files that were not read, of checks that gave no judgement, of what is
/// accepted, and of needless rows of `accept`.
pub fn annotations(evidence: &AuditEvidence) -> Commands {
    let mut text = String::new();
    let mut say = |level: &str, title: &str, message: &str| {
        writeln!(text, "::{level} title={}::{}", property(title), data(message))
            .expect("writing to a string does not fail");
    };
    for group in group::findings(evidence) {
        let level = match group.first.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        say(level, &group.first.check, &sentence(&group));
    }
    for group in group::unknown(evidence) {
        let places = group::places(&group).join("\n");
        let message = format!("{places}\ncould not tell: {}", group.first.why);
        say("error", &group.first.check, &message);
    }
    for unread in &evidence.unread {
        say("error", "could not read", unread);
    }
    for group in group::accepted(evidence) {
        let (check, what, _) = group::words(&group.first.what);
        let places = group::places(&group).join("\n");
        let (reason, until) = (&group.first.reason, &group.first.until);
        let message = format!("{places}\n{what}\naccepted: {reason}, until {until}");
        say("notice", check, &message);
    }
    for needless in &evidence.needless {
        say("warning", "accept", &format!("needless: {needless}"));
    }
    for (check, outcome) in &evidence.checks {
        if let Outcome::Ignored(why) = outcome {
            say("warning", check, &format!("ignored {why}"));
        }
    }
    Commands(text)
}

fn sentence(group: &Group<Finding>) -> String {
    let finding = group.first;
    format!(
        "{}\n{}\nexpected: {}\nremedy: {}\nmore: {}",
        group::places(group).join("\n"),
        finding.message,
        finding.expected,
        finding.remedy,
        command(&format!("explain {}", finding.check))
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_finding_becomes_a_command() {
        let finding = Finding {
            severity: Severity::Error,
            file: "a.whl".into(),
            member: Some("a/b.so".into()),
            check: "a,b:c".into(),
            message: "100% wrong\n::stop-commands::x".into(),
            expected: "right".into(),
            remedy: "build again".into(),
        };
        let evidence = AuditEvidence {
            checks: vec![("x".into(), Outcome::Ignored("by `--ignore`".into()))],
            findings: vec![finding],
            unread: vec!["`b.whl`: it is no archive".into()],
            ..AuditEvidence::default()
        };
        let commands = annotations(&evidence);
        // These tests may run by an alias.
        let text = commands.as_str().replace(&command(""), "[program] ");
        insta::assert_snapshot!(text, @"
        ::error title=a%2Cb%3Ac::a.whl: a/b.so%0A100%25 wrong%0A::stop-commands::x%0Aexpected: right%0Aremedy: build again%0Amore: [program] explain a,b:c
        ::error title=could not read::`b.whl`: it is no archive
        ::warning title=x::ignored by `--ignore`
        ");
    }
}
