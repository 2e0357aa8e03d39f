//! The output of an audit for GitHub Actions:
//! [workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)
//! that become annotations.

use std::fmt::Write as _;

use wheel_audit::check::{Finding, Outcome};

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

/// One line for each finding, each file that was not read, and each check that gave no judgement.
pub fn annotations(evidence: &AuditEvidence) -> Commands {
    let mut text = String::new();
    let mut say = |level: &str, title: &str, message: &str| {
        writeln!(text, "::{level} title={}::{}", property(title), data(message))
            .expect("writing to a string does not fail");
    };
    for finding in &evidence.findings {
        say("error", &finding.check, &sentence(finding));
    }
    for unread in &evidence.unread {
        say("error", "could not read", unread);
    }
    for (check, outcome) in &evidence.checks {
        match outcome {
            Outcome::Unknown(why) => say("error", check, &format!("could not tell: {why}")),
            Outcome::Ignored(why) => say("warning", check, &format!("ignored {why}")),
            Outcome::Ran { .. } | Outcome::NotApplicable(_) | Outcome::NoSubject(_) => {}
        }
    }
    Commands(text)
}

fn sentence(finding: &Finding) -> String {
    let place = match &finding.member {
        Some(member) => format!("{}: {member}", finding.file),
        None => finding.file.clone(),
    };
    format!(
        "{place}\n{}\nexpected: {}\nremedy: {}\nmore: {}",
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
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_text_of_a_finding_becomes_a_command() {
        let finding = Finding {
            file: "a.whl".into(),
            member: Some("a/b.so".into()),
            check: "a,b:c".into(),
            message: "100% wrong\n::stop-commands::x".into(),
            expected: "right".into(),
            remedy: "build again".into(),
        };
        let evidence = AuditEvidence {
            files: BTreeMap::new(),
            checks: vec![("x".into(), Outcome::Ignored("by `--ignore`".into()))],
            findings: vec![finding],
            unread: vec!["`b.whl`: it is no archive".into()],
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
