//! `lock`: pins the Python packages that the pipeline and the tests run, with their hashes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::family::PythonVersion;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::{Advise, Failure};
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::{cibuildwheel, python, uv};

/// The inputs, each with its lock: what is asked for, and what that was resolved to.
const LOCKS: &[(&str, &str)] = &[
    (
        "scripts/crates/wheel-pipeline/src/tool/python/tools.in",
        "scripts/crates/wheel-pipeline/src/tool/python/tools.lock",
    ),
    ("scripts/crates/xtask/data/peers.in", "scripts/crates/xtask/data/peers.lock"),
    (
        "scripts/crates/wheel-pipeline/src/tool/attest/attest.in",
        "scripts/crates/wheel-pipeline/src/tool/attest/attest.lock",
    ),
    ("scripts/crates/xtask/data/auditors.in", "scripts/crates/xtask/data/auditors.lock"),
    ("tests/requirements.in", REQUIREMENTS),
    (SECOND, "scripts/crates/wheel-pipeline/src/tool/cibuildwheel/cibuildwheel.lock"),
];

/// The second builder, which runs on fewer Pythons.
const SECOND: &str = "scripts/crates/wheel-pipeline/src/tool/cibuildwheel/cibuildwheel.in";

/// What the tests need.
const REQUIREMENTS: &str = "tests/requirements.lock";

/// The stage: brings each lock up to its input, or with `check` says whether it is; `upgrade` takes
/// the newest versions.
pub fn run(
    project: &Project,
    machine: &Machine,
    report: &Report,
    check: bool,
    upgrade: bool,
) -> Result<Verdict> {
    let (root, report) = (&project.root, report);
    let uv = machine.tools()?.program("uv");
    let one = |input: &str, lock: &str| -> Result<Verdict> {
        let action = report.start(format!("resolving {input}"));
        let path = root.join(lock);
        let oldest = if input == SECOND { cibuildwheel::OLDEST } else { python::OLDEST };
        let before = fs::read_to_string(&path).unwrap_or_default();
        let after = resolve(&uv, &root.join(input), &before, oldest, upgrade)?;
        if after == before {
            action.done(Mood::Good, "current", lock);
        } else if check {
            action.done(Mood::Bad, "stale", &format!("{lock}: run `cargo xtask lock`"));
            return Ok(Verdict::No);
        } else {
            fs::write(&path, after)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            action.done(Mood::Good, "locked", lock);
        }
        Ok(Verdict::Yes)
    };
    // All at once: nearly all of the time goes into waiting for the index.
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            LOCKS.iter().map(|(input, lock)| scope.spawn(|| one(input, lock))).collect();
        threads.into_iter().try_fold(Verdict::Yes, |verdict, thread| {
            Ok(verdict.and(thread.join().expect("resolving does not panic")?))
        })
    })
}

/// The lock that `input` has now, where `before` keeps what it pins unless `upgrade` is asked for.
fn resolve(
    uv: &Path,
    input: &Path,
    before: &str,
    oldest: PythonVersion,
    upgrade: bool,
) -> Result<String> {
    let folder = tempfile::tempdir()?;
    // uv keeps the pins of the file that it writes to.
    let fresh = folder.path().join("fresh.lock");
    fs::write(&fresh, before)?;
    uv::compile(uv, input, &fresh, oldest, upgrade)
        .check()
        .advise("cannot resolve the locked packages", "is there a network?")?;
    Ok(fs::read_to_string(&fresh)?)
}

/// The text of a lock file of the project.
pub fn requirements(project: &Project) -> Result<String> {
    let path = project.root.join(REQUIREMENTS);
    fs::read_to_string(&path).map_err(|error| {
        Failure::usage(format!("cannot read `{}`: {error}", path.display())).into()
    })
}
