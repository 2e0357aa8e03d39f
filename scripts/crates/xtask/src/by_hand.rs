//! `by-hand`: runs the shell commands under "By hand" in `README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::index;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::Report;
use wheel_pipeline::stage::Machine;
use wheel_pipeline::stage::build::unpacked::UnpackedSdist;
use wheel_pipeline::tool::devpi::IndexServer;
use wheel_pipeline::tool::python::lock::TOOLS;

const HEADING: &str = "\n## By hand\n";
const FENCE: &str = "\n```bash\n";

/// Runs the commands in a copy of the released sources, against an index on loopback. The tools that they install
/// have pinned versions. Then checks that the index has the wheel.
pub fn run(source: &Source, machine: &Machine, report: &Report) -> Result<Verdict> {
    let readme = fs::read_to_string(source.project.root.join("README.md"))
        .context("cannot read `README.md`")?;
    let commands = commands(&readme).ok_or_else(|| {
        Failure::usage("`README.md` has no block of `bash` under the heading `## By hand`")
    })?;
    let mut server = IndexServer::start(machine.tools()?, 0)?;
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
    let unpacked = UnpackedSdist::place(&source.project, &source.project.work(), source.sdist()?)?;
    copy(&unpacked.folder, folder.path())?;
    let constraints = folder.path().join("constraints.txt");
    let pins = ["maturin", "twine"].map(|tool| Ok(format!("{tool}=={}\n", TOOLS.version(tool)?)));
    fs::write(&constraints, pins.into_iter().collect::<Result<String>>()?)?;

    let address = server.ready()?;
    let finished = Invocation::new("bash")
        .args(["-euo", "pipefail", "-c", commands])
        .folder(folder.path())
        .env("PIP_CONSTRAINT", &constraints)
        .env("TWINE_REPOSITORY_URL", &address.repository)
        .env("TWINE_USERNAME", &server.uploader.user)
        .env("TWINE_PASSWORD", &server.uploader.password)
        .env("TWINE_NON_INTERACTIVE", "1")
        .env("CARGO_TARGET_DIR", source.project.work().join("by-hand"))
        .without("VIRTUAL_ENV")
        .run()?;
    if !finished.succeeded() {
        report.data(&finished.output())?;
        return Ok(Verdict::No);
    }
    let offered = index::listing(&address.simple, &source.plan.project).map_err(Failure::from)?;
    let wheels = offered.iter().filter(|file| file.name.ends_with(".whl")).count();
    if wheels == 1 {
        return Ok(Verdict::Yes);
    }
    report.data(&format!(
        "the index has {wheels} wheels after the commands of `README.md`, expected 1\n"
    ))?;
    Ok(Verdict::No)
}

/// The first block of `bash` under the heading.
fn commands(readme: &str) -> Option<&str> {
    let section = readme.split_once(HEADING)?.1;
    let section = section.split("\n## ").next()?;
    let block = section.split_once(FENCE)?.1;
    block.split_once("\n```").map(|(commands, _)| commands)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot list `{}`", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_under_the_heading_is_found() {
        let readme =
            "```bash\nno\n```\n\n## By hand\n\nText.\n\n```bash\nyes 1\nyes 2\n```\n\n## Next\n";
        assert_eq!(commands(readme), Some("yes 1\nyes 2"));
        assert_eq!(commands("\n## By hand\n\n## Next\n\n```bash\nno\n```\n"), None);
    }
}
