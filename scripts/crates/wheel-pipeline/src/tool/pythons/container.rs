//! Pythons in containers: an official image, run by docker or podman, offers its interpreters to the smoke test.
//!
//! A container sees the project, read-only, and one folder of its own; it has no network and no rights
//! that the caller has not. It lives until its `stdin` closes, so that it ends with this program however
//! that ends.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::System;

use crate::available::Available;
use crate::failure::Failure;
use crate::process::command::{Invocation, Server, wait};
use crate::tool::python::{Inside, Interpreter, PythonPlatform, ask_by};
use crate::tool::pythons::images::Image;

/// A container engine that works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    program: &'static str,
}

/// A running container. Dropping it ends it.
pub struct Container {
    engine: Engine,
    image: Image,
    /// The container's name, which is that of its folder.
    name: String,
    /// The folder that it can write to, and beside it the log of its start.
    folder: TempDir,
    server: Server,
}

/// The engines, in the order in which they are asked for.
const ENGINES: [&str; 2] = ["docker", "podman"];
/// How long a container may take to start, in seconds; by QEMU on a busy machine it takes a while.
const PATIENCE: Duration = Duration::from_secs(120);

impl Engine {
    /// The first engine on `PATH` that works: a client without its server does not.
    pub fn find() -> Result<Self> {
        Self::first(ENGINES)
    }

    fn first(programs: [&'static str; 2]) -> Result<Self> {
        let mut reasons = Vec::new();
        for program in programs {
            match Invocation::new(program).arg("info").limit(PATIENCE).run() {
                Ok(finished) if finished.succeeded() => return Ok(Self { program }),
                Ok(finished) => {
                    let last = finished.tail().lines().last().unwrap_or_default().to_owned();
                    reasons.push(format!("`{program} info` fails: {last}"));
                }
                Err(error) => {
                    crate::process::command::check_interrupt()?;
                    reasons.push(format!("`{program}`: {error:#}"));
                }
            }
        }
        Err(Failure::unknown(format!("there is no container engine\n  {}", reasons.join("\n  ")))
            .hint("start docker, or install podman")
            .into())
    }

    /// Its program.
    pub fn program(&self) -> &str {
        self.program
    }

    /// Brings an image here, unless it is here already.
    pub fn fetch(&self, image: &Image) -> Result<()> {
        let inspect = Invocation::new(self.program).args(["image", "inspect", &image.reference]);
        if inspect.run()?.succeeded() {
            return Ok(());
        }
        Invocation::new(self.program)
            .args(["pull", "--quiet", "--platform", image.engine_platform(), &image.reference])
            .check()
            .with_context(|| format!("cannot fetch the image `{}`", image.reference))?;
        Ok(())
    }

    /// Starts a container that can read `project`.
    pub fn start(&self, image: &Image, project: &Path) -> Result<Container> {
        let folder = tempfile::Builder::new().prefix("wheel-pipeline-").tempdir()?;
        let place = folder.path().join("place");
        fs::create_dir(&place)?;
        let name = folder.path().file_name().context("it was made with a name")?;
        let name = name.to_string_lossy().into_owned();
        let log = folder.path().join("log");
        let server = self.run(image, &name, project, &place, &owner(&place)?).serve(&log)?;
        let mut container =
            Container { engine: self.clone(), image: image.clone(), name, folder, server };
        container.ready(&log)?;
        Ok(container)
    }

    fn run(
        &self,
        image: &Image,
        name: &str,
        project: &Path,
        place: &Path,
        (user, group): &(u32, u32),
    ) -> Invocation {
        let volume = |path: &Path, end: &str| {
            let mut volume = OsString::from(path);
            volume.push(":");
            volume.push(path);
            volume.push(end);
            volume
        };
        let run = Invocation::new(self.program)
            .args(["run", "--rm", "--interactive", "--pull", "never", "--name", name])
            .args(["--platform", image.engine_platform(), "--network", "none"])
            .args(["--user", &format!("{user}:{group}"), "--cap-drop", "all"])
            // On systems that label files, a container could read no file of ours.
            .args(["--security-opt", "label=disable", "--security-opt", "no-new-privileges"]);
        // Without rights of root, podman gives files to other users unless it is told not to.
        let run = if self.program == "podman" && *user != 0 {
            run.args(["--userns", "keep-id"])
        } else {
            run
        };
        run.args(["--env", "PYTHONUTF8=1", "--env"])
            .arg(format!("HOME={}", place.display()))
            .arg("--volume")
            .arg(volume(project, ":ro"))
            .arg("--volume")
            .arg(volume(place, ""))
            .arg("--workdir")
            .arg(place)
            // It reads until there is nothing more to read.
            .args(["--entrypoint", "cat", &image.reference])
    }
}

impl Container {
    fn ready(&mut self, log: &Path) -> Result<()> {
        let started = Instant::now();
        let hello =
            Invocation::new(self.engine.program).args(["exec", &self.name, "true"]).limit(PATIENCE);
        while !hello.run()?.succeeded() {
            let ended = !self.server.is_running()?;
            if ended || started.elapsed() > PATIENCE {
                let log = fs::read_to_string(log).unwrap_or_default();
                return Err(Failure::unknown(format!(
                    "no container of `{}` starts: {}",
                    self.image.reference,
                    log.trim()
                ))
                .hint(
                    "for other processors than the machine's own, the kernel must know QEMU (on \
Debian, `apt install qemu-user-static`)",
                )
                .into());
            }
            wait(Duration::from_millis(200))?;
        }
        Ok(())
    }

    /// The image's interpreter of a Python.
    pub fn interpreter(&self, python: PythonVersion) -> Result<Available<Interpreter>> {
        let launcher = [self.engine.program, "exec", &self.name].map(OsString::from);
        let program = program(python);
        let architecture = self.image.platform.architecture();
        let platform = match self.image.platform.system() {
            System::Musllinux { .. } => PythonPlatform::Musl(architecture),
            _ => PythonPlatform::Glibc(architecture),
        };
        let answer = ask_by(&launcher, Path::new(&program), Some(platform))?;
        Ok(match answer {
            Available::Here(found) if found.version == python => {
                let place = self.folder.path().join("place");
                let inside = Inside { image: self.image.reference.clone(), place };
                Available::Here(Interpreter { inside: Some(inside), ..found })
            }
            Available::Here(found) => {
                Available::not(format!("`{program}` of {} is {}", self.image, found.release))
            }
            Available::Not { why } => {
                Available::not(format!("`{program}` of {}: {why}", self.image))
            }
        })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Past an interrupt too, which other commands heed. It also ends when `stdin` closes, and is
        // removed when it ends.
        let _ended = Command::new(self.engine.program)
            .args(["kill", &self.name])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// Where the images of pypa/manylinux have a Python.
fn program(python: PythonVersion) -> String {
    format!("/opt/python/{}-{}/bin/python", python.tag(), python.abi_tag())
}

/// Whose a folder is, so that what a container leaves there can be removed.
#[cfg(unix)]
fn owner(folder: &Path) -> Result<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(folder)?;
    Ok((metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Result<(u32, u32)> {
    Err(Failure::unknown("containers of Linux see no folder of Windows by its own name").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::hints;
    use crate::tool::python::environment::tests::printed;

    fn image() -> Image {
        Image {
            platform: "musllinux_1_2_armv7l".parse().expect("a tag"),
            reference: "q.io/musllinux@sha256:0".to_owned(),
        }
    }

    fn run(program: &'static str, user: u32) -> String {
        let [project, place] = ["/project", "/tmp/a/place"].map(Path::new);
        printed(&Engine { program }.run(&image(), "a", project, place, &(user, 100)))
    }

    #[test]
    fn a_container_has_no_network_and_no_rights_and_writes_in_one_folder() {
        insta::assert_snapshot!(run("docker", 1000), @"docker run --rm --interactive --pull never --name a --platform linux/arm/v7 --network none --user 1000:100 --cap-drop all --security-opt label=disable --security-opt no-new-privileges --env PYTHONUTF8=1 --env HOME=/tmp/a/place --volume /project:/project:ro --volume /tmp/a/place:/tmp/a/place --workdir /tmp/a/place --entrypoint cat q.io/musllinux@sha256:0");
    }

    #[test]
    fn podman_without_rights_of_root_keeps_the_owner() {
        assert!(run("podman", 1000).contains(" --userns keep-id "));
        assert!(!run("podman", 0).contains("--userns"));
        assert!(!run("docker", 1000).contains("--userns"));
    }

    #[test]
    fn the_free_threaded_python_lies_beside_the_other() {
        let python: PythonVersion = "3.14".parse().expect("a version");
        assert_eq!(program(python), "/opt/python/cp314-cp314/bin/python");
        assert_eq!(program(python.free_threaded()), "/opt/python/cp314-cp314t/bin/python");
    }

    /// An engine that is a script, which keeps its arguments.
    #[cfg(unix)]
    fn engine(folder: &Path, script: &str) -> &'static str {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("engine");
        let log = folder.join("calls").display().to_string();
        fs::write(&program, format!("#!/bin/sh\necho \"$@\" >> {log}\n{script}\n"))
            .expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
        Box::leak(program.display().to_string().into_boxed_str())
    }

    #[test]
    #[cfg(unix)]
    fn the_first_engine_that_works_is_taken_and_without_one_each_says_why() {
        let [good, bad] = [0, 1].map(|_| tempfile::tempdir().expect("a folder"));
        let good = engine(good.path(), "exit 0");
        let bad = engine(bad.path(), "echo 'is the daemon running?' >&2; exit 1");
        assert_eq!(Engine::first([bad, good]).expect("one works").program, good);
        let error = Engine::first([bad, "/no/such/engine"]).expect_err("none works");
        assert_eq!(hints(&error), ["start docker, or install podman"]);
        let error = error.to_string();
        assert!(error.contains(&format!("`{bad} info` fails: is the daemon running?")), "{error}");
        assert!(error.contains("`/no/such/engine`: cannot start `engine info`"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn an_image_that_is_here_is_not_fetched() {
        for (there, calls) in [(0, 1), (1, 2)] {
            let folder = tempfile::tempdir().expect("a folder");
            let program = engine(folder.path(), &format!("[ $1 = pull ] || exit {there}"));
            Engine { program }.fetch(&image()).expect("it can be had");
            let said = fs::read_to_string(folder.path().join("calls")).expect("calls");
            assert_eq!(said.lines().count(), calls, "{said}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let program = engine(folder.path(), "echo 'no such host' >&2; exit 1");
        let error = Engine { program }.fetch(&image()).expect_err("there is no network");
        assert_eq!(error.to_string(), "cannot fetch the image `q.io/musllinux@sha256:0`");
    }

    #[test]
    #[cfg(unix)]
    fn a_container_that_does_not_start_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = engine(folder.path(), "echo 'exec format error' >&2; exit 1");
        let started = Engine { program }.start(&image(), folder.path());
        let error = started.err().expect("it ends at once");
        assert!(error.to_string().ends_with("starts: exec format error"), "{error}");
        assert!(hints(&error)[0].starts_with("for other processors"), "{error:?}");
    }

    #[test]
    #[cfg(unix)]
    fn a_container_is_asked_for_its_pythons_and_removed() {
        const SCRIPT: &str = r#"
case "$1 $3" in
    "run "*) exec cat ;;
    "exec /opt/python/cp314-cp314t/bin/python")
        echo '{"implementation": "CPython", "version": [3, 14], "release": "3.14.1", "executable": "/opt/a",
            "bits": 32, "free_threaded": true}' ;;
    "exec /opt/python/cp315-cp315/bin/python")
        echo '{"implementation": "CPython", "version": [3, 14], "release": "3.14.1", "executable": "/opt/a",
            "bits": 32, "free_threaded": false}' ;;
    "exec /opt/"*) echo 'no such file' >&2; exit 127 ;;
esac"#;
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine { program: engine(folder.path(), SCRIPT) };
        let container = engine.start(&image(), folder.path()).expect("it starts");
        let name = container.name.clone();
        let ask = |python: &str| {
            container.interpreter(python.parse().expect("a version")).expect("no interrupt")
        };
        let found = ask("3.14t").here().expect("it has that");
        assert_eq!((found.release.as_str(), found.version.is_free_threaded()), ("3.14.1", true));
        assert!(found.serves(image().platform));
        assert!(!found.serves("manylinux_2_17_armv7l".parse().expect("a tag")));
        assert_eq!(found.name(), "q.io/musllinux@sha256:0 /opt/a");
        let place = found.inside.expect("it is in a container").place;
        assert!(place.is_dir());
        assert!(ask("3.15").why_not().is_some_and(|why| why.ends_with("is 3.14.1")));
        assert!(ask("3.10").why_not().is_some_and(|why| why.ends_with("no such file")));
        drop(container);
        assert!(!place.exists());
        let calls = fs::read_to_string(folder.path().join("calls")).expect("calls");
        assert!(calls.ends_with(&format!("kill {name}\n")), "{calls}");
    }
}
