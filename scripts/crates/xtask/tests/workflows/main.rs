//! The rules for the workflows under `.github/`.
//!
//! Workflows run only on GitHub, so tests check their text. Each rule is a function from a workflow to its
//! violations. Each rule is tested with workflows that it must refuse, so that no rule accepts everything.

mod download_rules;
mod hand_over;
mod program_rules;
mod release_rules;
mod rendered;
mod rules;
mod violations;
mod workflow;

use std::collections::BTreeSet;
use std::fs;

use rules::RULES;
use violations::VIOLATIONS;
use workflow::{OTHERS, Workflow, promise, read, root};

#[test]
fn every_workflow_keeps_every_rule() {
    let promise = promise();
    let folder = fs::read_dir(root().join(".github/workflows")).expect("the folder is there");
    let mut files: BTreeSet<String> = folder
        .map(|entry| entry.expect("listed").file_name().into_string().expect("UTF-8"))
        .collect();
    files.insert(OTHERS.to_owned());
    let mut wrong = Vec::new();
    for (name, only, rule) in RULES {
        assert!(only.is_none_or(|file| files.contains(file)), "rule `{name}` has no workflow");
        for file in files.iter().filter(|file| is_for(only, name, file)) {
            let found = rule(&Workflow::new(&read(file)), &promise);
            wrong.extend(found.into_iter().map(|what| format!("{file}: {what} [{name}]")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns true if a rule is for a workflow. The workflow of other projects has the rules of a release, but it has no job
/// that compiles the program.
fn is_for(only: &Option<&str>, rule: &str, file: &str) -> bool {
    let Some(only) = only else { return true };
    *only == file || file == OTHERS && *only == "release.yml" && rule != "program"
}

#[test]
fn every_rule_refuses_its_violations() {
    let promise = promise();
    let mut wrong = Vec::new();
    for &(name, file, from, to, refusal) in VIOLATIONS {
        let good = read(file);
        if !good.contains(from) {
            wrong.push(format!("{file} has no `{from}`"));
            continue;
        }
        let (_, _, rule) = RULES.iter().find(|(rule, ..)| *rule == name).expect(name);
        let found = rule(&Workflow::new(&good.replacen(from, to, 1)), &promise);
        if found.len() != 1 || !found[0].contains(refusal) {
            wrong.push(format!(
                "rule `{name}` on `{from}` replaced by `{to}` says {found:?}, not `{refusal}`"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let shown: BTreeSet<&str> = VIOLATIONS.iter().map(|case| case.0).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(shown, all, "every rule needs a workflow that it refuses");
}
