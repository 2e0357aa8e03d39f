//! `tables`: writes the tables that come from other projects, from pinned packages.

use std::fs;

use anyhow::{Context, Result, anyhow};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::cibuildwheel;
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::isolated;
use wheel_pipeline::tool::python::lock::TOOLS;
use wheel_pipeline::tool::python::tools::Tool;
use wheel_pipeline::tool::pythons::images;
use wheel_pipeline::tool::toolchain::zig;

const LOCK: &str = include_str!("../data/tables.lock");
const SYMBOLS: &str = include_str!("../data/system_symbols.py");
const STABLE_ABI: &str = include_str!("../data/stable_abi.py");
const CLASSIFIERS: &str = include_str!("../data/classifiers.py");
const SPDX: &str = include_str!("../data/spdx.py");

/// Runs `tables`: writes the tables, or with `check` compares them.
pub fn run(project: &Project, machine: &Machine, report: &Report, check: bool) -> Result<Verdict> {
    let mut verdict = Verdict::Yes;
    let makers: [(&str, Maker); 7] = [
        ("scripts/crates/wheel-audit/data/symbols/glibc.txt", |machine| symbols(machine, "glibc")),
        ("scripts/crates/wheel-audit/data/symbols/musl.txt", |machine| symbols(machine, "musl")),
        ("scripts/crates/wheel-audit/data/symbols/macos.txt", |machine| symbols(machine, "macos")),
        ("scripts/crates/wheel-audit/data/stable_abi.txt", |machine| printed(machine, STABLE_ABI)),
        ("scripts/crates/wheel-audit/data/classifiers.txt", |machine| {
            printed(machine, CLASSIFIERS)
        }),
        ("scripts/crates/wheel-audit/data/spdx.txt", |machine| printed(machine, SPDX)),
        ("scripts/crates/wheel-pipeline/src/tool/pythons/images.txt", images),
    ];
    for (file, make) in makers {
        let action = report.start(format!("making {file}"));
        let table = make(machine)?;
        let path = project.root.join(file);
        if fs::read_to_string(&path).is_ok_and(|before| before == table) {
            action.done(Mood::Good, "current", file);
        } else if check {
            action.done(Mood::Bad, "stale", &format!("{file}: run `cargo xtask tables`"));
            verdict = Verdict::No;
        } else {
            fs::write(&path, table)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            action.done(Mood::Good, "written", file);
        }
    }
    Ok(verdict)
}

/// A function that makes a table.
type Maker = fn(&Machine) -> Result<String>;

/// The table that a script prints, in an environment with the pinned packages.
fn printed(machine: &Machine, script: &str) -> Result<String> {
    let interpreter = machine.found()?.interpreters.last().context("a Python was found")?;
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("environment");
    let environment =
        Environment::locked(interpreter, &place, &machine.tools()?.program(Tool::Uv)?, LOCK)?;
    Ok(isolated(&environment.python()).args(["-c", script]).check()?.stdout)
}

/// The table of the symbols of a system's libraries, from the pinned zig.
fn symbols(machine: &Machine, system: &str) -> Result<String> {
    let tools = machine.tools()?;
    let folder = zig::libraries(tools)?.into_os_string().into_string();
    let folder = folder.map_err(|folder| anyhow!("`{}` is not UTF-8", folder.display()))?;
    let version = TOOLS.version("ziglang")?;
    let python = isolated(&tools.interpreter(Tool::Zig)?);
    Ok(python.args(["-c", SYMBOLS, system, &folder, &version]).check()?.stdout)
}

/// The table of the images that cibuildwheel pins, which contain every CPython.
fn images(machine: &Machine) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let lock = folder.path().join("cibuildwheel.lock");
    fs::write(&lock, cibuildwheel::LOCK.requirement("cibuildwheel")?)?;
    machine.tools()?.unpack(&lock, &folder.path().join("package"))?;
    let pinned = "package/cibuildwheel/resources/pinned_docker_images.cfg";
    let pinned = fs::read_to_string(folder.path().join(pinned))
        .context("cannot read cibuildwheel's `pinned_docker_images.cfg`")?;
    images::table(&pinned, &cibuildwheel::LOCK.version("cibuildwheel")?)
}
