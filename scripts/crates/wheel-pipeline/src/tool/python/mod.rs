//! The Pythons of this machine: every CPython and PyPy that can be found, with its version and platform.

pub mod environment;
mod installation;
pub mod lock;
pub mod project_tests;
pub mod search;
pub mod tools;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use wheel_audit::family::PythonVersion;
use wheel_audit::target::{Architecture, System, Target};

use crate::available::Available;
use crate::process::command::Invocation;

/// A CPython or PyPy that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The path of the interpreter, not of a link or of an environment.
    pub executable: PathBuf,
    pub version: PythonVersion,
    /// The full version: `3.13.0`, `3.14.1t` of a free-threaded Python, `pypy3.11-v7.3.19` of a PyPy.
    pub release: String,
    /// An emulator with its options, if the interpreter needs one.
    pub launcher: Vec<OsString>,
    /// The version of glibc. None with another C library.
    pub glibc: Option<(u16, u16)>,
    /// The version of macOS. None on another system, and if the Python does not tell.
    pub macos: Option<(u16, u16)>,
    /// The platform. None for this machine's platform.
    pub platform: Option<PythonPlatform>,
    /// The container, if the interpreter is in one.
    pub inside: Option<Inside>,
}

/// The container of an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The image of the container.
    pub image: String,
    /// The only folder where the container can write.
    pub place: PathBuf,
    /// The program that runs commands in it.
    pub engine: &'static str,
    /// The container's name.
    pub name: String,
    /// The name of a second container of the image, which has a network and runs pip alone. None if nothing is downloaded.
    pub downloader: Option<String>,
}

impl Inside {
    /// The words before a command that runs in a container.
    pub fn launcher(&self, name: &str) -> Vec<OsString> {
        [self.engine, "exec", name].map(OsString::from).to_vec()
    }
}

/// The platform of a foreign Python: the C library or the system, and the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PythonPlatform {
    Glibc(Architecture),
    Musl(Architecture),
    Windows(Architecture),
}

impl PythonPlatform {
    /// Returns true if a Python on this platform can install wheels for `target`.
    fn takes(self, target: Target) -> bool {
        let architecture = match (self, target.system()) {
            (Self::Glibc(architecture), System::Manylinux { .. })
            | (Self::Musl(architecture), System::Musllinux { .. })
            | (Self::Windows(architecture), System::Windows) => architecture,
            _ => return false,
        };
        architecture == target.architecture()
    }

    /// Returns true if this machine's kernel and processor run the platform's programs.
    fn is_native(self) -> bool {
        match self {
            Self::Glibc(architecture) | Self::Musl(architecture) => {
                cfg!(target_os = "linux") && architecture.runs_on_host()
            }
            Self::Windows(architecture) => cfg!(windows) && architecture.runs_on_host(),
        }
    }
}

impl Interpreter {
    /// Returns true if this interpreter can install wheels for `target`.
    pub fn serves(&self, target: Target) -> bool {
        let is_its_platform = match self.platform {
            None => target.is_host(),
            Some(platform) => platform.takes(target),
        };
        is_its_platform && !self.is_older_than(target.system())
    }

    /// Returns true if its system is older than that of a wheel. Then pip refuses the wheel, which is not to blame.
    fn is_older_than(&self, system: System) -> bool {
        match system {
            System::Manylinux { major, minor } => {
                self.glibc.is_some_and(|own| own < (major, minor))
            }
            System::Macos { major, minor } => self.macos.is_some_and(|own| own < (major, minor)),
            System::Musllinux { .. } | System::Windows => false,
        }
    }

    /// Returns true if it runs on a machine of its own platform: neither the system nor the processor is emulated.
    pub fn is_native(&self) -> bool {
        // Wine and QEMU are launchers. A container has the machine's kernel.
        let is_emulated = self.inside.is_none() && !self.launcher.is_empty();
        !is_emulated && self.platform.is_none_or(PythonPlatform::is_native)
    }

    /// The name in messages and evidence: the launcher or the image, and the path.
    pub fn name(&self) -> String {
        if let Some(inside) = &self.inside {
            return format!("{} {}", inside.image, self.executable.display());
        }
        let words = self.launcher.iter().map(|word| word.to_string_lossy().into_owned());
        words.chain([self.executable.display().to_string()]).collect::<Vec<_>>().join(" ")
    }

    /// The implementation with its full version, in messages.
    pub fn title(&self) -> String {
        title(&self.release)
    }

    /// A command that runs the interpreter without the Python variables of this process.
    pub fn command(&self) -> Invocation {
        isolated_by(&self.launcher, &self.executable)
    }
}

/// The implementation and the version of a full version: `CPython 3.13.0`, `pypy3.11-v7.3.19`.
pub fn title(release: &str) -> String {
    if release.starts_with("pypy") { release.to_owned() } else { format!("CPython {release}") }
}

/// The result of a search for interpreters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Usable interpreters, oldest first, each once.
    pub interpreters: Vec<Interpreter>,
    /// Programs with the name of a Python that are not used, each with the reason.
    pub passed_over: Vec<String>,
}

impl Found {
    /// Adds a program with its answer.
    pub fn add(&mut self, program: &Path, answer: Available<Interpreter>) {
        match answer {
            Available::Here(interpreter) => self.interpreters.push(interpreter),
            Available::Not { why } => {
                self.passed_over.push(format!("`{}`: {why}", program.display()));
            }
        }
    }

    /// Adds the result of another search.
    pub fn extend(&mut self, other: Self) {
        self.interpreters.extend(other.interpreters);
        self.passed_over.extend(other.passed_over);
    }

    /// The interpreters of this machine's platform.
    pub fn own(&self) -> impl DoubleEndedIterator<Item = &Interpreter> {
        self.interpreters.iter().filter(|interpreter| interpreter.platform.is_none())
    }
}

/// The oldest CPython that a release can promise, since there is a pip for it that reads today's wheels and indexes.
pub const OLDEST: PythonVersion = PythonVersion::new(3, 8);

/// The oldest Python of a PyPy that a release can promise. PyPy, pyo3 and maturin support no older one.
pub const OLDEST_PYPY: PythonVersion = PythonVersion::new(3, 11);

/// The oldest CPython that the pipeline's own tools run on.
pub const OLDEST_FOR_TOOLS: PythonVersion = PythonVersion::new(3, 10);

/// A command that runs a Python without the Python variables of this process.
pub fn isolated(python: &Path) -> Invocation {
    let inherited = [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHONWARNINGS",
        "PYTHONDEVMODE",
        "PYTHONSAFEPATH",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "__PYVENV_LAUNCHER__",
    ];
    inherited.into_iter().fold(Invocation::new(python), Invocation::without).env("PYTHONUTF8", "1")
}

/// [`isolated`], for a Python with a launcher.
pub fn isolated_by(launcher: &[OsString], python: &Path) -> Invocation {
    match launcher {
        [] => isolated(python),
        [program, options @ ..] => isolated(Path::new(program)).args(options).arg(python),
    }
}

#[cfg(test)]
mod tests {
    use super::search::tests::interpreter;
    use super::*;

    #[test]
    fn an_older_system_serves_no_wheel_for_a_newer_one() {
        let python = interpreter;
        let older = |python: &Interpreter, tag: &str| {
            python.is_older_than(tag.parse::<Target>().expect(tag).system())
        };
        let linux = python(Some((2, 36)), None);
        for tag in ["manylinux_2_17_x86_64", "manylinux_2_36_x86_64", "macosx_15_0_arm64", "win32"]
        {
            assert!(!older(&linux, tag), "{tag}");
        }
        assert!(older(&linux, "manylinux_2_39_x86_64") && older(&linux, "manylinux_3_0_x86_64"));
        let mac = python(None, Some((14, 2)));
        for tag in ["macosx_10_12_x86_64", "macosx_14_0_universal2", "manylinux_2_39_x86_64"] {
            assert!(!older(&mac, tag), "{tag}");
        }
        assert!(older(&mac, "macosx_15_0_arm64"));
        let unknown = python(None, None);
        assert!(!older(&unknown, "manylinux_2_39_x86_64") && !older(&unknown, "macosx_15_0_arm64"));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
    fn a_wheel_for_a_newer_system_is_not_served() {
        let python = interpreter(Some((2, 36)), None);
        let serves = |tag: &str| python.serves(tag.parse().expect(tag));
        assert!(serves("manylinux_2_36_x86_64") && !serves("manylinux_2_39_x86_64"));
        assert!(!serves("macosx_11_0_arm64"));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn an_emulated_system_or_processor_is_not_native_and_a_container_is() {
        let own = interpreter(Some((2, 36)), None);
        let with = |platform, launcher: &[&str], inside: bool| {
            let inside = inside.then(|| Inside {
                image: "an image".to_owned(),
                place: "/tmp".into(),
                engine: "docker",
                name: "a container".to_owned(),
                downloader: None,
            });
            let launcher = launcher.iter().map(OsString::from).collect();
            Interpreter { platform: Some(platform), launcher, inside, ..own.clone() }.is_native()
        };
        assert!(own.is_native());
        assert!(with(PythonPlatform::Musl(Architecture::X86_64), &[], false));
        assert!(with(PythonPlatform::Glibc(Architecture::I686), &["docker", "exec"], true));
        for (platform, launcher, inside) in [
            (PythonPlatform::Windows(Architecture::X86_64), &["wine"][..], false),
            (PythonPlatform::Glibc(Architecture::S390x), &["qemu-s390x"], false),
            // An old processor, emulated on a newer one.
            (PythonPlatform::Glibc(Architecture::X86_64), &["qemu-x86_64"], false),
            (PythonPlatform::Glibc(Architecture::Aarch64), &["docker", "exec"], true),
        ] {
            assert!(!with(platform, launcher, inside), "{platform:?}");
        }
    }

    #[test]
    fn a_python_installs_wheels_of_its_own_platform_only() {
        let accepted = |platform: PythonPlatform| {
            let tags = [
                "manylinux_2_17_x86_64",
                "manylinux_2_17_aarch64",
                "musllinux_1_2_x86_64",
                "macosx_10_12_x86_64",
                "win_amd64",
                "win32",
            ];
            let takes = |tag: &&str| platform.takes(tag.parse::<Target>().expect("a tag"));
            tags.into_iter().filter(takes).collect::<Vec<_>>()
        };
        assert_eq!(
            accepted(PythonPlatform::Glibc(Architecture::X86_64)),
            ["manylinux_2_17_x86_64"]
        );
        assert_eq!(accepted(PythonPlatform::Musl(Architecture::X86_64)), ["musllinux_1_2_x86_64"]);
        assert_eq!(accepted(PythonPlatform::Windows(Architecture::X86_64)), ["win_amd64"]);
        assert_eq!(accepted(PythonPlatform::Windows(Architecture::I686)), ["win32"]);
    }
}
