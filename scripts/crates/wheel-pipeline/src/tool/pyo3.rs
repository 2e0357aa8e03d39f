//! The configuration of pyo3 for PyPy, by which a build needs no PyPy
//! ([format](https://docs.rs/pyo3-build-config/latest/pyo3_build_config/struct.InterpreterConfig.html)).
//!
//! `maturin --interpreter` was rejected: maturin's table has one ABI for each PyPy, and a PyPy on `PATH` outweighs the
//! table. So the name of the file would depend on the machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::family::Family;
use wheel_audit::plan::PlannedWheel;

/// Writes the configuration for a wheel into `folder`. None if the wheel is not for a PyPy.
pub fn write(wheel: &PlannedWheel, folder: &Path) -> Result<Option<PathBuf>> {
    let Some(text) = configuration(wheel) else { return Ok(None) };
    // pyo3 is compiled again if the path is another one.
    let path = folder.join(format!("{}-{}.txt", wheel.family, wheel.target));
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(Some(path))
}

/// The configuration: maturin takes the wheel's ABI tag from the suffix.
fn configuration(wheel: &PlannedWheel) -> Option<String> {
    let Family::Exact(python) = wheel.family else { return None };
    let suffix = wheel.target.pypy_suffix(python)?;
    Some(format!(
        "implementation=PyPy\nversion={}\nshared=true\next_suffix=.{suffix}\n",
        python.series()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(family: &str) -> PlannedWheel {
        PlannedWheel {
            file: format!("a-1-{family}-win_amd64.whl"),
            target: "win_amd64".parse().expect("a target"),
            family: family.parse().expect("a family"),
        }
    }

    #[test]
    fn a_pypy_is_described_and_other_pythons_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("new");
        let path = write(&wheel("pp311-pypy311_pp80"), &inner).expect("written").expect("a file");
        assert_eq!(path, inner.join("pp311-pypy311_pp80-win_amd64.txt"));
        insta::assert_snapshot!(fs::read_to_string(path).expect("a file"), @"
        implementation=PyPy
        version=3.11
        shared=true
        ext_suffix=.pypy311-pp80-win_amd64.pyd
        ");
        for family in ["cp310-abi3", "cp314-cp314t", "py3-none"] {
            assert_eq!(write(&wheel(family), folder.path()).expect("nothing to write"), None);
        }
    }
}
