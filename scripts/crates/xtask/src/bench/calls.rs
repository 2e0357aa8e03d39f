//! `bench calls`: measures calls of the built wheel on each Python of this machine, compared with C, Cython, mypyc and
//! Python. It measures the import and the sizes too.
//!
//! The peers are compiled with the system's compiler. A peer that cannot be compiled is named.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Deserialize;
use wheel_audit::wheel::release::ReleaseFacts;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, human, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::isolated;
use wheel_pipeline::tool::python::tools::Tool;

use super::median;
use crate::test_environment::{self, TestEnvironment};
use crate::{compiler, machine};

const TIMER: &str = include_str!("calls.py");
const SYSCONFIG_PATHS: &str = include_str!("sysconfig_paths.py");
const IMPORT_TIME: &str = include_str!("import_time.py");
const PEER_C: &str = include_str!("peer.c");
const PEER_CYTHON: &str = include_str!("peer_cython.pyx");
const PEER_MYPYC: &str = include_str!("peer_mypyc.py");
const PEERS: &str = include_str!("../../data/peers.lock");

/// The contenders of a group, each with the time of a call in each round, in nanoseconds.
type Contenders = Vec<(String, Vec<f64>)>;

/// The modules to compare with, and the reasons for missing ones.
struct Peers {
    folder: PathBuf,
    /// The C extension. None without a compiler.
    extension: Option<PathBuf>,
    missing: Vec<String>,
}

/// Runs `bench calls` on each Python, one after the other.
pub fn run(
    source: &Source,
    machine: &Machine,
    kept: &EvidenceFolder,
    report: &Report,
    rounds: u8,
) -> Result<Verdict> {
    let mut text = format!("{}; medians of {rounds} rounds\n", machine::describe()?);
    for environment in test_environment::environments(source, machine, kept, report)? {
        let release = &environment.interpreter.release;
        let peers = {
            let _action = report.start(format!("compiling the peers for CPython {release}"));
            compile(machine, &environment)?
        };
        let action = report.start(format!("timing calls on CPython {release}"));
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
        text += &format!("\n{}", sizes(&environment.wheel, &peers)?);
    }
    report.data(&text)?;
    Ok(Verdict::Yes)
}

/// The folders of an interpreter's headers and packages, and its file suffix for extensions.
#[derive(Deserialize)]
struct SysconfigPaths {
    include: String,
    suffix: String,
    packages: PathBuf,
}

impl SysconfigPaths {
    fn ask(python: &Path) -> Result<Self> {
        let asked = isolated(python).args(["-I", "-c", SYSCONFIG_PATHS]).check()?;
        serde_json::from_str(&asked.stdout).context("Python printed no valid JSON")
    }
}

fn compile(machine: &Machine, environment: &TestEnvironment) -> Result<Peers> {
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
    // The peers' compilers must not be in the measured environment.
    let place = folder.join("compilers");
    let compilers = Environment::locked(
        &environment.interpreter,
        &place,
        &machine.tools()?.program(Tool::Uv)?,
        PEERS,
    )?;
    let SysconfigPaths { include, suffix, .. } =
        SysconfigPaths::ask(&environment.environment.python())?;

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
    let c = compiler::extension(&folder.join("peer.c"), &include, &extension).check();
    let extension = built("C", c.map(drop)).then_some(extension);
    let cython = isolated(&compilers.python())
        .args(["-m", "cython", "-3", "peer_cython.pyx"])
        .folder(&folder)
        .check()
        .and_then(|_| {
            let out = folder.join(format!("peer_cython{suffix}"));
            compiler::extension(&folder.join("peer_cython.c"), &include, &out).check()
        });
    built("Cython", cython.map(drop));
    let mypyc = isolated(&compilers.python())
        .args(["-m", "mypyc", "peer_mypyc.py"])
        .folder(&folder)
        .check();
    // Without its compiled extension, the module would be measured as plain Python.
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

/// A table with a row for each contender: the median time, and its ratio to that of the first contender.
fn ratios(contenders: &Contenders) -> Result<String> {
    let (first, base) = contenders.first().context("a group has contenders")?;
    let base = median(base.clone());
    let row = |(name, times): &(String, Vec<f64>)| {
        let time = median(times.clone());
        vec![name.clone(), nanoseconds(time), format!("{:.2}", time / base)]
    };
    let rows: Vec<Vec<String>> = contenders.iter().map(row).collect();
    Ok(table::markdown(&["call", "median time", &format!("ratio to {first}")], &rows))
}

/// The time of an import in a new interpreter, measured in turn with its peers: the C extension, a package that holds
/// nothing else, and the one module of Python that ours imports. All are in the folder of installed packages. Opening
/// the library is a part of the import.
fn imports(environment: &TestEnvironment, peers: &Peers, rounds: u8) -> Result<String> {
    let python = environment.environment.python();
    let packages = SysconfigPaths::ask(&python)?.packages;
    let mut modules: Vec<(&str, Option<PathBuf>)> = Vec::new();
    if let Some(extension) = &peers.extension {
        let name = extension.file_name().context("an extension has a name")?;
        let package = packages.join("peer_package");
        fs::create_dir_all(&package)?;
        fs::write(package.join("__init__.py"), "from .peer_c import __name__ as name\n")?;
        for folder in [&packages, &package] {
            fs::copy(extension, folder.join(name))?;
        }
        modules.push(("peer_c", Some(packages.join(name))));
        modules.push(("peer_package", Some(package.join(name))));
    }
    modules.push(("atexit", None));
    let (release, _) = ReleaseFacts::read(std::slice::from_ref(&environment.wheel));
    let facts = release.wheels.first().context("the built wheel can be read")?;
    let binary = facts.binaries.first().context("the wheel has an extension")?;
    modules.push(("sum_up_to", Some(packages.join(&binary.member))));

    let measure = |arguments: &[&str]| -> Result<f64> {
        let finished = isolated(&python).args(["-I", "-c", IMPORT_TIME]).args(arguments).check()?;
        finished.stdout.trim().parse().context("a number of nanoseconds")
    };
    // An import is short compared with the start of a process, so it needs more rounds than calls.
    let rounds = usize::from(rounds) * 10;
    let mut times = vec![(Vec::new(), Vec::new()); modules.len()];
    for _ in 0..rounds {
        for ((imported, opened), (module, file)) in times.iter_mut().zip(&modules) {
            imported.push(measure(&[module])?);
            if let Some(file) = file {
                opened.push(measure(&[module, &file.to_string_lossy()])?);
            }
        }
    }
    let mut rows = Vec::new();
    let mut medians = Vec::new();
    for ((module, file), (imported, opened)) in modules.iter().zip(times) {
        let imported = median(imported);
        let opened = file.as_ref().map(|_| median(opened));
        let shown = opened.map(nanoseconds).unwrap_or_default();
        rows.push(vec![format!("`import {module}`"), nanoseconds(imported), shown]);
        medians.push((imported, opened));
    }
    if let [(peer, Some(peer_opened)), .., (own, Some(own_opened))] = medians.as_slice() {
        let [imported, opened] = [own - peer, own_opened - peer_opened].map(nanoseconds);
        rows.push(vec!["from the first row to the last".to_owned(), imported, opened]);
    }
    let headers = ["in a fresh interpreter", "median time", "of that, opening the library"];
    Ok(table::markdown(&headers, &rows))
}

/// The sizes of the extension and its wheel, and of the C extension.
fn sizes(wheel: &Path, peers: &Peers) -> Result<String> {
    let row = |name: &str, size: u64| vec![name.to_owned(), human::size(size)];
    let mut rows = Vec::new();
    if let Some(extension) = &peers.extension {
        let bytes = fs::read(extension)?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        rows.push(row("the C extension", u64::try_from(bytes.len())?));
        rows.push(row("the same, deflated", u64::try_from(encoder.finish()?.len())?));
    }
    let (release, _) = ReleaseFacts::read(&[wheel.to_owned()]);
    let facts = release.wheels.first().context("the built wheel can be read")?;
    for binary in &facts.binaries {
        let member = facts.members.iter().find(|member| member.name == binary.member);
        let member = member.context("a binary is a member")?;
        rows.push(row(&format!("`{}`", member.name), member.size));
    }
    rows.push(row("the wheel", facts.size));
    Ok(table::markdown(&["file", "size"], &rows))
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
    fn ratios_are_those_of_the_times_beside_them() {
        let contenders =
            vec![("first".into(), vec![1.0, 10.0, 2.0]), ("second".into(), vec![3.0, 5.0, 4.0])];
        insta::assert_snapshot!(ratios(&contenders).expect("contenders"), @"
        | call   | median time | ratio to first |
        | ------ | ----------- | -------------- |
        | first  | 2.0 ns      | 1.00           |
        | second | 4.0 ns      | 2.00           |
        ");
        assert!(ratios(&Vec::new()).is_err());
    }

    #[test]
    fn times_have_a_unit_that_fits_their_size() {
        assert_eq!(
            [12.34, 1234.0, 1_234_000.0].map(nanoseconds),
            ["12.3 ns", "1.23 µs", "1.23 ms"]
        );
    }
}
