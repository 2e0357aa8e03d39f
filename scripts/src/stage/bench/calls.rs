//! `bench calls`: calls of the built wheel on each Python found, beside C, Cython, mypyc and Python
//! itself; the time of an import; and sizes.
//!
//! Peers are compiled on the spot by the system's compiler. One that cannot be had is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::median;
use crate::exit::Verdict;
use crate::report::{Mood, human, table};
use crate::stage::Session;
use crate::stage::suite::{self, TestEnvironment};
use crate::tool::environment::Environment;
use crate::tool::python::isolated;
use crate::tool::{compiler, machine};

const TIMER: &str = include_str!("../../../data/bench/calls.py");
const PEER_C: &str = include_str!("../../../data/bench/peer.c");
const PEER_CYTHON: &str = include_str!("../../../data/bench/peer_cython.pyx");
const PEER_MYPYC: &str = include_str!("../../../data/bench/peer_mypyc.py");
const PEERS: &str = include_str!("../../../data/peers.lock");

/// The contenders of a group, each with the nanoseconds of a call in each round.
type Contenders = Vec<(String, Vec<f64>)>;

/// Modules made for the comparison, and what could not be made.
struct Peers {
    folder: PathBuf,
    /// The C extension, where there is a compiler.
    extension: Option<PathBuf>,
    missing: Vec<String>,
}

/// Measures on each Python, one after the other.
///
/// # Errors
///
/// When there is no built wheel or no Python, or the timer fails.
pub fn run(session: &Session, rounds: u8) -> Result<Verdict> {
    let mut text = format!("{}; medians of {rounds} rounds\n", machine::describe()?);
    for environment in suite::environments(session)? {
        let release = &environment.interpreter.release;
        let peers = {
            let _action =
                session.report.start(format!("compiling the peers for CPython {release}"));
            compile(session, &environment)?
        };
        let action = session.report.start(format!("timing calls on CPython {release}"));
        let times = time(&environment, &peers, rounds)?;
        text += &format!("\n### CPython {release}\n");
        for (group, contenders) in &times {
            text += &format!("\n{group}\n\n{}", ratios(contenders)?);
        }
        text += &format!("\n{}", imports(&environment, &peers, rounds)?);
        for missing in &peers.missing {
            text += &format!("\nNot compared: {missing}\n");
        }
        action.done(Mood::Good, "timed", &format!("calls on CPython {release}"));
        if let Some(extension) = &peers.extension {
            text += &format!(
                "\nThe C extension is {} large.\n",
                human::size(fs::metadata(extension)?.len())
            );
        }
    }
    session.report.data(&text);
    Ok(Verdict::Yes)
}

fn compile(session: &Session, environment: &TestEnvironment) -> Result<Peers> {
    let folder = environment.folder.path().join("peers");
    fs::create_dir_all(&folder)?;
    for (name, text) in [
        ("calls.py", TIMER),
        ("peer.c", PEER_C),
        ("peer_cython.pyx", PEER_CYTHON),
        ("peer_mypyc.py", PEER_MYPYC),
    ] {
        fs::write(folder.join(name), text)?;
    }
    // The compilers of the peers stay out of the environment that is measured.
    let compilers = Environment::create(&environment.interpreter, &folder.join("compilers"))?;
    let lock = folder.join("peers.lock");
    fs::write(&lock, PEERS)?;
    compilers.fill(session.tools()?, &lock)?;
    let asked = isolated(&environment.environment.python())
        .args(["-I", "-c", "import sysconfig as s; print(s.get_path('include')); print(s.get_config_var('EXT_SUFFIX'))"])
        .check()?;
    let (include, suffix) =
        asked.stdout.trim().split_once('\n').context("Python says two lines")?;
    let suffix = suffix.trim();

    let mut missing = Vec::new();
    let mut built = |name: &str, result: Result<()>| match result {
        Ok(()) => true,
        Err(error) => {
            let reason = format!("{error:#}");
            missing
                .push(format!("{name}: {}", reason.lines().take(2).collect::<Vec<_>>().join(": ")));
            false
        }
    };
    let extension = folder.join(format!("peer_c{suffix}"));
    let c = compiler::extension(&folder.join("peer.c"), include, &extension).check();
    let extension = built("C", c.map(drop)).then_some(extension);
    let cython = isolated(&compilers.python())
        .args(["-m", "cython", "-3", "peer_cython.pyx"])
        .folder(&folder)
        .check()
        .and_then(|_| {
            let out = folder.join(format!("peer_cython{suffix}"));
            compiler::extension(&folder.join("peer_cython.c"), include, &out).check()
        });
    built("Cython", cython.map(drop));
    let mypyc = isolated(&compilers.python())
        .args(["-m", "mypyc", "peer_mypyc.py"])
        .folder(&folder)
        .check();
    // Without its extension the module would be timed as plain Python.
    if !built("mypyc", mypyc.map(drop)) {
        fs::remove_file(folder.join("peer_mypyc.py"))?;
    }
    Ok(Peers { folder, extension, missing })
}

fn time(
    environment: &TestEnvironment,
    peers: &Peers,
    rounds: u8,
) -> Result<Vec<(String, Contenders)>> {
    let finished = isolated(&environment.environment.python())
        .arg("-s")
        .arg("calls.py")
        .arg(rounds.to_string())
        .folder(&peers.folder)
        .check()?;
    serde_json::from_str(&finished.stdout).context("the timer prints JSON")
}

/// A row for each contender: the time of a call, and the ratio to the first, round by round.
fn ratios(contenders: &Contenders) -> Result<String> {
    let (first, base) = contenders.first().context("a group has contenders")?;
    let row = |(name, times): &(String, Vec<f64>)| {
        let against = times.iter().zip(base).map(|(time, base)| time / base).collect();
        vec![name.clone(), nanoseconds(median(times.clone())), format!("{:.2}", median(against))]
    };
    let rows: Vec<Vec<String>> = contenders.iter().map(row).collect();
    Ok(table::markdown(&["call", "time", &format!("ratio to {first}")], &rows))
}

/// The time of an import in a fresh interpreter, in turn with that of the C extension.
fn imports(environment: &TestEnvironment, peers: &Peers, rounds: u8) -> Result<String> {
    let import = |module: &str| -> Result<f64> {
        let code = format!(
            "import time; t = time.perf_counter_ns(); import {module}; print(time.perf_counter_ns() - t)"
        );
        let finished = isolated(&environment.environment.python())
            .args(["-s", "-c", &code])
            .folder(&peers.folder)
            .check()?;
        finished.stdout.trim().parse().context("a number of nanoseconds")
    };
    let mut rows = Vec::new();
    let modules: &[&str] =
        if peers.extension.is_some() { &["peer_c", "sum_up_to"] } else { &["sum_up_to"] };
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..rounds {
        for module in modules {
            times.entry(module).or_default().push(import(module)?);
        }
    }
    for (module, times) in times {
        rows.push(vec![format!("`import {module}`"), nanoseconds(median(times))]);
    }
    Ok(table::markdown(&["in a fresh interpreter", "time"], &rows))
}

fn nanoseconds(time: f64) -> String {
    match time {
        time if time < 1e3 => format!("{time:.1} ns"),
        time if time < 1e6 => format!("{:.2} µs", time / 1e3),
        time => format!("{:.2} ms", time / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The machine was ten times slower in the second round: each ratio is 2 all the same.
        let contenders =
            vec![("first".into(), vec![1.0, 10.0, 1.0]), ("second".into(), vec![2.0, 20.0, 2.0])];
        insta::assert_snapshot!(ratios(&contenders).expect("contenders"), @"
        | call   | time   | ratio to first |
        | ------ | ------ | -------------- |
        | first  | 1.0 ns | 1.00           |
        | second | 2.0 ns | 2.00           |
        ");
        assert!(ratios(&Vec::new()).is_err());
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        assert_eq!(
            [12.34, 1234.0, 1_234_000.0].map(nanoseconds),
            ["12.3 ns", "1.23 µs", "1.23 ms"]
        );
    }
}
