//! The search for Pythons: where it looks, and what a program answers that is one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use anyhow::Result;
use serde::Deserialize;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::Architecture;

use super::{Found, Interpreter, OLDEST, OLDEST_PYPY, PythonPlatform, isolated_by};
use crate::available::Available;

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
    find_in(&Places::of_machine())
}

fn find_in(places: &Places) -> Result<Found> {
    let candidates = places.programs();
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An interpreter with this version of glibc and of macOS.
    pub fn interpreter(glibc: Option<(u16, u16)>, macos: Option<(u16, u16)>) -> Interpreter {
        usable(InterpreterAnswer { glibc, macos, ..answer() }, None).expect("it is usable")
    }

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
    #[cfg(unix)]
    fn a_pypy_with_several_names_is_found_once_beside_a_cpython() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().canonicalize().expect("a folder");
        let bits = usize::BITS;
        for (name, rest) in [
            (
                "pypy3",
                r#""implementation": "pypy", "version": [3, 11], "pypy": [7, 3, 19], "release": "3.11.11""#,
            ),
            (
                "pypy3.11",
                r#""implementation": "pypy", "version": [3, 11], "pypy": [7, 3, 19], "release": "3.11.11""#,
            ),
            (
                "python3.11",
                r#""implementation": "cpython", "version": [3, 11], "pypy": null, "release": "3.11.11""#,
            ),
            (
                "python3.9",
                r#""implementation": "pypy", "version": [3, 9], "pypy": [7, 3, 11], "release": "3.9.16""#,
            ),
        ] {
            let path = folder.join(name);
            let answer = format!(
                "{{{rest}, \"executable\": \"{}\", \"bits\": {bits}, \"free_threaded\": false, \"glibc\": null}}",
                path.display()
            );
            fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).expect("a script");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        }
        let places = Places { path: vec![folder.clone()], pyenv: None, uv: None };
        let found = find_in(&places).expect("no interrupt");
        let releases: Vec<_> = found.interpreters.iter().map(|one| one.release.as_str()).collect();
        assert_eq!(releases, ["3.11.11", "pypy3.11-v7.3.19"]);
        let why = "it is `pypy3.9-v7.3.11`, and a release can promise PyPy from 3.11 on";
        let passed_over = format!("`{}`: {why}", folder.join("python3.9").display());
        assert_eq!(found.passed_over, [passed_over]);
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
