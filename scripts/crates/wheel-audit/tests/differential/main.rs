//! This crate reads what Python unpacks: the same names with the same contents, for every archive that it
//! accepts.
//!
//! The archives are good ones of each form, tricks, and thousands of mutants of both, from a fixed seed. One process of
//! Python unpacks them all.

mod tar;
mod zip;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use wheel_audit::wheel::Sha256Sum;
use wheel_fixtures::limited;

/// An archive: what it is, and its bytes.
type Case = (String, Vec<u8>);
/// The files that a reader sees, each with its hash.
type Seen = BTreeMap<String, String>;

/// The answers of Python: what it unpacked, or why it refused.
fn python(file: &str, cases: &[Case]) -> Vec<Result<Seen, String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = String::new();
    for (number, (_, bytes)) in cases.iter().enumerate() {
        let own = folder.path().join(number.to_string());
        fs::create_dir(&own).expect("made");
        fs::write(own.join(file), bytes).expect("written");
        paths += &format!("{}\n", own.join(file).display());
    }
    let list = folder.path().join("list");
    fs::write(&list, paths).expect("written");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/differential/unpack.py");
    let program = if cfg!(windows) { "python" } else { "python3" };
    let mut command = Command::new(program);
    command
        .args(["-I", "-B"])
        .arg(script)
        .stdin(fs::File::open(&list).expect("opened"))
        .stdout(fs::File::create(folder.path().join("answers")).expect("created"))
        .stderr(Stdio::inherit());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("this test needs `{program}`, a CPython 3.11.4 or later: {error}")
    });
    assert!(limited::wait(&mut child).success(), "the script fails");
    let answers = fs::read_to_string(folder.path().join("answers")).expect("UTF-8");
    let answer = |line: &str| match serde_json::from_str(line).expect("a line of JSON") {
        serde_json::Value::String(why) => Err(why),
        files => Ok(serde_json::from_value(files).expect("files with hashes")),
    };
    let answers: Vec<_> = answers.lines().map(answer).collect();
    assert_eq!(answers.len(), cases.len(), "Python answers for each archive");
    answers
}

/// Compares what `read` sees in each archive that it accepts with what Python unpacks. Returns the number of archives
/// that it accepts.
fn compare(file: &str, cases: &[Case], read: impl Fn(&[u8]) -> Option<Seen>) -> usize {
    let mut accepted = 0;
    let mut differ = Vec::new();
    for ((what, bytes), python) in cases.iter().zip(python(file, cases)) {
        let Some(ours) = read(bytes) else { continue };
        accepted += 1;
        if python.as_ref() != Ok(&ours) {
            differ.push(format!("{what}:\n  we read {ours:?}\n  Python has {python:?}"));
        }
    }
    let said = format!("{}: compared {}, accepted {accepted}\n", file, cases.len());
    std::io::stdout().write_all(said.as_bytes()).expect("printed");
    assert!(
        differ.is_empty(),
        "{} differ, such as\n{}",
        differ.len(),
        differ[..differ.len().min(5)].join("\n")
    );
    accepted
}

fn hash(content: &[u8]) -> String {
    Sha256Sum::digest(content).to_string()
}
