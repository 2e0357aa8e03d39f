//! `bench hostile`: measures the audit of files that are made to take long or to fill the memory, each in a process of
//! its own.

use std::fs;

use anyhow::Result;
use wheel_fixtures::hostile::{READ, generators};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Report, table};
use wheel_pipeline::stage::Machine;

use crate::measured;
use crate::{cargo, machine};

/// The most seconds of processor time for a release.
const SECONDS: f64 = 10.0;
/// The most memory for a release, in megabytes.
const MEGABYTES: f64 = 1000.0;
/// The exit codes of an audit: yes, no, and could not tell. A crash has another.
const CODES: [i32; 3] = [0, 1, 3];

/// Audits a release of each generator with the optimized program, and prints a table. The verdict is no if one exceeds
/// a limit.
pub fn run(
    project: &Project,
    machine: &Machine,
    report: &Report,
    megabytes: u16,
) -> Result<Verdict> {
    let program = cargo::release(&project.root.join("scripts"), "wheel-pipeline")?;
    let (mut rows, mut beyond) = (Vec::new(), Vec::new());
    for generator in generators() {
        let action = report.start(format!("auditing {}", generator.name));
        let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
        let mut size = 0;
        for (name, bytes) in (generator.make)(usize::from(megabytes) * 1_000_000) {
            fs::write(folder.path().join(name), &bytes)?;
            size += bytes.len();
        }
        let path = folder.path().to_string_lossy().into_owned();
        let arguments = ["audit", &path, "--format", "json"].map(str::to_owned);
        let usage = measured::run(machine.tools()?, &program, &arguments)?;
        drop(action);
        let peak = usage.peak as f64 / 1e6;
        let harmless = ["", READ].contains(&generator.says);
        if usage.cpu > SECONDS
            || peak > MEGABYTES
            || !CODES.contains(&usage.code)
            || usage.code == 0 && !harmless
        {
            beyond.push(generator.name);
        }
        rows.push(vec![
            generator.name.to_owned(),
            format!("{:.1}", size as f64 / 1e6),
            format!("{:.2}", usage.cpu),
            format!("{peak:.0}"),
            usage.code.to_string(),
        ]);
    }
    let header = ["files", "size, MB", "CPU, s", "peak memory, MB", "exit code"];
    report.data(&format!("{}.\n\n{}", machine::describe()?, table::markdown(&header, &rows)))?;
    if beyond.is_empty() {
        return Ok(Verdict::Yes);
    }
    report.data(&format!(
        "\nbeyond {SECONDS} s, {MEGABYTES} MB or the exit codes 1 and 3: {}\n",
        beyond.join(", ")
    ))?;
    Ok(Verdict::No)
}
