//! The Pythons of this machine: every CPython and PyPy that can be found, with its version and platform.

pub mod environment;
mod installation;
pub mod lock;
pub mod project_tests;
pub mod tools;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use anyhow::Result;
use serde::Deserialize;
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

/// The program that makes an interpreter print its version and platform.
const QUESTION: &str = include_str!("interpreter.py");

#[derive(Deserialize)]
struct InterpreterAnswer {
    implementation: String,
    version: (u8, u8),
    /// The version of PyPy itself. None for other implementations.
    #[serde(default)]
    pypy: Option<(u8, u8, u8)>,
    release: String,
    executable: PathBuf,
    bits: u32,
    free_threaded: bool,
    glibc: Option<(u16, u16)>,
    #[serde(default)]
    macos: Option<(u16, u16)>,
}

/// Looks for every CPython and PyPy: on `PATH` (Debian's among them), in pyenv's folder and in uv's.
pub fn find() -> Result<Found> {
    let candidates = Places::of_machine().programs();
    let answers: Vec<Result<Available<Interpreter>>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            candidates.iter().map(|candidate| scope.spawn(move || ask(candidate))).collect();
        threads.into_iter().map(|thread| thread.join().expect("asking does not panic")).collect()
    });
    let mut interpreters = BTreeMap::new();
    let mut passed_over = Vec::new();
    for (candidate, answer) in candidates.iter().zip(answers) {
        match answer? {
            Available::Here(interpreter) => {
                // On Windows, a PyPy is several programs that are the same.
                let folder = interpreter.executable.parent().map(Path::to_owned);
                interpreters.entry((folder, interpreter.release.clone())).or_insert(interpreter);
            }
            Available::Not { why } => passed_over.push(format!("`{}`: {why}", candidate.display())),
        }
    }
    let mut interpreters: Vec<_> = interpreters.into_values().collect();
    interpreters.sort_by_key(|interpreter| (interpreter.version, interpreter.release.clone()));
    Ok(Found { interpreters, passed_over })
}

/// Asks a program for its version and platform.
fn ask(program: &Path) -> Result<Available<Interpreter>> {
    ask_by(&[], program, None)
}

/// Asks a program that a launcher starts, or that is for another platform.
pub fn ask_by(
    launcher: &[OsString],
    program: &Path,
    platform: Option<PythonPlatform>,
) -> Result<Available<Interpreter>> {
    let question = isolated_by(launcher, program)
        .args(["-I", "-S", "-c", QUESTION])
        .limit(Duration::from_secs(20));
    let finished = match question.run() {
        Ok(finished) => finished,
        Err(error) => {
            crate::process::interrupt::check_interrupt()?;
            return Ok(Available::not(format!("{error:#}")));
        }
    };
    if !finished.succeeded() {
        let reason = finished.tail().lines().last().unwrap_or("it fails").to_owned();
        return Ok(Available::not(reason));
    }
    let Ok(answer) = serde_json::from_str::<InterpreterAnswer>(&finished.stdout) else {
        return Ok(Available::not("its answer is not that of a Python"));
    };
    Ok(match usable(answer, platform) {
        Ok(found) => Available::Here(Interpreter { launcher: launcher.to_owned(), ..found }),
        Err(why) => Available::Not { why },
    })
}

/// The interpreter of an answer, or the reason why it cannot be used.
fn usable(
    answer: InterpreterAnswer,
    platform: Option<PythonPlatform>,
) -> Result<Interpreter, String> {
    let series = PythonVersion::new(answer.version.0, answer.version.1);
    let release = answer.release;
    let (version, release, oldest) = match (&*answer.implementation, answer.pypy) {
        ("pypy", Some((major, minor, patch))) => {
            let release = format!("pypy{series}-v{major}.{minor}.{patch}");
            (series.pypy(major, minor), release, OLDEST_PYPY)
        }
        ("cpython", _) if answer.free_threaded => {
            (series.free_threaded(), format!("{release}t"), OLDEST)
        }
        ("cpython", _) => (series, release, OLDEST),
        (other, _) => return Err(format!("it is {other}, neither CPython nor PyPy")),
    };
    if series < oldest {
        return Err(match version.is_pypy() {
            true => format!("it is `{release}`, and a release can promise PyPy from {oldest} on"),
            false => format!("it is Python {release}, older than {oldest}"),
        });
    }
    // 64-bit Windows runs 32-bit programs without a launcher.
    let narrow = (cfg!(windows) && answer.bits == 32 && usize::BITS == 64)
        .then_some(PythonPlatform::Windows(Architecture::I686));
    let platform = platform.or(narrow);
    if platform.is_none() && answer.bits != usize::BITS {
        return Err(format!("it is a {}-bit program", answer.bits));
    }
    Ok(Interpreter {
        executable: answer.executable,
        version,
        release,
        glibc: answer.glibc,
        macos: answer.macos,
        launcher: Vec::new(),
        platform,
        inside: None,
    })
}

/// The folders that are searched for Pythons.
#[derive(Debug)]
struct Places {
    /// The folders of `PATH`.
    path: Vec<PathBuf>,
    /// pyenv's folder, with its versions and its shims.
    pyenv: Option<PathBuf>,
    /// The folder of the Pythons that uv has installed.
    uv: Option<PathBuf>,
}

impl Places {
    /// The folders of this machine, by the rules of
    /// [pyenv](https://github.com/pyenv/pyenv#environment-variables) and
    /// [uv](https://docs.astral.sh/uv/reference/storage/#python-versions).
    fn of_machine() -> Self {
        let folder =
            |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = env::home_dir();
        let data = if cfg!(windows) { folder("APPDATA") } else { folder("XDG_DATA_HOME") };
        let data = data.or_else(|| Some(home.as_ref()?.join(".local/share")));
        Self {
            path: env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect(),
            pyenv: folder("PYENV_ROOT").or_else(|| Some(home?.join(".pyenv"))),
            uv: folder("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data?.join("uv/python"))),
        }
    }

    /// The programs with the name of a Python, with links resolved and each listed once.
    fn programs(&self) -> Vec<PathBuf> {
        // Shims start the same interpreters that are found in `versions`.
        let shims = self.pyenv.as_ref().map(|pyenv| pyenv.join("shims"));
        let mut folders: Vec<PathBuf> =
            self.path.iter().filter(|folder| Some(*folder) != shims.as_ref()).cloned().collect();
        let pyenv = self
            .pyenv
            .iter()
            .flat_map(|pyenv| [pyenv.join("versions"), pyenv.join("pyenv-win/versions")]);
        for install in pyenv.chain(self.uv.clone()).flat_map(|folder| listed(&folder)) {
            folders.push(install.join("bin"));
            folders.push(install);
        }
        let mut programs: Vec<PathBuf> = folders
            .iter()
            .flat_map(|folder| listed(folder))
            .filter(|path| {
                path.is_file()
                    && path.file_name().and_then(|name| name.to_str()).is_some_and(is_python)
            })
            .map(|path| fs::canonicalize(&path).unwrap_or(path))
            .collect();
        programs.sort();
        programs.dedup();
        programs
    }
}

/// The entries of a folder. A folder that cannot be listed has none.
fn listed(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map_or_else(
        |_| Vec::new(),
        |entries| entries.flatten().map(|entry| entry.path()).collect(),
    )
}

/// Returns true for the file names `python`, `python3`, `python3.N`, and the same with `pypy`, with `.exe` on Windows.
fn is_python(name: &str) -> bool {
    let name = if cfg!(windows) { name.strip_suffix(".exe").unwrap_or("") } else { name };
    match name.strip_prefix("python").or_else(|| name.strip_prefix("pypy")) {
        Some("" | "3") => true,
        Some(version) => version.strip_prefix("3.").is_some_and(|minor| {
            !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
        }),
        None => false,
    }
}

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
    use super::*;

    fn answer() -> InterpreterAnswer {
        InterpreterAnswer {
            implementation: "cpython".into(),
            version: (3, 13),
            pypy: None,
            release: "3.13.1".into(),
            executable: "/usr/bin/python3.13".into(),
            bits: usize::BITS,
            free_threaded: false,
            glibc: Some((2, 36)),
            macos: None,
        }
    }

    #[test]
    fn an_older_system_serves_no_wheel_for_a_newer_one() {
        let python = |glibc, macos| {
            usable(InterpreterAnswer { glibc, macos, ..answer() }, None).expect("it is usable")
        };
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
        let python = usable(answer(), None).expect("it is usable");
        let serves = |tag: &str| python.serves(tag.parse().expect(tag));
        assert!(serves("manylinux_2_36_x86_64") && !serves("manylinux_2_39_x86_64"));
        assert!(!serves("macosx_11_0_arm64"));
    }

    #[test]
    #[cfg(unix)]
    fn every_folder_is_searched_and_every_program_is_found_once() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().canonicalize().expect("a folder");
        let add = |path: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("it has a parent folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        };
        for path in [
            "bin/python3.12",
            "bin/python3-config",
            "pyenv/shims/python3",
            "pyenv/versions/3.10.13/bin/python3.10",
            "uv/cpython-3.14/bin/python3.14",
        ] {
            add(path);
        }
        std::os::unix::fs::symlink(root.join("bin/python3.12"), root.join("bin/python3"))
            .expect("a link");
        let places = Places {
            path: vec![root.join("pyenv/shims"), root.join("bin"), root.join("no/such/folder")],
            pyenv: Some(root.join("pyenv")),
            uv: Some(root.join("uv")),
        };
        let expected = [
            "bin/python3.12",
            "pyenv/versions/3.10.13/bin/python3.10",
            "uv/cpython-3.14/bin/python3.14",
        ];
        assert_eq!(places.programs(), expected.map(|path| root.join(path)));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn an_emulated_system_or_processor_is_not_native_and_a_container_is() {
        let own = usable(answer(), None).expect("it is usable");
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
    fn only_the_file_names_of_interpreters_are_accepted() {
        let suffix = if cfg!(windows) { ".exe" } else { "" };
        for name in ["python", "python3", "python3.10", "pypy3", "pypy3.11"] {
            assert!(is_python(&format!("{name}{suffix}")), "{name}");
        }
        for name in
            ["python2", "python3-config", "python3.", "pythonw", "ipython", "pypy2", "pypy3clean"]
        {
            assert!(!is_python(&format!("{name}{suffix}")), "{name}");
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

    #[test]
    fn an_unusable_interpreter_is_passed_over_with_its_reason() {
        assert_eq!(usable(answer(), None).map(|found| found.release), Ok("3.13.1".into()));
        let free = usable(InterpreterAnswer { free_threaded: true, ..answer() }, None)
            .map(|found| (found.version, found.release));
        assert_eq!(free, Ok((PythonVersion::new(3, 13).free_threaded(), "3.13.1t".into())));
        let pypy = |version, own| InterpreterAnswer {
            implementation: "pypy".into(),
            version,
            pypy: Some(own),
            ..answer()
        };
        let found = usable(pypy((3, 11), (8, 0, 1)), None).expect("it is usable");
        assert_eq!(found.version, PythonVersion::new(3, 11).pypy(8, 0));
        assert_eq!(
            (found.release.as_str(), found.title()),
            ("pypy3.11-v8.0.1", found.release.clone())
        );
        let reasons = [
            InterpreterAnswer { implementation: "graalpy".into(), ..answer() },
            pypy((3, 9), (7, 3, 11)),
            InterpreterAnswer { version: (3, 7), release: "3.7.1".into(), ..answer() },
            InterpreterAnswer { bits: 16, ..answer() },
        ]
        .map(|answer| usable(answer, None).expect_err("of no use"));
        assert_eq!(
            reasons,
            [
                "it is graalpy, neither CPython nor PyPy",
                "it is `pypy3.9-v7.3.11`, and a release can promise PyPy from 3.11 on",
                "it is Python 3.7.1, older than 3.8",
                "it is a 16-bit program",
            ]
        );
    }
}
