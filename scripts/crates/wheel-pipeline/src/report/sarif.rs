//! The output of an audit as [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), which code
//! scanners and editors read.
//!
//! A finding is a result, and an accepted one is a suppressed result. What could not be told is a notification: it is
//! about the tool and not about a file.

use serde_json::{Value, json};
use wheel_audit::check::{CHECKS, Finding, Outcome};

use super::group::{self, Group, Place};
use crate::evidence::audit::{AuditEvidence, Judgement};

/// The most places of one result.
const PLACES: usize = 100;

/// The log of one run that ends with an exit code.
pub fn log(evidence: &AuditEvidence, code: u8) -> Value {
    let mut results: Vec<Value> =
        group::findings(evidence).iter().map(|group| result(group.first, &group.places)).collect();
    let mut notifications: Vec<Value> = Vec::new();
    for group in group::unknown(evidence) {
        let text = format!("could not tell: {}{}", group.first.why, among(&group));
        notifications.push(notification("error", Some(&group.first.check), &text, &group.places));
    }
    for unread in &evidence.unread {
        notifications.push(notification("error", None, &format!("could not read {unread}"), &[]));
    }
    for group in group::accepted(evidence) {
        let accepted = group.first;
        let reason = format!("{}, until {}", accepted.reason, accepted.until);
        match &accepted.what {
            Judgement::Finding(finding) => {
                let mut result = result(finding, &group.places);
                result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
                results.push(result);
            }
            Judgement::CouldNotTell(unknown) => {
                let text = format!("could not tell, which is accepted ({reason}): {}", unknown.why);
                let note = notification("note", Some(&unknown.check), &text, &group.places);
                notifications.push(note);
            }
        }
    }
    for needless in &evidence.needless {
        let text = format!("a row of `accept` is needless: {needless}");
        notifications.push(notification("warning", None, &text, &[]));
    }
    for (check, outcome) in &evidence.checks {
        let why = match outcome {
            Outcome::Ignored(why) => format!("ignored {why}"),
            Outcome::NotApplicable(why) => format!("not applicable: {why}"),
            Outcome::NoSubject(why) => format!("nothing to look at: {why}"),
            Outcome::Ran { .. } | Outcome::Unknown(_) => continue,
        };
        notifications.push(notification("note", Some(check), &why, &[]));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "wheel-pipeline",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": CHECKS.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": code != 3,
                "exitCode": code,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn rule(check: &wheel_audit::Check) -> Value {
    json!({
        "id": check.name,
        "shortDescription": { "text": check.about },
        "help": { "text": check.documentation, "markdown": check.documentation },
    })
}

fn result(finding: &Finding, places: &[Place]) -> Value {
    json!({
        "ruleId": finding.check,
        "level": finding.severity,
        "message": { "text": format!(
            "{}\nexpected: {}\nremedy: {}", finding.message, finding.expected, finding.remedy
        )},
        "locations": locations(places),
    })
}

fn notification(level: &str, check: Option<&str>, text: &str, places: &[Place]) -> Value {
    let mut value = json!({
        "level": level,
        "message": { "text": text },
        "locations": locations(places),
    });
    if let Some(check) = check {
        value["associatedRule"] = json!({ "id": check });
    }
    value
}

fn locations(places: &[Place]) -> Vec<Value> {
    let files = places.iter().filter(|(file, _)| !file.is_empty());
    let location = |(file, member): &Place| {
        let mut value = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } });
        if let Some(member) = member {
            value["logicalLocations"] = json!([{ "fullyQualifiedName": member, "kind": "member" }]);
        }
        value
    };
    files.take(PLACES).map(location).collect()
}

/// The places that are not among the locations, in words.
fn among<T>(group: &Group<T>) -> String {
    match group.places.len() {
        count if count > PLACES => format!(" (in {count} places)"),
        _ => String::new(),
    }
}

/// A file name as a relative reference.
fn uri(file: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/')
        .remove(b'+')
        .remove(b'!');
    percent_encoding::utf8_percent_encode(file, KEPT).to_string()
}
