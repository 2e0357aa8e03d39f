//! The user's cache folder. What is large and the same for every project is made there once.
//!
//! Nothing that is complete is ever changed or removed, because another run may use it. A new set gets a new folder.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, io};

use crate::failure::Failure;
use crate::process::interrupt;

/// The variable that names another folder.
pub const VARIABLE: &str = "WHEEL_PIPELINE_CACHE_DIR";

/// The time between two looks at a lock that another process has.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The path of the folder, absolute. It may not exist.
pub fn folder() -> Result<PathBuf, Failure> {
    let unknown = || {
        Failure::unknown("this user has no home folder, in which the tools could be kept")
            .hint(format!("set `{VARIABLE}` to a folder for them"))
    };
    let folder =
        chosen(|name| env::var_os(name), env::home_dir().as_deref()).ok_or_else(unknown)?;
    std::path::absolute(&folder).map_err(|error| not_usable(&folder, &error))
}

/// The folder by the rules of the system: the XDG base directory specification, Apple's file system guide, and
/// Windows' known folders.
fn chosen(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let of_user = || {
        if cfg!(windows) {
            set("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home.map(|home| home.join("Library/Caches"))
        } else {
            // The specification says that relative paths are ignored.
            let xdg = set("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
            xdg.or_else(|| Some(home?.join(".cache")))
        }
    };
    set(VARIABLE).or_else(|| Some(of_user()?.join("wheel-pipeline")))
}

/// Gives `made()`, and first makes it with `make` if it is `None`. Only one process at a time makes it, and the others
/// wait. `path` is the path of what is made; its lock lies beside it.
pub fn make_once<T, E: From<Failure>>(
    path: &Path,
    made: impl Fn() -> Option<T>,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    // Without a lock, so that a complete cache may be read-only.
    if let Some(made) = made() {
        return Ok(made);
    }
    let _lock = lock(path)?;
    // Another process may have made it meanwhile.
    made().map_or_else(make, Ok)
}

/// Locks a path of the cache until the file is dropped. The system drops the lock of a run that is killed.
pub fn lock(path: &Path) -> Result<File, Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let wrong = |error: &io::Error| not_usable(Path::new(&name), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| not_usable(folder, &error))?;
    }
    // The lock stays. If it were removed, two processes could each lock a file of this name.
    let file = File::create(&name).map_err(|error| wrong(&error))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => interrupt::wait(POLL_INTERVAL)?,
            Err(TryLockError::Error(error)) => return Err(wrong(&error)),
        }
    }
}

/// The failure of work with a path of the cache.
pub fn not_usable(path: &Path, error: &io::Error) -> Failure {
    Failure::unknown(format!("cannot use the cache `{}`: {error}", path.display()))
        .hint(format!("set `{VARIABLE}` to a folder that you can write to"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_folder_is_the_users_unless_a_variable_names_another() {
        let home = Some(Path::new("/home/a"));
        let with = |set: &[(&str, &str)]| {
            let value = |name: &str| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            };
            chosen(value, home)
        };
        let is = |path: &str| Some(PathBuf::from(path));
        assert_eq!(with(&[]), is("/home/a/.cache/wheel-pipeline"));
        assert_eq!(with(&[("XDG_CACHE_HOME", "/b")]), is("/b/wheel-pipeline"));
        assert_eq!(with(&[("XDG_CACHE_HOME", "b")]), is("/home/a/.cache/wheel-pipeline"));
        assert_eq!(with(&[(VARIABLE, "")]), is("/home/a/.cache/wheel-pipeline"));
        assert_eq!(with(&[(VARIABLE, "/c"), ("XDG_CACHE_HOME", "/b")]), is("/c"));
        assert_eq!(chosen(|_| None, None), None);
    }

    #[test]
    fn what_several_want_at_once_is_made_once() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("tools/a");
        let makings = AtomicUsize::new(0);
        let read = || fs::read_to_string(&path).ok();
        let make = || -> Result<String, Failure> {
            makings.fetch_add(1, Ordering::SeqCst);
            // The others come meanwhile.
            std::thread::sleep(4 * POLL_INTERVAL);
            fs::write(&path, "made").expect("written");
            Ok("made".to_owned())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| make_once(&path, read, make))).collect();
            for thread in threads {
                assert_eq!(thread.join().expect("no panic"), Ok("made".to_owned()));
            }
        });
        assert_eq!(makings.into_inner(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_complete_cache_is_used_and_not_written() {
        let place = tempfile::tempdir().expect("a folder");
        // Nobody, not even root, can make a folder below a file.
        fs::write(place.path().join("file"), "").expect("written");
        let path = place.path().join("file/a");
        let make = || Err(Failure::unknown("it is made"));
        assert_eq!(make_once(&path, || Some(7), make), Ok(7));
        let error = make_once(&path, || None::<u8>, make).expect_err("it cannot be written");
        assert!(error.message.starts_with("cannot use the cache `"), "{error:?}");
        assert_eq!(
            error.hints,
            ["set `WHEEL_PIPELINE_CACHE_DIR` to a folder that you can write to"]
        );
    }
}
