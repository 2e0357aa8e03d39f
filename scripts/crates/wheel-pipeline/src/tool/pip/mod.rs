//! pip: installs wheels in the way that users do.
//!
//! One pinned pip installs into every environment, and an older one into those of CPython 3.8 and 3.9. It runs in the environment's interpreter, so it picks the same file
//! as a pip in that environment.

pub mod dependencies;
pub mod report;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use wheel_audit::names::normalize;

use crate::process::command::Invocation;
use crate::process::environment::Grant;
use crate::tool::python::OLDEST_FOR_TOOLS;
use crate::tool::python::environment::Environment;
use crate::tool::python::tools::{Tool, Tools};
use crate::{address, client};

/// The source of packages for pip.
#[derive(Clone, Copy, Debug)]
pub enum InstallSource<'a> {
    /// The files named on the command line and nothing else.
    Files,
    /// One index and nothing else, by the address of its simple API.
    Index(&'a str),
}

/// Installs wheels by file or by name, never an sdist. pip's configuration and cache are ignored.
pub fn install(
    tools: &Tools,
    environment: &Environment,
    source: InstallSource,
    what: &[&str],
) -> Result<Invocation> {
    let pip = by(tools, environment, environment.command())?
        .args(["--isolated", "--disable-pip-version-check", "--no-input", "install", "--quiet"])
        .args(["--no-cache-dir", "--only-binary", ":all:"]);
    // A byte-code compiler under an emulator takes longer than the test.
    let pip = if environment.is_emulated() { pip.arg("--no-compile") } else { pip };
    let pip = match source {
        // pip has no need of the user's settings, and `--isolated` does not keep it from those of the machine.
        InstallSource::Files => {
            pip.args(["--no-index", "--no-deps"]).env("PIP_CONFIG_FILE", NO_CONFIGURATION)
        }
        InstallSource::Index(url) => from_index(pip, url),
    };
    Ok(pip.args(what))
}

/// The pinned pip, at work on an environment. `python` is a command that runs the environment's own interpreter.
fn by(tools: &Tools, environment: &Environment, python: Invocation) -> Result<Invocation> {
    // What `pip --python` starts, without the pip that starts it, which takes as long again, and with the launcher. Of
    // the packages beside pip, it sees none.
    let is_older = environment.version().is_some_and(|version| version < OLDEST_FOR_TOOLS);
    let pip = if is_older { Tool::OlderPip } else { Tool::Pip };
    let runner = tools.package_folder(pip)?.join("__pip-runner__.py");
    let python = python.without("PYTHONDONTWRITEBYTECODE");
    Ok(python.arg("-I").arg(environment.seen(&runner)))
}

/// pip's configuration may name a proxy, or another index to take files from as well. An index on this machine is
/// reached without a proxy. For other indexes, the configuration says how to reach them.
fn from_index(pip: Invocation, url: &str) -> Invocation {
    // pip's own limit is for a silence. An index that sends a byte now and then could hold it for ever.
    let pip = pip.limit(LIMIT);
    match address::parse(url).filter(address::names_loopback) {
        Some(own) => pip
            .args(["--index-url", client::pinned(&own).as_str()])
            .own_server()
            .env("PIP_CONFIG_FILE", NO_CONFIGURATION),
        None => pip.args(["--index-url", url]),
    }
}

/// The longest time of one installation from an index.
const LIMIT: Duration = Duration::from_secs(900);

/// The value of `PIP_CONFIG_FILE` with which pip reads no configuration at all.
const NO_CONFIGURATION: &str = if cfg!(windows) { "nul" } else { "/dev/null" };

/// Returns true if pip's output shows an error that may go away. `project` is the one whose files an index may list
/// late.
pub fn may_pass(output: &str, project: &str) -> bool {
    // pip will refuse the same file again.
    let lasting = ["DO NOT MATCH THE HASHES", "require a different python", "Requires-Python"];
    let passing =
        ["HTTP error 429", "HTTP error 5", "Connection", "timed out", "Temporary failure"];
    let has = |words: &&str| output.contains(words);
    // A dependency of the project is not late.
    let late = lacks(output, project);
    !lasting.iter().any(has) && (late || passing.iter().any(has))
}

/// Returns true if pip's output says that an index has no file of the project for the interpreter.
pub fn lacks(output: &str, project: &str) -> bool {
    nothing_fits(output).is_some_and(|requirement| {
        let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        normalize(&requirement[..end.unwrap_or(requirement.len())]) == normalize(project)
    })
}

/// The requirement for which pip found no file that fits the interpreter.
pub fn nothing_fits(output: &str) -> Option<&str> {
    let (_, rest) = output.split_once("No matching distribution found for ")?;
    // pip may add where the requirement comes from.
    let line = rest.lines().next().unwrap_or_default();
    Some(line.split(" (from ").next().unwrap_or_default().trim())
}

/// The address of the index that pip's configuration names.
pub fn index(tools: &Tools) -> Result<String> {
    let list = ["-m", "pip", "--disable-pip-version-check", "config", "list"];
    Ok(index_in(&tools.python(Tool::Pip)?.grant(Grant::Pip).args(list).check()?.stdout))
}

/// The index in the output of `pip config list`. Variables outweigh files.
fn index_in(list: &str) -> String {
    let value = |key: &str| {
        let value = list.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim_matches('\'').to_owned())
    };
    value(":env:.index-url")
        .or_else(|| value("global.index-url"))
        .unwrap_or_else(|| "https://pypi.org/simple/".to_owned())
}

/// Builds the wheel of a pure Python project with the build backend of `tools.lock`.
pub fn wheel(tools: &Tools, project: &Path, out: &Path) -> Result<Invocation> {
    let pip = tools
        .python(Tool::Pip)?
        .args(["-m", "pip", "--isolated", "--disable-pip-version-check", "wheel", "--quiet"])
        .args(["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir"])
        .arg(out)
        .arg(project);
    Ok(pip)
}

/// Builds the wheel of a Python project with its own build backend, which pip installs from the index that it is set up
/// for.
pub fn wheel_with_backend(tools: &Tools, project: &Path, out: &Path) -> Result<Invocation> {
    Ok(tools
        .python(Tool::Pip)?
        .grant(Grant::Pip)
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "wheel", "--quiet"])
        .args(["--no-deps", "--wheel-dir"])
        .arg(out)
        .arg(project)
        .limit(LIMIT))
}

/// Downloads one wheel for a platform, from the index that pip's configuration names.
pub fn download(
    tools: &Tools,
    requirement: &str,
    platforms: &[&str],
    out: &Path,
) -> Result<Invocation> {
    let pip = tools
        .python(Tool::Pip)?
        .grant(Grant::Pip)
        .args(["-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"])
        .args(["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.13"])
        .arg("--dest")
        .arg(out);
    let platforms = platforms.iter().flat_map(|platform| ["--platform", platform]);
    Ok(pip.args(platforms).arg(requirement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::{environment, printed};
    use crate::tool::python::tools::tests::tools;

    fn line(source: InstallSource, what: &[&str]) -> String {
        let command =
            printed(&install(&tools(), &environment("/fresh"), source, what).expect("it is there"));
        command.lines().next().expect("a command line").to_owned()
    }

    #[test]
    fn files_are_installed_without_any_index() {
        insta::assert_snapshot!(line(InstallSource::Files, &["/dist/a b.whl"]), @r#"python -I /tools/pip/__pip-runner__.py --isolated --disable-pip-version-check --no-input install --quiet --no-cache-dir --only-binary :all: --no-index --no-deps "/dist/a b.whl""#);
    }

    #[test]
    fn packages_come_from_one_index_only() {
        let index = InstallSource::Index("http://127.0.0.1:3141/root/release/+simple/");
        insta::assert_snapshot!(line(index, &["sum-up-to==1.0.0", "triangular.whl"]), @"python -I /tools/pip/__pip-runner__.py --isolated --disable-pip-version-check --no-input install --quiet --no-cache-dir --only-binary :all: --index-url http://127.0.0.1:3141/root/release/+simple/ sum-up-to==1.0.0 triangular.whl");
    }

    #[test]
    fn the_index_is_the_one_of_pips_configuration() {
        assert_eq!(index_in("global.cert='/ca'\n"), "https://pypi.org/simple/");
        let file = "global.index-url='https://one/simple'\n";
        assert_eq!(index_in(file), "https://one/simple");
        let both = format!(":env:.index-url='https://two/simple'\n{file}");
        assert_eq!(index_in(&both), "https://two/simple");
    }

    #[test]
    fn errors_that_may_go_away_are_told_from_lasting_ones() {
        for output in [
            "ERROR: No matching distribution found for a==1",
            "ERROR: HTTP error 503 while getting https://index/a",
            "ReadTimeoutError: Read timed out.",
        ] {
            assert!(may_pass(output, "A"), "{output}");
        }
        for output in [
            "ERROR: Ignored the following versions that require a different python version: 1\n\
             ERROR: No matching distribution found for a==1",
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "ERROR: a-1-py3-none-any.whl is not a supported wheel on this platform.",
            "ERROR: No matching distribution found for anyio>=3.0.0",
            "ERROR: No matching distribution found for a-b==1 (from a)",
        ] {
            assert!(!may_pass(output, "a"), "{output}");
        }
    }

    #[test]
    fn a_pure_wheel_is_built_without_a_network() {
        let command = wheel(&tools(), Path::new("/project/downstream"), Path::new("/out"));
        insta::assert_snapshot!(printed(&command.expect("it is there")), @"
        python -m pip --isolated --disable-pip-version-check wheel --quiet --no-index --no-deps --no-build-isolation --no-cache-dir --wheel-dir /out /project/downstream
        - PYTHONPATH
        - PYTHONHOME
        - PYTHONSTARTUP
        - PYTHONWARNINGS
        - PYTHONDEVMODE
        - PYTHONSAFEPATH
        - VIRTUAL_ENV
        - CONDA_PREFIX
        - __PYVENV_LAUNCHER__
        + PYTHONUTF8=1
        - PYTHONDONTWRITEBYTECODE
        ");
    }
}
