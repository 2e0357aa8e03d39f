//! A finding that the table accepts: the gate opens, and `gate` and `publish` say what was accepted.

use wheel_fixtures::release::{WINDOWS, release};

use crate::jobs::JobMatrix;
use crate::release::Release;

const ROW: &str = "check = \"record-complete\", file = \"*-win_amd64.whl\", member = \"sum_up_to/*.py\", reason = \"pip installs it\"";

/// The jobs of a release whose wheel for Windows has a fault, and whose table accepts it until a day.
fn accepting(until: &str) -> JobMatrix {
    let row = format!("accept = [{{{ROW}, expires = {until}}}]\n");
    let matrix = JobMatrix::with_change(|release: &Release| {
        release.project.change("pyproject.toml", "smoke = ", &format!("{row}smoke = "));
    });
    let bad = release(|parts| parts.windows.relist("sum_up_to/__init__.py", |_| String::new()));
    matrix.replace_windows(&bad.files[WINDOWS]);
    matrix
}

#[test]
fn an_accepted_finding_opens_the_gate_and_is_told_before_an_upload() {
    let matrix = accepting("9999-12-31");
    let accepted = format!(
        "accepted: {WINDOWS}: sum_up_to/__init__.py: it is not listed in `RECORD` [record-complete], until 9999-12-31: pip installs it\n"
    );
    let run = matrix.gate();
    assert!(run.stdout.contains(&format!("{accepted}warning: ")), "{}", run.stdout);
    assert!(run.stdout.contains("\n0 waived, 1 accepted\n"), "{}", run.stdout);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let index = ["--index-url", "http://127.0.0.1:1/simple/"];
    let run = matrix.release.project.run(&[&["publish"], &index[..]].concat());
    assert!(run.stdout.contains(&accepted), "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("would be refused"), "{}", run.stdout);
    assert!(run.stdout.ends_with("0 waived, 1 accepted\n"), "{}", run.stdout);
}

#[test]
fn an_acceptance_is_over_after_its_last_day() {
    let matrix = accepting("2026-01-31");
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}", run.stdout);
    let closed = format!("closed: the audit found: {WINDOWS}: sum_up_to/__init__.py: ");
    assert!(run.stdout.starts_with(&closed), "{}", run.stdout);
    assert!(run.stdout.contains("it has expired on 2026-01-31\n"), "{}", run.stdout);
}
