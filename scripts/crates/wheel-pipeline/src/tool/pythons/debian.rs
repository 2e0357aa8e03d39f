//! Pythons of other architectures and of newer Debians, in folders of their own, run by QEMU.
//!
//! QEMU's user mode runs a single program of another processor on this kernel: no container, no rights
//! of root, no virtual machine. On our own architecture it stands for the oldest processor that the tag
//! promises, which dies of an instruction that it does not have.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::target::Architecture;

use crate::available::Available;
use crate::failure::Failure;
use crate::folder;
use crate::process::command::Invocation;
use crate::tool::python::{Found, PythonPlatform, ask_by};
use crate::tool::pythons::apt::Apt;

/// A root file system: a Debian with its Pythons.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// Debian's name for the architecture, which is the root's name too.
    pub name: &'static str,
    pub architecture: Architecture,
    /// The release of Debian, which decides the Pythons that there are.
    suite: &'static str,
    pythons: &'static [&'static str],
    /// QEMU's name for the architecture.
    qemu: &'static str,
    /// The processor that is emulated, where QEMU's own choice is newer than the promise.
    processor: Option<&'static str>,
}

/// Every root that can be made.
pub const ROOTS: &[Root] = &[
    Root {
        name: "amd64",
        architecture: Architecture::X86_64,
        suite: "sid",
        pythons: &["3.13", "3.14", "3.15"],
        qemu: "x86_64",
        processor: Some("qemu64"),
    },
    bookworm("arm64", Architecture::Aarch64, "aarch64"),
    bookworm("armhf", Architecture::Armv7l, "arm"),
    bookworm("i386", Architecture::I686, "i386"),
    bookworm("ppc64el", Architecture::Ppc64le, "ppc64le"),
    bookworm("s390x", Architecture::S390x, "s390x"),
    // Debian has it since trixie.
    Root {
        suite: "trixie",
        pythons: &["3.13"],
        ..bookworm("riscv64", Architecture::Riscv64, "riscv64")
    },
];

const fn bookworm(name: &'static str, architecture: Architecture, qemu: &'static str) -> Root {
    Root { name, architecture, suite: "bookworm", pythons: &["3.11"], qemu, processor: None }
}

/// The last thing that is written into a root.
pub(super) const MARK: &str = "pipeline-root.txt";

impl Root {
    /// What a program of the root in `folder` is started with.
    fn launcher(&self, folder: &Path) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![format!("qemu-{}-static", self.qemu).into()];
        if let Some(processor) = self.processor {
            words.extend(["-cpu".into(), processor.into()]);
        }
        words.extend(["-L".into(), folder.as_os_str().to_owned()]);
        words
    }

    /// A `-C target-cpu` newer than the emulated processor. A binary built for it must crash there.
    pub fn newer_processor(&self) -> Option<&'static str> {
        self.processor.map(|_| NEWER_PROCESSOR)
    }

    /// Makes the root in `roots`, from Debian's packages, unless it is there.
    pub fn make(&self, roots: &Path) -> Result<bool> {
        let folder = roots.join(self.name);
        if folder.join(MARK).is_file() {
            return Ok(false);
        }
        Invocation::new(format!("qemu-{}-static", self.qemu)).arg("--version").run().map_err(
            |_| {
                Failure::unknown(format!("`qemu-{}-static` is not on `PATH`", self.qemu))
                    .hint("on Debian, `apt install qemu-user-static`")
            },
        )?;
        folder::clear(&folder)?;
        let apt =
            Apt::open(&roots.join(format!("{}.apt", self.name)), self.name, self.suite, false)?;
        // Where a root has no folder of these names, they are links in every Debian.
        fs::create_dir_all(folder.join("usr"))?;
        let packages = self.pythons.iter().map(|python| format!("python{python}"));
        apt.unpack(&packages.collect::<Vec<_>>(), &folder)?;
        #[cfg(unix)]
        relative(&folder.join("lib64"))?;
        #[cfg(unix)]
        for name in ["bin", "lib", "lib64", "sbin"] {
            if !folder.join(name).exists() && folder.join("usr").join(name).exists() {
                std::os::unix::fs::symlink(Path::new("usr").join(name), folder.join(name))?;
            }
        }
        apt.close()?;
        fs::write(folder.join(MARK), format!("{} {}\n", self.suite, self.pythons.join(" ")))?;
        Ok(true)
    }

    /// The Pythons of the root; none before it is made.
    pub fn interpreters(&self, roots: &Path) -> Result<Found> {
        let folder = roots.join(self.name);
        let mut found = Found::default();
        if !folder.join(MARK).is_file() {
            return Ok(found);
        }
        if let Available::Not { why } = self.is_old(&folder)? {
            found.passed_over.push(format!("`{}`: {why}", folder.display()));
            return Ok(found);
        }
        for python in self.pythons {
            let program = folder.join("usr/bin").join(format!("python{python}"));
            let platform = Some(PythonPlatform::Glibc(self.architecture));
            found.add(&program, ask_by(&self.launcher(&folder), &program, platform)?);
        }
        Ok(found)
    }
}

/// A processor that has instructions which the emulated one has not.
const NEWER_PROCESSOR: &str = "x86-64-v3";

/// A program that an old processor cannot run, if it is compiled for a new one.
const NEWER: &str = include_str!("newer_processor.rs");

/// What the program says where it runs.
const SUM: &str = "208";

impl Root {
    /// Proves that the emulated processor is as old as the promise: a program compiled for a newer one must
    /// crash there, and the same one compiled for any must not.
    fn is_old(&self, folder: &Path) -> Result<Available<()>> {
        self.is_old_by(&self.launcher(folder))
    }

    fn is_old_by(&self, launcher: &[OsString]) -> Result<Available<()>> {
        let Some(processor) = self.processor else { return Ok(Available::Here(())) };
        let place = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
        let source = place.path().join("newer_processor.rs");
        fs::write(&source, NEWER)?;
        let run = |for_processor: &str| -> Result<bool> {
            let program = place.path().join(for_processor);
            Invocation::new("rustc")
                .args(["--edition", "2024", "--target", "x86_64-unknown-linux-gnu", "-O"])
                .arg(format!("-Ctarget-cpu={for_processor}"))
                .arg("-o")
                .arg(&program)
                .arg(&source)
                .check()
                .context("cannot compile what proves the emulated processor")?;
            let (emulator, options) = launcher.split_first().context("something starts it")?;
            let finished = Invocation::new(emulator).args(options).arg(&program).run()?;
            Ok(finished.succeeded() && finished.stdout.trim() == SUM)
        };
        Ok(match (run("x86-64")?, run(NEWER_PROCESSOR)?) {
            (true, false) => Available::Here(()),
            (false, _) => Available::not(format!(
                "the emulated `{processor}` does not run a program that any processor runs"
            )),
            (true, true) => Available::not(format!(
                "the emulated `{processor}` runs a program for {NEWER_PROCESSOR}, so it proves nothing"
            )),
        })
    }
}

/// Makes the links of a root's folder lead into the root, where they lead to the top of the machine: the
/// emulator looks the loader up before it looks into the root.
#[cfg(unix)]
fn relative(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(to) = fs::read_link(&path) else { continue };
        if let Ok(to) = to.strip_prefix("/") {
            fs::remove_file(&path)?;
            std::os::unix::fs::symlink(Path::new("..").join(to), &path)?;
        }
    }
    Ok(())
}

/// The folder of a project's foreign Pythons.
pub fn folder(work: &Path) -> PathBuf {
    work.join("pythons")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_root_is_started_by_the_emulator_of_its_architecture() {
        let line = |name: &str| {
            let root = ROOTS.iter().find(|root| root.name == name).expect(name);
            let words = root.launcher(Path::new("/roots"));
            words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line("armhf"), "qemu-arm-static -L /roots");
        assert_eq!(line("amd64"), "qemu-x86_64-static -cpu qemu64 -L /roots");
    }

    #[test]
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    fn a_processor_that_is_not_old_is_named() {
        // The emulator is a script that runs everything, or nothing.
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root { processor: Some("qemu64"), ..ROOTS[0] };
        let with = |script: &str| {
            use std::os::unix::fs::PermissionsExt;
            let program = folder.path().join("emulator");
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
            root.is_old_by(&[program.into_os_string()]).expect("rustc is there")
        };
        let says = |script: &str, what: &str| {
            let answer = with(script);
            assert!(answer.why_not().is_some_and(|why| why.ends_with(what)), "{answer:?}");
        };
        says("echo 208", "so it proves nothing");
        says("exit 132", "does not run a program that any processor runs");
        let old = with("case $1 in *v3) exit 132 ;; *) echo 208 ;; esac");
        assert_eq!(old, Available::Here(()));
    }

    #[test]
    fn a_root_that_was_not_made_whole_offers_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("arm64/usr/bin")).expect("a folder");
        let root = ROOTS.iter().find(|root| root.name == "arm64").expect("it is listed");
        assert_eq!(root.interpreters(folder.path()).expect("it can be asked"), Found::default());
    }
}
