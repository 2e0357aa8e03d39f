//! cibuildwheel: the second, independent builder, which also tests its wheels on every Python it has.

use std::path::{Path, PathBuf};

use wheel_audit::family::PythonVersion;

use crate::process::command::Invocation;
use crate::tool::python::environment::Environment;
use crate::tool::python::lock::Lock;
use crate::tool::pythons::container::Engine;

/// What it needs, apart from the tools: it wants a newer Python than they do.
pub const LOCK: Lock = Lock { text: include_str!("cibuildwheel.lock") };

/// The oldest Python that it runs on.
pub const OLDEST: PythonVersion = PythonVersion::new(3, 11);

/// The command that builds and tests wheels of the sdist; how, its own `pyproject.toml` says. `audit` is
/// the program that judges each wheel, `engine` the container engine that is there.
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
        // Where a container finds Rust: it sees the folders of the machine.
        .env("HOST_CARGO", home("CARGO_HOME", ".cargo"))
        .env("HOST_RUSTUP", home("RUSTUP_HOME", ".rustup"))
        // Its own choice takes good wheels for the newest stable ABI for bad ones.
        .env("CIBW_AUDIT_REQUIRES", "")
        .env("CIBW_AUDIT_COMMAND", format!("\"{}\" audit {{wheel}}", audit.display()));
    match engine {
        Some(engine) => command.env(ENGINE, engine.program()),
        None => command,
    }
}

/// The variable by which it is told its container engine, with options for it.
pub const ENGINE: &str = "CIBW_CONTAINER_ENGINE";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::{environment, printed};

    #[test]
    fn every_wheel_is_judged_by_our_own_audit() {
        let [sdist, out, audit] =
            ["/dist/a-1.tar.gz", "/second", "/bin/wheel-pipeline"].map(Path::new);
        let command = printed(&build(&environment("/fresh"), sdist, out, audit, None));
        // Where Rust lies, is another place on every machine.
        let lines = command.lines().filter(|line| !line.starts_with("+ HOST_"));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
        cibuildwheel --output-dir /second /dist/a-1.tar.gz
        + CIBW_AUDIT_REQUIRES=
        + CIBW_AUDIT_COMMAND="/bin/wheel-pipeline" audit {wheel}
        "#);
    }

    #[test]
    fn the_lock_pins_it() {
        assert_ne!(LOCK.version("cibuildwheel").expect("it is pinned"), "");
    }
}
