//! The description of the machine in benchmarks.

use std::env::consts::{ARCH, OS};
use std::fs;

use anyhow::Result;
use wheel_pipeline::process::command::Invocation;

/// Processor, number of processors, system and compiler in one sentence.
pub fn describe() -> Result<String> {
    // Only Linux has this file. On other systems, the architecture is shown.
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Invocation::new("rustc").arg("--version").check()?;
    Ok(format!(
        "{}, {cores} processors, {OS} {ARCH}, {}",
        cpu.unwrap_or_else(|| ARCH.to_owned()),
        rustc.stdout.trim()
    ))
}
