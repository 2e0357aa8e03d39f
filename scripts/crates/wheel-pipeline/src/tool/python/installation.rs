//! The installation of a group of tools: whole or not at all, and once if several processes want it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use wheel_audit::wheel::Sha256Sum;

use crate::cache;
use crate::failure::Failure;
use crate::process::command::Finished;
use crate::process::environment::Grant;
use crate::tool::python::environment::{Environment, MAKE_ROOM, install_packages, is_full};
use crate::tool::python::lock::{Lock, TOOLS};
use crate::tool::python::{Interpreter, isolated};
use crate::tool::uv;

/// A group of pinned packages on an interpreter, in a folder of the cache.
pub(super) struct Installation<'a> {
    pub packages: &'a [&'a str],
    pub lock: Lock<'a>,
    pub interpreter: &'a Interpreter,
    /// The folder of all installations, without links in its path.
    pub folder: &'a Path,
    /// The installed uv. None for its own installation.
    pub uv: Option<&'a Path>,
}

impl Installation<'_> {
    /// The environment, installed unless it is there. `watch` runs the installation.
    pub fn get(
        &self,
        watch: impl Fn(&dyn Fn() -> Result<Environment>) -> Result<Environment>,
    ) -> Result<Environment> {
        let name = self.name();
        let complete = || complete(self.folder, &name);
        cache::make_once(&self.folder.join(&name), complete, || watch(&|| self.install(&name)))
    }

    /// The name of the installation. It changes with all that the content depends on. The programs contain their path,
    /// and so a moved cache has other names.
    fn name(&self) -> String {
        let group = self.packages.join(" ");
        let content =
            [&*group, self.lock.text, &self.interpreter.name(), &self.folder.to_string_lossy()];
        let key = &Sha256Sum::digest(content.join("\n").as_bytes()).to_string()[..12];
        format!("{}-{}-{key}", self.packages[0], self.interpreter.release)
    }

    /// Installs the group in a new folder, and names it only when it is complete. So the tools of a killed run, which
    /// may still be writing, write into another folder.
    fn install(&self, name: &str) -> Result<Environment> {
        let wrong = |error| cache::not_usable(self.folder, &error);
        let place = tempfile::Builder::new()
            .prefix(&format!("{name}-"))
            .tempdir_in(self.folder)
            .map_err(wrong)?;
        let own = place.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        remove_others(self.folder, name, &own);
        let environment = Environment::of_tools(place.path());
        self.fill(place.path(), &environment)?;
        let mut mark = tempfile::NamedTempFile::new_in(self.folder).map_err(wrong)?;
        mark.write_all(own.as_bytes()).map_err(wrong)?;
        mark.persist(self.folder.join(name)).map_err(|error| wrong(error.error))?;
        let _kept = place.keep();
        // Tools of a killed run may have ended meanwhile.
        remove_others(self.folder, name, &own);
        Ok(environment)
    }

    /// Fills an environment. pip installs uv, and uv installs the rest.
    fn fill(&self, folder: &Path, environment: &Environment) -> Result<()> {
        let python = &self.interpreter.executable;
        let command = isolated(python).args(["-I", "-m", "venv"]);
        let command = if self.uv.is_some() { command.arg("--without-pip") } else { command };
        let made = command.arg(folder).run()?;
        if !made.succeeded() {
            return Err(not_made(python, &made).into());
        }
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| cache::not_usable(&path, &error))?;
            Ok::<_, Failure>(path)
        };
        let uv = match self.uv {
            Some(uv) => uv.to_owned(),
            None => {
                first(environment, &write("uv.lock", &TOOLS.requirement("uv")?)?)?;
                environment.program("uv")
            }
        };
        let pin = |package: &&str| Ok(format!("{package}=={}\n", self.lock.version(package)?));
        let pins = self.packages.iter().map(pin).collect::<Result<String>>()?;
        let requirements = write("requirements.txt", &pins)?;
        let lock = write("tools.lock", self.lock.text)?;
        install_packages(&uv::install_some(&uv, &environment.python(), &requirements, &lock))
    }
}

/// The complete installation, if there is one. A file with its name has the name of its folder.
fn complete(folder: &Path, name: &str) -> Option<Environment> {
    let own = fs::read_to_string(folder.join(name)).ok()?;
    let place = folder.join(own);
    place.is_dir().then(|| Environment::of_tools(&place))
}

/// Removes the folders of interrupted installations of the same name, unless tools still write there. Nobody uses them,
/// because nothing names them.
fn remove_others(folder: &Path, name: &str, own: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        if other != own && other.strip_prefix(name).is_some_and(|end| end.starts_with('-')) {
            let _left = fs::remove_dir_all(entry.path());
        }
    }
}

/// Installs uv with the environment's own pip.
fn first(environment: &Environment, lock: &Path) -> Result<()> {
    let pip = environment
        .command()
        .grant(Grant::Pip)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement"])
        .arg(lock);
    install_packages(&pip)
}

/// The failure of Python's `venv`.
fn not_made(python: &Path, made: &Finished) -> Failure {
    let failure = Failure::unknown(format!(
        "cannot make the environment of the tools with `{}`\n{}",
        python.display(),
        made.tail()
    ));
    // Debian has it in a package of its own, and Python says so.
    if made.output().contains("ensurepip") {
        failure.hint("install this Python's `ensurepip`; on Debian, `apt install python3-venv`")
    } else if is_full(&made.output()) {
        failure.hint(MAKE_ROOM)
    } else {
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::command::Invocation;
    use crate::tool::python::tools::tests::interpreter;

    #[cfg(unix)]
    #[test]
    fn a_python_without_ensurepip_and_a_full_disk_get_their_own_hints() {
        let failure = |says: &str| {
            let made = Invocation::new("sh").args(["-c", &format!("echo '{says}'; exit 1")]).run();
            not_made(Path::new("/usr/bin/python3"), &made.expect("it ran"))
        };
        let missing = failure("it was not created because ensurepip is not available");
        assert_eq!(missing.hints.len(), 1);
        assert!(missing.hints[0].contains("python3-venv"), "{missing:?}");
        let full = failure("OSError: [Errno 28] No space left on device");
        assert_eq!(full.hints, [MAKE_ROOM]);
        let other = failure("no such option");
        assert_eq!(other.hints, [""; 0]);
        assert!(other.message.ends_with("with `/usr/bin/python3`\nno such option"), "{other:?}");
    }

    #[test]
    fn each_group_of_each_cache_has_a_folder_of_its_own() {
        let interpreter = interpreter();
        let name = |folder: &str, packages: &[&str]| {
            let folder = Path::new(folder);
            Installation { packages, lock: TOOLS, interpreter: &interpreter, folder, uv: None }
                .name()
        };
        let names =
            [name("/a", &["pip", "uv"]), name("/a", &["ziglang"]), name("/b", &["ziglang"])];
        assert!(names[0].starts_with("pip-3.13.0-"), "{names:?}");
        assert!(names[1].starts_with("ziglang-3.13.0-"), "{names:?}");
        assert_ne!(names[1], names[2]);
        assert_ne!(name("/a", &["pip"]), names[0]);
        assert_eq!(name("/a", &["pip", "uv"]), names[0]);
    }

    #[test]
    fn an_installation_that_nothing_names_is_unfinished_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let at = |name: &str| folder.join(name);
        fs::create_dir_all(at("a-1/bin")).expect("made");
        assert_eq!(complete(folder, "a"), None);
        fs::create_dir_all(at("b-1/bin")).expect("made");
        fs::write(at("b"), "b-1").expect("written");
        assert_eq!(complete(folder, "b"), Some(Environment::of_tools(&at("b-1"))));
        fs::create_dir_all(at("a-2/bin")).expect("made");
        remove_others(folder, "a", "a-2");
        assert!(!at("a-1").exists() && at("a-2").exists() && at("b-1").exists());
        // A user may remove what is large.
        fs::remove_dir_all(at("b-1")).expect("removed");
        assert_eq!(complete(folder, "b"), None);
    }
}
