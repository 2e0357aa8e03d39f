//! The build directory: the folder where the sdist is built, and the wheels from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use anyhow::{Context, Result};
use wheel_audit::edit::{self, BuiltFrom};
use wheel_audit::family::Family;
use wheel_audit::plan::{Plan, PlannedWheel};
use wheel_audit::target::Target;
use wheel_audit::wheel::release::list;
use wheel_audit::wheel::sdist::{self, SourceFile};
use wheel_audit::wheel::{ARCHIVE_LIMIT, ReadError, Sha256Sum};

use crate::evidence::BuiltFile;
use crate::failure::Failure;
use crate::folder;
use crate::project::OUTPUTS;
use crate::project::source::{Source, epoch};
use crate::report::{Mood, Report, human};
use crate::stage::Machine;
use crate::tool::cargo::crates::{self, LinkedCrate};
use crate::tool::maturin::{self, Place};
use crate::tool::toolchain::{self, Toolchain};

/// A build directory, with the source that it builds.
pub struct BuildDirectory<'a, 'm> {
    source: &'a Source,
    machine: &'a Machine<'m>,
    report: &'a Report,
    /// The project's folder, or a clone of it.
    root: &'a Path,
    /// The folder for unpacked sources, compiled code and finished files.
    folder: PathBuf,
}

/// The maximum of parallel builds. More builds use more memory and save little time.
const LANES: usize = 4;

impl<'a, 'm> BuildDirectory<'a, 'm> {
    /// A build directory in `folder`, for the source in `root`.
    pub fn new(
        source: &'a Source,
        machine: &'a Machine<'m>,
        report: &'a Report,
        root: &'a Path,
        folder: PathBuf,
    ) -> Self {
        Self { source, machine, report, root, folder }
    }

    /// The folder for finished files.
    pub fn staging(&self) -> PathBuf {
        self.folder.join("staging")
    }

    /// Removes the unfinished files of an earlier run.
    pub fn clear(&self) -> Result<()> {
        folder::clear(&self.staging())
    }

    /// Builds the sdist and unpacks it.
    pub fn sdist(&self) -> Result<BuiltFile> {
        let file = &self.source.plan.sdist;
        let tools = self.machine.tools()?;
        let action = self.report.start(format!("building {file}"));
        // Somebody else may have made them.
        for output in OUTPUTS.map(|output| self.root.join(output)) {
            if output.is_dir() {
                folder::make_output(&output)?;
            }
        }
        maturin::sdist(tools, self.root, &self.staging(), self.epoch()?)?
            // cargo leaves a file in its target folder even if it only lists the crate's files.
            .env("CARGO_TARGET_DIR", self.folder.join("cargo").join("sdist"))
            .pass_to_build(&self.source.project.table.pass_env)
            .check()?;
        let bytes = expected(&self.staging(), file)?;
        unpack(&sdist::read(file, &bytes)?, &self.source())?;
        let built = self.built(file, &bytes, None)?;
        action.done(Mood::Good, "built", &format!("{file}, {}", human::size(built.size)));
        Ok(built)
    }

    /// Builds wheels, each with the toolchain of its target, on parallel lanes. There is a lane for each processor, up
    /// to `LANES`. A target is always on the same lane, because the lane's cargo folder has its compiled code.
    pub fn wheels(
        &self,
        part: &Plan,
        toolchains: &BTreeMap<Target, Toolchain>,
    ) -> Result<Vec<BuiltFile>> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let targets = self.source.plan.targets();
        let lane_of = |target: &Target| {
            targets.iter().position(|known| known == target).unwrap_or(0) % processors.min(LANES)
        };
        let built = Mutex::new(Vec::new());
        let failed = AtomicBool::new(false);
        let work = |lane: usize| -> Result<()> {
            for (target, toolchain) in
                toolchains.iter().filter(|(target, _)| lane_of(target) == lane)
            {
                let linked = self.linked(&toolchain.triple)?;
                for wheel in part.wheels.iter().filter(|wheel| wheel.target == *target) {
                    if failed.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    let made = self.wheel(wheel, toolchain, &linked, lane);
                    failed.fetch_or(made.is_err(), Ordering::Relaxed);
                    built.lock().expect("no holder panics").push(made?);
                }
            }
            Ok(())
        };
        let work = &work;
        let lanes: BTreeSet<usize> = toolchains.keys().map(lane_of).collect();
        std::thread::scope(|scope| {
            let lanes: Vec<_> =
                lanes.into_iter().map(|lane| scope.spawn(move || work(lane))).collect();
            let ended: Vec<Result<()>> = lanes
                .into_iter()
                .map(|lane| lane.join().expect("building does not panic"))
                .collect();
            ended.into_iter().collect::<Result<()>>()
        })?;
        Ok(built.into_inner().expect("no holder panics"))
    }

    /// Sets new times on the project's sources, so that the next build compiles them again.
    pub fn age(&self) -> Result<()> {
        touch(&self.source())
    }

    fn wheel(
        &self,
        wheel: &PlannedWheel,
        toolchain: &Toolchain,
        linked: &[LinkedCrate],
        lane: usize,
    ) -> Result<BuiltFile> {
        let file = &wheel.file;
        let action = self.report.start(format!("building {file}"));
        let (source, staging) = (self.source(), self.staging());
        let cargo_target = self.folder.join("cargo").join(cargo_folder(wheel, toolchain, lane));
        let place = Place { source: &source, out: &staging, cargo_target: &cargo_target };
        maturin::wheel(self.machine.tools()?, &place, wheel, toolchain, self.epoch()?)?
            .pass_to_build(&self.source.project.table.pass_env)
            .check()?;
        let compiler = toolchain::compiler(&source)?;
        let bytes = expected(&staging, file)?;
        let bytes = self
            .published(&bytes, wheel.target, linked, &compiler.1)
            .with_context(|| format!("cannot finish `{file}` for release"))?;
        fs::write(staging.join(file), &bytes)
            .with_context(|| format!("cannot write `{}`", staging.join(file).display()))?;
        let built = self.built(file, &bytes, Some((toolchain, &compiler.0)))?;
        action.done(Mood::Good, "built", &format!("{file}, {}", human::size(built.size)));
        Ok(built)
    }

    /// The wheel as it is published. Its bill of materials lists only linked crates, and its modules need musl by the
    /// name of the system's library.
    fn published(
        &self,
        bytes: &[u8],
        target: Target,
        linked: &[LinkedCrate],
        std: &str,
    ) -> Result<Vec<u8>, ReadError> {
        let manifest = self.source().join(&self.source.project.manifest);
        let folder = manifest.parent().unwrap_or(&manifest);
        let crates: Vec<(&str, &Path)> =
            linked.iter().map(|linked| (linked.id.as_str(), linked.folder.as_path())).collect();
        let below = self.source.project.manifest.parent().unwrap_or(Path::new(""));
        edit::finish(bytes, target, &BuiltFrom { crates: &crates, folder, below, std })
    }

    fn epoch(&self) -> Result<u64> {
        epoch(self.source.revision.as_ref())
    }

    fn linked(&self, triple: &str) -> Result<Vec<LinkedCrate>> {
        let source = self.source();
        let manifest = source.join(&self.source.project.manifest);
        crates::linked(&source, &manifest, &[triple.to_owned()])
    }

    fn source(&self) -> PathBuf {
        self.folder.join("source").join(self.source.plan.sdist.trim_end_matches(".tar.gz"))
    }

    fn built(
        &self,
        file: &str,
        bytes: &[u8],
        toolchain: Option<(&Toolchain, &str)>,
    ) -> Result<BuiltFile> {
        let revision = self.source.revision.as_ref();
        Ok(BuiltFile {
            file: file.to_owned(),
            sha256: Sha256Sum::digest(bytes),
            size: bytes.len() as u64,
            triple: toolchain.map(|(toolchain, _)| toolchain.triple.clone()),
            builder: maturin::builder(toolchain)?,
            cross_built: toolchain.is_some_and(|(toolchain, _)| toolchain.is_cross_built()),
            commit: revision.map(|revision| revision.commit.clone()),
            dirty: revision.is_none_or(|revision| revision.dirty),
            epoch: self.epoch()?,
        })
    }
}

/// The name of cargo's target folder for a wheel. Two lanes would wait for cargo's lock on one folder.
fn cargo_folder(wheel: &PlannedWheel, toolchain: &Toolchain, lane: usize) -> String {
    let family = match wheel.family {
        // In one folder, each of the few stable ABIs would have PyO3 compiled again in every build.
        Family::Abi3 { .. } | Family::Abi3t { .. } => wheel.family.interpreter(),
        // There is one for each Python. In one folder, PyO3 and what depends on it are compiled again for each, but
        // all other crates only once; `bench versions` measures it.
        Family::Exact(_) => "versions".to_owned(),
    };
    // With a std that is compiled here, crates are compiled with other flags.
    let std = if toolchain.std.is_some() { "-std" } else { "" };
    format!("{lane}-{family}{std}")
}

/// The bytes of the planned file. An error names the other files that maturin built in its place.
fn expected(staging: &Path, file: &str) -> Result<Vec<u8>> {
    let path = staging.join(file);
    if !path.exists() {
        let made: Vec<String> = list(staging)?
            .iter()
            .map(|path| format!("`{}`", path.file_name().unwrap_or_default().to_string_lossy()))
            .collect();
        return Err(Failure::refused(format!(
            "maturin built {}, expected `{file}`",
            if made.is_empty() { "nothing".to_owned() } else { made.join(", ") }
        ))
        .into());
    }
    let size = fs::metadata(&path)?.len();
    if size > ARCHIVE_LIMIT {
        return Err(
            Failure::refused(format!("`{file}` is larger than {ARCHIVE_LIMIT} bytes")).into()
        );
    }
    fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Makes `folder` contain exactly `files`. Files with the same content are not written again, because cargo would
/// compile newer files again.
fn unpack(files: &[SourceFile], folder: &Path) -> Result<()> {
    let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().context("a member has a parent folder")?;
        if !fs::read(&path).is_ok_and(|content| content == file.content) {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make `{}`", parent.display()))?;
            fs::write(&path, &file.content)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = if file.executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        wanted.insert(path);
    }
    remove_others(folder, &wanted)
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

fn touch(folder: &Path) -> Result<()> {
    for path in list(folder)? {
        if path.is_dir() {
            touch(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            fs::File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()))
                .with_context(|| format!("cannot set the time of `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> SourceFile {
        SourceFile { path: path.into(), content: content.into(), executable: false }
    }

    #[test]
    fn unpacking_again_leaves_equal_files_alone_and_removes_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        unpack(&[file("a", "1"), file("b/c", "1"), file("d", "1")], folder.path())
            .expect("unpacked");
        let time =
            |path: &str| fs::metadata(at(path)).and_then(|about| about.modified()).expect("there");
        let old = std::time::SystemTime::UNIX_EPOCH;
        for path in ["a", "b/c"] {
            fs::File::options()
                .write(true)
                .open(at(path))
                .and_then(|file| file.set_modified(old))
                .expect("set");
        }
        unpack(&[file("a", "1"), file("b/c", "2")], folder.path()).expect("unpacked");
        assert_eq!(time("a"), old);
        assert_ne!(time("b/c"), old);
        assert_eq!(fs::read_to_string(at("b/c")).expect("there"), "2");
        assert!(!at("d").exists());
    }
}
