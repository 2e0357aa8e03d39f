//! The build directory: the folder where the sdist is built, and the wheels from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use wheel_audit::edit::{self, BuiltFrom};
use wheel_audit::family::Family;
use wheel_audit::plan::{Plan, PlannedWheel};
use wheel_audit::target::Target;
use wheel_audit::wheel::release::list;
use wheel_audit::wheel::sdist;
use wheel_audit::wheel::{ARCHIVE_LIMIT, Sha256Sum};

use crate::evidence::BuiltFile;
use crate::failure::Failure;
use crate::folder;
use crate::project::OUTPUTS;
use crate::project::source::{Source, epoch};
use crate::report::{Mood, Report, human};
use crate::stage::Machine;
use crate::stage::build::unpacked::UnpackedSdist;
use crate::tool::cargo::crates::{self, LinkedCrate};
use crate::tool::cargo::lock;
use crate::tool::maturin::{self, Place};
use crate::tool::pyo3;
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
        let file = self.source.sdist()?;
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
        let unpacked = self.unpacked()?;
        unpacked.write(&sdist::read(file, &bytes)?, self.root)?;
        lock::shorten(&unpacked.crate_for_cargo(&self.source.project)?)?;
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
                let linked = self.linked(&toolchain.triples)?;
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
        self.unpacked()?.age()
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
        let (source, staging) = (self.unpacked()?.folder, self.staging());
        let cargo_target = self.folder.join("cargo").join(cargo_folder(wheel, toolchain, lane));
        let pyo3 = pyo3::write(wheel, &self.folder.join("pyo3"))?;
        let place = Place {
            source: &source,
            out: &staging,
            cargo_target: &cargo_target,
            pyo3: pyo3.as_deref(),
        };
        let bindings = self.source.project.bindings;
        maturin::wheel(self.machine.tools()?, &place, wheel, bindings, toolchain, self.epoch()?)?
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
    ) -> Result<Vec<u8>> {
        let source = self.unpacked()?.folder;
        let own = linked.iter().find(|linked| linked.is_root);
        let folder = &own.context("the crate itself is linked")?.folder;
        let crates: Vec<(&str, &Path)> =
            linked.iter().map(|linked| (linked.id.as_str(), linked.folder.as_path())).collect();
        let below = folder.strip_prefix(&source).unwrap_or(Path::new(""));
        Ok(edit::finish(bytes, target, &BuiltFrom { crates: &crates, folder, below, std })?)
    }

    fn epoch(&self) -> Result<u64> {
        epoch(self.source.revision.as_ref())
    }

    fn linked(&self, triples: &[String]) -> Result<Vec<LinkedCrate>> {
        let of = self.unpacked()?.crate_for_cargo(&self.source.project)?;
        crates::linked(&of, triples)
    }

    fn unpacked(&self) -> Result<UnpackedSdist> {
        UnpackedSdist::place(&self.source.project, &self.folder, self.source.sdist()?)
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
            elsewhere: false,
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
        Family::Abi3 { .. } | Family::Abi3t { .. } | Family::AnyPython => wheel.family.to_string(),
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
