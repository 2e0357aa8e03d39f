//! cibuildwheel: the second, independent builder. It also tests its wheels on every Python that it has.

use std::path::{Path, PathBuf};

use wheel_audit::family::PythonVersion;

use crate::process::command::Invocation;
use crate::tool::python::environment::Environment;
use crate::tool::python::lock::Lock;
use crate::tool::pythons::container::Engine;

/// The packages of cibuildwheel. They are not in `tools.lock`, because cibuildwheel needs a newer Python.
pub const LOCK: Lock = Lock { text: include_str!("cibuildwheel.lock") };

/// The oldest Python that cibuildwheel runs on.
pub const OLDEST: PythonVersion = PythonVersion::new(3, 11);

/// The command that builds and tests wheels from the sdist. The sdist's `pyproject.toml` configures it.
///
/// `audit` is the program that audits each wheel. `engine` is the container engine to use.
pub fn build(
    environment: &Environment,
    sdist: &Path,
    out: &Path,
    audit: &Path,
    engine: Option<&Engine>,
) -> Invocation {
    let home = |variable: &str, folder: &str| {
        let home = std::env::home_dir().unwrap_or_default();
        std::env::var_os(variable).map_or_else(|| home.join(folder), PathBuf::from)
    };
    let command = Invocation::new(environment.program("cibuildwheel"))
        .arg("--output-dir")
        .arg(out)
        .arg(sdist)
        // A container sees the folders of the machine, so it uses the machine's Rust.
        .env("HOST_CARGO", home("CARGO_HOME", ".cargo"))
        .env("HOST_RUSTUP", home("RUSTUP_HOME", ".rustup"))
        // Its default, abi3audit, refuses good wheels of the newest stable ABI, `abi3t`.
        .env("CIBW_AUDIT_REQUIRES", "")
        .env("CIBW_AUDIT_COMMAND", format!("\"{}\" audit {{wheel}}", audit.display()));
    match engine {
        Some(engine) => command.env(ENGINE, engine.program()),
        None => command,
    }
}

/// The variable that selects cibuildwheel's container engine, with options.
pub const ENGINE: &str = "CIBW_CONTAINER_ENGINE";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::{environment, printed};

    #[test]
    fn every_wheel_is_judged_by_wheel_pipelines_audit() {
        let [sdist, out, audit] =
            ["/dist/a-1.tar.gz", "/second", "/bin/wheel-pipeline"].map(Path::new);
        let command = printed(&build(&environment("/fresh"), sdist, out, audit, None));
        // The folders of Rust differ on every machine.
        let lines = command.lines().filter(|line| !line.starts_with("+ HOST_"));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
        cibuildwheel --output-dir /second /dist/a-1.tar.gz
        + CIBW_AUDIT_REQUIRES=
        + CIBW_AUDIT_COMMAND="/bin/wheel-pipeline" audit {wheel}
        "#);
    }

    #[test]
    fn the_lock_pins_cibuildwheel() {
        assert_ne!(LOCK.version("cibuildwheel").expect("it is pinned"), "");
    }
}
