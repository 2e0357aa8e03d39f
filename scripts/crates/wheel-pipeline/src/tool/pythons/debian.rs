//! Pythons of other architectures and of newer Debian releases: a Debian root file system in a folder, run under
//! QEMU.
//!
//! QEMU's user mode runs a single program of another processor on this kernel. It needs no container, no root
//! and no virtual machine. For x86_64 it emulates the oldest processor that the platform tag promises. A
//! program with newer instructions crashes there.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::target::Architecture;

use crate::available::Available;
use crate::failure::Failure;
use crate::folder::{self, Temporary};
use crate::process::command::Invocation;
use crate::tool::python::search::ask_by;
use crate::tool::python::{Found, PythonPlatform};
use crate::tool::pythons::apt::Apt;

/// A Debian root file system with its Pythons.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// Debian's name for the architecture. It is the name of the root file system too.
    pub name: &'static str,
    pub architecture: Architecture,
    /// The Debian release. It decides which Pythons exist.
    suite: &'static str,
    /// The packages of the Pythons. Each has a program of the same name.
    pythons: &'static [&'static str],
    /// QEMU's name for the architecture.
    qemu: &'static str,
    /// The emulated processor, if QEMU's default is newer than the baseline.
    processor: Option<&'static str>,
}

/// Every Debian root file system that can be made.
pub const ROOTS: &[Root] = &[
    Root {
        name: "amd64",
        architecture: Architecture::X86_64,
        suite: "sid",
        pythons: &["python3.13", "python3.14", "python3.15", "pypy3"],
        qemu: "x86_64",
        processor: Some("qemu64"),
    },
    bookworm("arm64", Architecture::Aarch64, "aarch64"),
    bookworm("armhf", Architecture::Armv7l, "arm"),
    bookworm("i386", Architecture::I686, "i386"),
    bookworm("ppc64el", Architecture::Ppc64le, "ppc64le"),
    bookworm("s390x", Architecture::S390x, "s390x"),
    // Debian has riscv64 since trixie.
    Root {
        suite: "trixie",
        pythons: &["python3.13"],
        ..bookworm("riscv64", Architecture::Riscv64, "riscv64")
    },
];

const fn bookworm(name: &'static str, architecture: Architecture, qemu: &'static str) -> Root {
    Root { name, architecture, suite: "bookworm", pythons: &["python3.11"], qemu, processor: None }
}

/// The file that marks a complete root file system. It is written last.
pub(super) const MARK: &str = "pipeline-root.txt";

impl Root {
    /// The emulator and its options, which start a program of the root file system in `folder`.
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

    /// Makes the root file system in `roots` from Debian's packages, unless it is there. Returns true if it was made.
    pub fn make(&self, roots: &Path) -> Result<bool> {
        let folder = roots.join(self.name);
        // An earlier version of this program may have made it with other Pythons.
        if fs::read_to_string(folder.join(MARK)).is_ok_and(|text| text == self.mark()) {
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
        // In every Debian, these names are links into `usr`, unless they are folders.
        fs::create_dir_all(folder.join("usr"))?;
        let packages: Vec<String> = self.pythons.iter().map(ToString::to_string).collect();
        apt.unpack(&packages, &folder)?;
        #[cfg(unix)]
        relative(&folder.join("lib64"))?;
        #[cfg(unix)]
        for name in ["bin", "lib", "lib64", "sbin"] {
            if !folder.join(name).exists() && folder.join("usr").join(name).exists() {
                std::os::unix::fs::symlink(Path::new("usr").join(name), folder.join(name))?;
            }
        }
        apt.close()?;
        fs::write(folder.join(MARK), self.mark())?;
        Ok(true)
    }

    /// The text of the file that marks it as complete.
    fn mark(&self) -> String {
        format!("{} {}\n", self.suite, self.pythons.join(" "))
    }

    /// The Pythons of the root file system. None before it is made.
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
            let program = folder.join("usr/bin").join(python);
            let platform = Some(PythonPlatform::Glibc(self.architecture));
            found.add(&program, ask_by(&self.launcher(&folder), &program, platform)?);
        }
        Ok(found)
    }
}

/// A processor with instructions that the emulated one does not have.
const NEWER_PROCESSOR: &str = "x86-64-v3";

/// The source of a program that uses a newer instruction when compiled for a newer processor.
const NEWER: &str = include_str!("newer_processor.rs");

/// The output of that program.
const SUM: &str = "208";

impl Root {
    /// Proves that the emulated processor is not newer than the baseline. A program compiled for a newer processor
    /// must crash there. The same program compiled for the baseline must run.
    fn is_old(&self, folder: &Path) -> Result<Available<()>> {
        self.is_old_by(&self.launcher(folder))
    }

    fn is_old_by(&self, launcher: &[OsString]) -> Result<Available<()>> {
        let Some(processor) = self.processor else { return Ok(Available::Here(())) };
        let place = Temporary::for_programs()?;
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
                .context("cannot compile the program that tests the emulated processor")?;
            let (emulator, options) = launcher.split_first().context("the launcher is empty")?;
            let finished = Invocation::new(emulator).args(options).arg(&program).run()?;
            Ok(finished.succeeded() && finished.stdout.trim() == SUM)
        };
        Ok(match (run("x86-64")?, run(NEWER_PROCESSOR)?) {
            (true, false) => Available::Here(()),
            (false, _) => Available::not(format!(
                "the emulated processor `{processor}` does not run a program compiled for x86-64"
            )),
            (true, true) => Available::not(format!(
                "the emulated processor `{processor}` runs a program compiled for {NEWER_PROCESSOR}, so it proves nothing"
            )),
        })
    }
}

/// Makes absolute links in a folder of the root file system relative. QEMU resolves the link to the loader
/// against this machine's file system.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_root_file_system_is_run_by_the_emulator_of_its_architecture() {
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
        // The emulator is a script that runs every program, or none.
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
        says("exit 132", "does not run a program compiled for x86-64");
        let old = with("case $1 in *v3) exit 132 ;; *) echo 208 ;; esac");
        assert_eq!(old, Available::Here(()));
    }

    #[test]
    fn a_root_file_system_with_the_same_pythons_is_not_made_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = ROOTS.iter().find(|root| root.name == "amd64").expect("it is listed");
        let inner = folder.path().join("amd64");
        fs::create_dir_all(&inner).expect("a folder");
        fs::write(inner.join(MARK), "sid python3.13 python3.14 python3.15 pypy3\n")
            .expect("written");
        assert!(!root.make(folder.path()).expect("nothing to make"));
        // Without an emulator by this name, nothing is made.
        let other = Root { pythons: &["python3.13"], qemu: "of-no-processor", ..*root };
        let error = other.make(folder.path()).expect_err("it has other Pythons").to_string();
        assert_eq!(error, "`qemu-of-no-processor-static` is not on `PATH`");
    }

    #[test]
    fn an_incomplete_root_file_system_has_no_pythons() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("arm64/usr/bin")).expect("a folder");
        let root = ROOTS.iter().find(|root| root.name == "arm64").expect("it is listed");
        assert_eq!(root.interpreters(folder.path()).expect("it can be asked"), Found::default());
    }
}
