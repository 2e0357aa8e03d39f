//! `lock`: pins the Python packages of the pipeline and the tests, with hashes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::family::PythonVersion;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::{Advise, Failure};
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::python::tools::Tool;
use wheel_pipeline::tool::{cibuildwheel, python, uv};

/// The input files with requirements, each with its lock file.
const LOCKS: &[(&str, &str)] = &[
    (
        "scripts/crates/wheel-pipeline/src/tool/python/tools.in",
        "scripts/crates/wheel-pipeline/src/tool/python/tools.lock",
    ),
    (OLDER_PIP, "scripts/crates/wheel-pipeline/src/tool/python/older_pip.lock"),
    ("scripts/crates/xtask/data/peers.in", "scripts/crates/xtask/data/peers.lock"),
    (
        "scripts/crates/wheel-pipeline/src/tool/attest/attest.in",
        "scripts/crates/wheel-pipeline/src/tool/attest/attest.lock",
    ),
    ("scripts/crates/xtask/data/auditors.in", "scripts/crates/xtask/data/auditors.lock"),
    ("scripts/crates/xtask/data/installers.in", "scripts/crates/xtask/data/installers.lock"),
    ("tests/requirements.in", REQUIREMENTS),
    (SECOND, "scripts/crates/wheel-pipeline/src/tool/cibuildwheel/cibuildwheel.lock"),
];

/// The input of the pip for older Pythons.
const OLDER_PIP: &str = "scripts/crates/wheel-pipeline/src/tool/python/older_pip.in";

/// The input of the second builder, which runs on fewer Pythons.
const SECOND: &str = "scripts/crates/wheel-pipeline/src/tool/cibuildwheel/cibuildwheel.in";

/// The lock of the tests' requirements.
const REQUIREMENTS: &str = "tests/requirements.lock";

/// Runs `lock`: writes each lock, or with `check` compares it. `upgrade` selects the newest versions.
pub fn run(
    project: &Project,
    machine: &Machine,
    report: &Report,
    check: bool,
    upgrade: bool,
) -> Result<Verdict> {
    let (root, report) = (&project.root, report);
    let uv = machine.tools()?.program(Tool::Uv)?;
    let one = |input: &str, lock: &str| -> Result<Verdict> {
        let action = report.start(format!("resolving {input}"));
        let path = root.join(lock);
        let oldest = match input {
            SECOND => cibuildwheel::OLDEST,
            OLDER_PIP => python::OLDEST,
            _ => python::OLDEST_FOR_TOOLS,
        };
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
    // In parallel, because most of the time is spent waiting for the index.
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            LOCKS.iter().map(|(input, lock)| scope.spawn(|| one(input, lock))).collect();
        threads.into_iter().try_fold(Verdict::Yes, |verdict, thread| {
            Ok(verdict.and(thread.join().expect("resolving does not panic")?))
        })
    })
}

/// Resolves `input` to the text of a lock. The pins of `before` are kept unless `upgrade` is set.
fn resolve(
    uv: &Path,
    input: &Path,
    before: &str,
    oldest: PythonVersion,
    upgrade: bool,
) -> Result<String> {
    let folder = tempfile::tempdir()?;
    // uv keeps the pins of the existing output file.
    let fresh = folder.path().join("fresh.lock");
    fs::write(&fresh, before)?;
    uv::compile(uv, input, &fresh, oldest, upgrade)
        .check()
        .advise("cannot resolve the locked packages", "check the network and `PIP_INDEX_URL`")?;
    Ok(fs::read_to_string(&fresh)?)
}

/// The text of a lock file of the project.
pub fn requirements(project: &Project) -> Result<String> {
    let path = project.root.join(REQUIREMENTS);
    fs::read_to_string(&path).map_err(|error| {
        Failure::usage(format!("cannot read `{}`: {error}", path.display())).into()
    })
}
