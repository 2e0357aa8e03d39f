//! The audit of good wheels of PyPI, for every platform: it finds only the listed faults, which are true.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The true findings, a line each: the severity, the check, the file, and the member. `docs/proof.md` says how a second tool
/// confirmed each one.
const TRUE: &str = include_str!("online/true_findings.txt");

#[test]
fn every_finding_in_the_corpus_is_a_true_one() {
    let corpus = std::env::var_os("WHEEL_PIPELINE_CORPUS");
    let corpus = corpus.expect("`cargo xtask bench audit` sets the folder of the corpus");
    let output = Command::new(env!("CARGO_BIN_EXE_wheel-pipeline"))
        .arg("audit")
        .arg(corpus)
        .args(["--format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "there are warnings, and everything could be read");
    let audit = String::from_utf8(output.stdout).expect("UTF-8");
    let audit: Value = serde_json::from_str(&audit).expect("JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let found: BTreeSet<String> = audit["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            ["severity", "check", "file", "member"].map(|key| text(finding, key)).join(" ")
        })
        .collect();
    let known: BTreeSet<String> = TRUE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(found, known);
    assert!(audit["files"].as_object().expect("files").len() >= 60);
}
