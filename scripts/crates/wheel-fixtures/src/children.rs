//! A look at the children of a program while it runs: their command lines and their environments.
//!
//! Linux shows both under `/proc`, to the same user.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::limited;

/// A process that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The program and its arguments, separated by spaces.
    pub line: String,
    /// The variables, each as `NAME=value`.
    pub variables: Vec<String>,
}

impl Seen {
    /// Returns true if the process has the variable, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.split('=').next() == Some(name))
    }
}

/// Runs a command to its end, and gives its children and their children that were seen meanwhile.
///
/// A child that ends within a millisecond may be missed. A process between its start and its own program is that of
/// its parent still, so processes of the command's own program are no children here.
pub fn output(command: &mut Command) -> (Output, Vec<Seen>) {
    let program = fs::canonicalize(command.get_program()).expect("a path");
    let (done, own) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let watcher = {
        let (done, own) = (done.clone(), own.clone());
        thread::spawn(move || {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::SeqCst) {
                seen.extend(look(own.load(Ordering::SeqCst), &program));
                thread::sleep(Duration::from_millis(1));
            }
            seen
        })
    };
    let output = limited::output_of(command, |process| own.store(process, Ordering::SeqCst));
    done.store(true, Ordering::SeqCst);
    (output, watcher.join().expect("it looks").into_iter().collect())
}

/// The descendants of `ancestor` that do not run `program`. Before it was started, its number is 0.
fn look(ancestor: u32, program: &Path) -> Vec<Seen> {
    if ancestor == 0 {
        return Vec::new();
    }
    let parents: BTreeMap<u32, u32> = fs::read_dir("/proc")
        .expect("Linux has it")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process| Some((process, parent_of(process)?)))
        .collect();
    let runs = |process: u32| {
        fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|path: PathBuf| path == program)
    };
    let below = |process: u32| {
        let line = std::iter::successors(Some(process), |process| parents.get(process).copied());
        let line: Vec<u32> = line.take(64).collect();
        line[1..].contains(&ancestor)
    };
    parents
        .keys()
        .filter(|&&process| !runs(process) && below(process))
        .filter_map(|&process| {
            let text = |name: &str| {
                let bytes = fs::read(format!("/proc/{process}/{name}")).ok()?;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            };
            let (line, variables) = (text("cmdline")?, text("environ")?);
            // The program may have been replaced between the two looks.
            if runs(process) || line.is_empty() {
                return None;
            }
            let variables = variables.split_terminator('\0').map(str::to_owned).collect();
            Some(Seen { line: line.trim_end_matches('\0').replace('\0', " "), variables })
        })
        .collect()
}

fn parent_of(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program is in parentheses, and may have spaces and parentheses in it.
    text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
