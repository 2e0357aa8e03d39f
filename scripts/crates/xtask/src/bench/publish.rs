//! `bench publish`: measures publishing many files to an index on loopback, compared with a call of `twine upload`
//! for each file, and verifying them.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use anyhow::{Context, Result};
use pep440_rs::Version;
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{BuiltFile, EvidenceFolder, SentStep, file};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::process::clock::time_in_tools;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::stage::publish::{Attestations, Destination, PATIENCE, UploadSet, send_set};
use wheel_pipeline::stage::verify::any as verify_any;
use wheel_pipeline::tool::devpi::{Address, IndexServer};
use wheel_pipeline::tool::twine;

use crate::machine;

const PROJECT: &str = "wheel-pipeline-bench";
const ESCAPED: &str = "wheel_pipeline_bench";
const VERSION: &str = "1.0.0";
/// The size of each file in bytes, about that of a small extension module.
const SIZE: usize = 400 << 10;

/// Runs `bench publish` with a number of files.
pub fn run(project: &Project, machine: &Machine, report: &Report, files: u8) -> Result<Verdict> {
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let made = make(folder.path(), files)?;
    let tools = machine.tools()?;

    let (mut server, address) = index(machine)?;
    let action = report.start("calls of twine");
    let started = Instant::now();
    for (path, _) in &made {
        twine::upload_command(tools, &address.repository, &server.uploader, path)?.check()?;
    }
    let calls = started.elapsed();
    action.done(Mood::Good, "measured", "calls of twine");
    is_alive(&mut server)?;
    drop(server);

    let (mut server, address) = index(machine)?;
    let destination = Destination {
        repository: address.repository,
        simple: address.simple,
        credentials: Some(server.uploader.clone()),
        patience: PATIENCE,
        attestations: Attestations::Never,
    };
    let mut kept = EvidenceFolder::open(folder.path().join("evidence"))?;
    let set = UploadSet { project: PROJECT.to_owned(), version: VERSION.to_owned(), files: made };
    let (started, tool) = (Instant::now(), time_in_tools());
    let receipt = send_set(project, machine, &mut kept, report, &set, &destination)?;
    let (whole, tool) = (started.elapsed(), time_in_tools() - tool);
    if receipt.files.iter().any(|file| file.step != SentStep::Verified || file.sends != 1) {
        return Err(
            Failure::refused("the receipt does not say that each file was sent once").into()
        );
    }
    let started = Instant::now();
    send_set(project, machine, &mut kept, report, &set, &destination)?;
    let again = started.elapsed();
    let started = Instant::now();
    let version: Version = VERSION.parse().context("a constant is a version")?;
    let verified =
        verify_any::look(machine, report, &destination.simple, PROJECT, &version, PATIENCE)?;
    let verify = started.elapsed();
    file::write(&folder.path().join("verify.json"), &verified)?;
    if verify_any::verdict(&verified) != Verdict::Yes {
        return Err(Failure::refused("`verify` found differences in the published files").into());
    }
    is_alive(&mut server)?;

    let share = |part: Duration, of: Duration| 100.0 * part.as_secs_f64() / of.as_secs_f64();
    let own = whole.saturating_sub(tool);
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let mut rows = vec![
        vec![format!("{files} calls of `twine upload`"), seconds(calls)],
        vec!["`publish`, the whole".to_owned(), seconds(whole)],
        vec!["— in twine, which runs once for all files".to_owned(), seconds(tool)],
        vec!["— outside twine: asking the index, receipts".to_owned(), seconds(own)],
        vec![
            "outside twine, to the calls of twine".to_owned(),
            format!("{:.1} %", share(own, calls)),
        ],
        vec![
            "the whole, to the calls of twine".to_owned(),
            format!("{:.1} %", share(whole, calls)),
        ],
        vec!["`publish` again, when all is there".to_owned(), seconds(again)],
        vec!["`verify`, on each Python found".to_owned(), seconds(verify)],
    ];
    if let Some(peak) = peak() {
        rows.push(vec!["largest memory of the pipeline itself".to_owned(), peak]);
    }
    report.data(&format!(
        "{}; {files} files of {} kB\n\n{}",
        machine::describe()?,
        SIZE >> 10,
        table::markdown(&["what", "measured"], &rows)
    ))?;
    Ok(Verdict::Yes)
}

fn index(machine: &Machine) -> Result<(IndexServer, Address)> {
    let mut server = IndexServer::start(machine.tools()?, 0)?;
    let address = server.ready()?;
    Ok((server, address))
}

fn is_alive(server: &mut IndexServer) -> Result<()> {
    if server.is_running()? {
        return Ok(());
    }
    Err(Failure::unknown("the index server ended by itself").into())
}

/// Makes wheels for a number of platforms. Every machine can install the first one.
fn make(folder: &Path, files: u8) -> Result<Vec<(PathBuf, BuiltFile)>> {
    let platform = |number: u8| match number {
        0 => "any".to_owned(),
        number => format!("manylinux_2_{number}_x86_64"),
    };
    (0..files)
        .map(|number| {
            let file = format!("{ESCAPED}-{VERSION}-py3-none-{}.whl", platform(number));
            let bytes = wheel(&platform(number), number)?;
            let path = folder.join(&file);
            fs::write(&path, &bytes).with_context(|| format!("cannot write `{file}`"))?;
            let built = BuiltFile {
                file,
                sha256: Sha256Sum::digest(&bytes),
                size: bytes.len() as u64,
                triple: None,
                builder: "a benchmark".to_owned(),
                cross_built: true,
                elsewhere: false,
                commit: None,
                dirty: true,
                epoch: 0,
            };
            Ok((path, built))
        })
        .collect()
}

fn wheel(platform: &str, number: u8) -> Result<Vec<u8>> {
    let info = format!("{ESCAPED}-{VERSION}.dist-info");
    // The bytes do not compress, as most of a shared object does not.
    let mut payload = Vec::with_capacity(SIZE);
    let mut seed = u64::from(number) + 1;
    while payload.len() < SIZE {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        payload.extend_from_slice(&seed.to_le_bytes());
    }
    let members: [(String, Vec<u8>); 4] = [
        (format!("{ESCAPED}.bin"), payload),
        (
            format!("{info}/METADATA"),
            format!("Metadata-Version: 2.1\nName: {PROJECT}\nVersion: {VERSION}\n").into(),
        ),
        (
            format!("{info}/WHEEL"),
            format!(
                "Wheel-Version: 1.0\nGenerator: wheel-pipeline\nRoot-Is-Purelib: false\nTag: py3-none-{platform}\n"
            )
            .into(),
        ),
        (
            format!("{info}/RECORD"),
            format!("{ESCAPED}.bin,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n").into(),
        ),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(name, SimpleFileOptions::default())?;
        writer.write_all(&content)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The peak memory of this process. None if the system does not record it.
fn peak() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().split(' ').next()?.parse().ok()?;
    Some(format!("{} MB", kilobytes >> 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheel_audit::wheel::release::WheelFacts;

    #[test]
    fn the_made_files_are_valid_wheels() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = make(folder.path(), 2).expect("made");
        for (path, built) in made {
            let bytes = fs::read(&path).expect("written");
            let facts = WheelFacts::read(built.file, &bytes).expect("a wheel");
            assert_eq!(facts.unread, []);
        }
    }
}
