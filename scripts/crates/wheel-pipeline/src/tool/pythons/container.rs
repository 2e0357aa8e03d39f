//! Pythons in containers. docker or podman runs an official image, and the smoke test uses its interpreters.
//!
//! A container can read what it is given and write to one folder. It has no network, and no rights beyond those of the
//! caller. It ends when its `stdin` closes, so it also ends when this program is killed. A second container of the image has
//! a network: there pip looks for dependencies, and nothing of the project runs.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wheel_audit::family::PythonVersion;
use wheel_audit::target::System;

use crate::available::Available;
use crate::failure::Failure;
use crate::folder::Temporary;
use crate::process::command::{Invocation, Server, server_log};
use crate::process::interrupt::wait;
use crate::tool::python::search::ask_by;
use crate::tool::python::{Inside, Interpreter, PythonPlatform};
use crate::tool::pythons::downloads::Downloads;
use crate::tool::pythons::images::Image;

/// A container engine that works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    program: &'static str,
}

/// A running container, and the one that downloads for it. Dropping it ends both.
pub struct Container {
    engine: Engine,
    image: Image,
    /// A folder with `place`, where both can write, and the output of their starts.
    folder: Temporary,
    offline: Started,
    downloader: Option<Started>,
}

/// A container that was started.
struct Started {
    engine: Engine,
    name: String,
    server: Server,
}

/// The folders of a container. Their paths are the same inside and outside.
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a> {
    /// Those that it can read.
    pub read: &'a [&'a Path],
    /// Those that it can write, too.
    pub written: &'a [&'a Path],
}

/// The network of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network<'a> {
    None,
    /// For pip, with what it needs to find its index.
    Downloads(&'a Downloads),
}

/// The engines, in the order in which they are tried.
const ENGINES: [&str; 2] = ["docker", "podman"];
/// The time limit for the start of a container. Under QEMU on a busy machine, a start is slow.
const PATIENCE: Duration = Duration::from_secs(120);

impl Engine {
    /// The first engine on `PATH` that works. docker's client without its server does not work.
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
                    crate::process::interrupt::check_interrupt()?;
                    reasons.push(format!("`{program}`: {error:#}"));
                }
            }
        }
        Err(Failure::unknown(format!("no container engine works\n  {}", reasons.join("\n  ")))
            .hint("start docker, or install podman")
            .into())
    }

    /// The name of the engine's program.
    pub fn program(&self) -> &str {
        self.program
    }

    /// Pulls an image, unless the engine has it already.
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

    /// Starts a container that can read these folders, and with `downloads` one for pip.
    pub fn start(
        &self,
        image: &Image,
        read: &[&Path],
        downloads: Option<&Downloads>,
    ) -> Result<Container> {
        let folder = Temporary::for_programs()?;
        let place = folder.path().join("place");
        fs::create_dir(&place)?;
        let name = folder.path().file_name().context("it was made with a name")?;
        let name = name.to_string_lossy().into_owned();
        let start = |name: String, written: &[&Path], network: Network| {
            let log = folder.path().join(&name);
            let volumes = Volumes { read, written };
            let run = self.run(image, &name, volumes, network, &owner(&place)?);
            let server = run.serve(&log)?;
            let mut started = Started { engine: self.clone(), name, server };
            started.ready(image, &log)?;
            anyhow::Ok(started)
        };
        let offline = start(name.clone(), &[&place], Network::None)?;
        let downloader = downloads
            .map(|downloads| {
                let written = [&*place, &downloads.wheelhouse];
                start(format!("{name}-pip"), &written, Network::Downloads(downloads))
            })
            .transpose()?;
        Ok(Container { engine: self.clone(), image: image.clone(), folder, offline, downloader })
    }

    fn run(
        &self,
        image: &Image,
        name: &str,
        volumes: Volumes,
        network: Network,
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
            .args(["--platform", image.engine_platform()])
            .args(["--user", &format!("{user}:{group}"), "--cap-drop", "all"])
            // With SELinux, a container could not read the project.
            .args(["--security-opt", "label=disable", "--security-opt", "no-new-privileges"]);
        // Without root, podman maps the user to another ID unless `keep-id` is given.
        let run = if self.program == "podman" && *user != 0 {
            run.args(["--userns", "keep-id"])
        } else {
            run
        };
        let run = match network {
            Network::None => run.args(["--network", "none"]),
            Network::Downloads(downloads) => downloads.add_to(run),
        };
        let place = volumes.written[0];
        let run = run.args(["--env", "PYTHONUTF8=1", "--env"]);
        let run = run.arg(format!("HOME={}", place.display()));
        let run =
            volumes.read.iter().fold(run, |run, path| run.arg("--volume").arg(volume(path, ":ro")));
        let run =
            volumes.written.iter().fold(run, |run, path| run.arg("--volume").arg(volume(path, "")));
        // `cat` ends when `stdin` closes.
        run.arg("--workdir").arg(place).args(["--entrypoint", "cat", &image.reference])
    }
}

impl Started {
    fn ready(&mut self, image: &Image, log: &Path) -> Result<()> {
        let started = Instant::now();
        let hello =
            Invocation::new(self.engine.program).args(["exec", &self.name, "true"]).limit(PATIENCE);
        while !hello.run()?.succeeded() {
            let ended = !self.server.is_running()?;
            if ended || started.elapsed() > PATIENCE {
                let log = server_log(log);
                return Err(Failure::unknown(format!(
                    "cannot start a container of `{}`: {}",
                    image.reference,
                    log.trim()
                ))
                .hint(
                    "an image for another processor needs QEMU in the kernel; on Debian, `apt \
                    install qemu-user-static`",
                )
                .into());
            }
            wait(Duration::from_millis(200))?;
        }
        Ok(())
    }
}

impl Container {
    /// The container's interpreter for a Python.
    pub fn interpreter(&self, python: PythonVersion) -> Result<Available<Interpreter>> {
        let inside = Inside {
            image: self.image.reference.clone(),
            place: self.folder.path().join("place"),
            engine: self.engine.program,
            name: self.offline.name.clone(),
            downloader: self.downloader.as_ref().map(|started| started.name.clone()),
        };
        let launcher = inside.launcher(&inside.name);
        let program = program(python);
        let architecture = self.image.platform.architecture();
        let platform = match self.image.platform.system() {
            System::Musllinux { .. } => PythonPlatform::Musl(architecture),
            _ => PythonPlatform::Glibc(architecture),
        };
        let answer = ask_by(&launcher, Path::new(&program), Some(platform))?;
        Ok(match answer {
            Available::Here(found) if found.version == python => {
                Available::Here(Interpreter { inside: Some(inside), ..found })
            }
            Available::Here(found) => {
                Available::not(format!("`{program}` of {} is {}", self.image, found.title()))
            }
            Available::Not { why } => {
                Available::not(format!("`{program}` of {}: {why}", self.image))
            }
        })
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // `Invocation` would not run after an interrupt, and the container must end then too. A failure is
        // ignored: the container also ends when its `stdin` closes, and `--rm` removes it.
        let kill = Invocation::new(self.engine.program).args(["kill", &self.name]);
        let _ended = kill
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// The path of a Python in the images of pypa/manylinux.
fn program(python: PythonVersion) -> String {
    format!("/opt/python/{}-{}/bin/python", python.tag(), python.abi_tag())
}

/// The owner of a folder. The container runs as that user, so that its files can be removed.
#[cfg(unix)]
fn owner(folder: &Path) -> Result<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(folder)?;
    Ok((metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Result<(u32, u32)> {
    Err(Failure::unknown(
        "Linux containers on Windows are not supported, because they cannot use Windows paths",
    )
    .into())
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
        let volumes = Volumes { read: &[project], written: &[place] };
        printed(&Engine { program }.run(&image(), "a", volumes, Network::None, &(user, 100)))
    }

    #[test]
    fn a_container_has_no_network_and_no_rights_and_can_write_to_one_folder() {
        insta::assert_snapshot!(run("docker", 1000), @"docker run --rm --interactive --pull never --name a --platform linux/arm/v7 --user 1000:100 --cap-drop all --security-opt label=disable --security-opt no-new-privileges --network none --env PYTHONUTF8=1 --env HOME=/tmp/a/place --volume /project:/project:ro --volume /tmp/a/place:/tmp/a/place --workdir /tmp/a/place --entrypoint cat q.io/musllinux@sha256:0");
    }

    #[test]
    fn podman_without_root_keeps_the_owner() {
        assert!(run("podman", 1000).contains(" --userns keep-id "));
        assert!(!run("podman", 0).contains("--userns"));
        assert!(!run("docker", 1000).contains("--userns"));
    }

    #[test]
    fn the_free_threaded_python_has_a_folder_of_its_own() {
        let python: PythonVersion = "3.14".parse().expect("a version");
        assert_eq!(program(python), "/opt/python/cp314-cp314/bin/python");
        assert_eq!(program(python.free_threaded()), "/opt/python/cp314-cp314t/bin/python");
    }

    /// A script in the place of an engine. It records its arguments.
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
    fn the_first_engine_that_works_is_used_and_without_one_each_reason_is_listed() {
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
        let started = Engine { program }.start(&image(), &[folder.path()], None);
        let error = started.err().expect("it ends at once");
        assert!(error.to_string().ends_with(": exec format error"), "{error}");
        assert!(hints(&error)[0].starts_with("an image for another processor"), "{error:?}");
    }

    #[test]
    #[cfg(unix)]
    fn a_container_is_asked_for_its_pythons_and_removed() {
        const SCRIPT: &str = r#"
case "$1 $3" in
    "run "*) exec cat ;;
    "exec /opt/python/cp314-cp314t/bin/python")
        echo '{"implementation": "cpython", "version": [3, 14], "release": "3.14.1", "executable": "/opt/a",
            "bits": 32, "free_threaded": true}' ;;
    "exec /opt/python/cp315-cp315/bin/python")
        echo '{"implementation": "cpython", "version": [3, 14], "release": "3.14.1", "executable": "/opt/a",
            "bits": 32, "free_threaded": false}' ;;
    "exec /opt/"*) echo 'no such file' >&2; exit 127 ;;
esac"#;
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine { program: engine(folder.path(), SCRIPT) };
        let container = engine.start(&image(), &[folder.path()], None).expect("it starts");
        let name = container.offline.name.clone();
        let ask = |python: &str| {
            container.interpreter(python.parse().expect("a version")).expect("no interrupt")
        };
        let found = ask("3.14t").here().expect("it has that");
        assert_eq!((found.release.as_str(), found.version.is_free_threaded()), ("3.14.1t", true));
        assert!(found.serves(image().platform));
        assert!(!found.serves("manylinux_2_17_armv7l".parse().expect("a tag")));
        assert_eq!(found.name(), "q.io/musllinux@sha256:0 /opt/a");
        let place = found.inside.expect("it is in a container").place;
        assert!(place.is_dir());
        assert!(ask("3.15").why_not().is_some_and(|why| why.ends_with("is CPython 3.14.1")));
        assert!(ask("3.10").why_not().is_some_and(|why| why.ends_with("no such file")));
        drop(container);
        assert!(!place.exists());
        let calls = fs::read_to_string(folder.path().join("calls")).expect("calls");
        assert!(calls.ends_with(&format!("kill {name}\n")), "{calls}");
    }
}
