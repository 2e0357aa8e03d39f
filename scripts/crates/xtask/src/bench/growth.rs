//! The cost of the audit by the number of wheels, up to a thousand copies of one wheel in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_pipeline::report::{Report, table};
use wheel_pipeline::stage::Machine;

use crate::measured;

const COUNTS: [usize; 3] = [10, 100, 1_000];

/// A table with a row for each number of wheels. They are copies of the smallest of `files`, with different build
/// numbers.
pub fn measure(
    machine: &Machine,
    report: &Report,
    program: &Path,
    files: &[PathBuf],
) -> Result<String> {
    let mut sizes = Vec::new();
    for file in files {
        sizes.push((fs::metadata(file)?.len(), file));
    }
    let (_, smallest) = sizes.into_iter().min().context("there are wheels")?;
    let name = smallest.file_name().context("a listed file has a name")?.to_string_lossy();
    let parts: Vec<&str> = name.splitn(3, '-').collect();
    let [project, version, tag] = parts[..] else {
        anyhow::bail!("`{name}` is not a valid name of a wheel");
    };
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let mut rows = Vec::new();
    let mut made = 0;
    for count in COUNTS {
        for number in made..count {
            let copy = folder.path().join(format!("{project}-{version}-{number}-{tag}"));
            fs::copy(smallest, copy)?;
        }
        made = count;
        let path = folder.path().to_string_lossy().into_owned();
        let action = report.start(format!("auditing {count} wheels"));
        let arguments = ["audit", &path, "--format", "json"].map(str::to_owned);
        let usage = measured::run(machine.tools()?, program, &arguments)?;
        drop(action);
        rows.push(vec![
            count.to_string(),
            format!("{:.2}", usage.wall),
            format!("{:.2}", usage.cpu),
            format!("{:.2}", usage.cpu * 1e3 / count as f64),
            format!("{:.0}", usage.peak as f64 / 1e6),
        ]);
    }
    let header = ["wheels", "wall, s", "CPU, s", "CPU of one, ms", "peak memory, MB"];
    Ok(format!("Copies of `{name}`:\n\n{}", table::markdown(&header, &rows)))
}
