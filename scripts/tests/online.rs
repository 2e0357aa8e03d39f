//! No false alarms: good wheels of PyPI, of every platform, have no findings but the true ones that are listed.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The true findings, a line each: the check, the file, and the member. How each was shown to be true by a second reader
/// is told in `docs/proof.md`.
const TRUE: &str = include_str!("online/true_findings.txt");

fn pipeline(arguments: &[&str]) -> (i32, String) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let output = Command::new(env!("CARGO_BIN_EXE_wheel-pipeline"))
        .args(["--project", root])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("the program starts");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code().expect("it ended by itself"), stdout)
}

#[test]
fn every_finding_in_the_corpus_is_a_true_one() {
    let (code, folder) = pipeline(&["bench", "corpus"]);
    assert_eq!(code, 0, "the corpus cannot be had");
    let (code, audit) = pipeline(&["audit", folder.trim(), "--format", "json"]);
    assert_eq!(code, 1, "there are findings, and everything could be read");
    let audit: Value = serde_json::from_str(&audit).expect("JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let found: BTreeSet<String> = audit["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| ["check", "file", "member"].map(|key| text(finding, key)).join(" "))
        .collect();
    let known: BTreeSet<String> = TRUE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(found, known);
    assert!(audit["files"].as_object().expect("files").len() >= 60);
}
