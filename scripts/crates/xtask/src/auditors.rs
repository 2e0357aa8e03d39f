//! Other auditors, whose results are compared with ours: auditwheel and abi3audit.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::tool::python::environment::Environment;

/// auditwheel's result for a Linux wheel.
#[derive(Debug, PartialEq, Eq)]
pub struct PlatformOpinion {
    /// The oldest platform tag that the wheel fits.
    pub tag: String,
    /// Libraries that the platform does not guarantee.
    pub libraries: Vec<String>,
}

/// Runs auditwheel. The inner error is the reason why it has no result. `empty` is an empty folder.
pub fn auditwheel(
    auditors: &Environment,
    wheel: &Path,
    empty: &Path,
) -> Result<Result<PlatformOpinion, String>> {
    let finished = Invocation::new(auditors.program("auditwheel"))
        // Without this option, auditwheel would look up libraries on this machine.
        .args(["show", "--json", "--ldpaths"])
        .arg(empty)
        .arg(wheel)
        .run()?;
    if !finished.succeeded() {
        return Ok(Err(finished.tail().lines().last().unwrap_or("it fails").to_owned()));
    }
    platform(&finished.stdout).map(Ok)
}

fn platform(json: &str) -> Result<PlatformOpinion> {
    let value: Value = serde_json::from_str(json).context("auditwheel printed no valid JSON")?;
    let tag =
        value["overall_tag"].as_str().context("auditwheel's JSON has no `overall_tag`")?.to_owned();
    let libraries =
        value["external_libs"].as_object().context("auditwheel's JSON has no `external_libs`")?;
    Ok(PlatformOpinion { tag, libraries: libraries.keys().cloned().collect() })
}

/// abi3audit's result for the modules of a wheel.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StableAbi {
    /// The number of modules that it read.
    pub modules: usize,
    /// Symbols that are not in its list of the stable ABI.
    pub symbols: Vec<String>,
    /// Symbols that are newer than the wheel's tag.
    pub newer: Vec<String>,
}

/// Runs abi3audit. The inner error is the reason why it has no result.
pub fn abi3audit(auditors: &Environment, wheel: &Path) -> Result<Result<StableAbi, String>> {
    let finished = Invocation::new(auditors.program("abi3audit"))
        .args(["--report", "--strict"])
        .arg(wheel)
        .run()?;
    // It exits with 1 both for a violation and for a file that it cannot read.
    if finished.stdout.trim().is_empty() {
        return Ok(Err(finished.tail().lines().last().unwrap_or("it printed nothing").to_owned()));
    }
    stable_abi(&finished.stdout).map(Ok)
}

fn stable_abi(json: &str) -> Result<StableAbi> {
    let value: Value = serde_json::from_str(json).context("abi3audit printed no valid JSON")?;
    let specs = value["specs"].as_object().context("abi3audit's JSON has no `specs`")?;
    let mut opinion = StableAbi::default();
    for module in specs.values().flat_map(|spec| spec["wheel"].as_array().into_iter().flatten()) {
        let result = &module["result"];
        let symbols = result["non_abi3_symbols"]
            .as_array()
            .context("abi3audit's JSON has no `non_abi3_symbols`")?;
        let newer = result["future_abi3_objects"]
            .as_object()
            .context("abi3audit's JSON has no `future_abi3_objects`")?;
        opinion.modules += 1;
        opinion.symbols.extend(symbols.iter().filter_map(Value::as_str).map(str::to_owned));
        opinion.newer.extend(newer.keys().cloned());
    }
    Ok(opinion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_from_the_output_of_the_tools() {
        let said =
            platform(r#"{"overall_tag": "linux_x86_64", "external_libs": {"libc.so": null}}"#);
        let libraries = vec!["libc.so".to_owned()];
        assert_eq!(said.expect("JSON"), PlatformOpinion { tag: "linux_x86_64".into(), libraries });
        let said = stable_abi(
            r#"{"specs": {"a.whl": {"kind": "wheel", "wheel": [{"name": "_native.so", "result": {
                "non_abi3_symbols": ["PyModExport__native"], "future_abi3_objects": {"PyX": "3.14"}
            }}]}}}"#,
        );
        let symbols = vec!["PyModExport__native".to_owned()];
        let newer = vec!["PyX".to_owned()];
        assert_eq!(said.expect("JSON"), StableAbi { modules: 1, symbols, newer });
        assert!(platform("{}").is_err() && stable_abi("{}").is_err());
    }
}
