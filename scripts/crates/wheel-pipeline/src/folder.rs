//! Folders that a stage makes anew, and temporary ones that no kill leaves behind for ever.

use std::fs::{self, File, Metadata};
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::failure::Failure;

/// Removes a folder and its content. A missing folder is no error.
pub fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot clear `{}`", folder.display()))?;
    }
    Ok(())
}

/// The note of an output folder to git, to cargo, and to everything else that packs sources as they do.
///
/// It matches what lies directly in the folder, and nothing deeper. A builder of a source that lies deeper may read the
/// patterns of all folders above, and must not leave out the files of its own.
const NOT_A_SOURCE: &str = "# Made by wheel-pipeline: nothing here is a source.\n/*\n";

/// Makes an output folder that is no part of what is packed, even if the project's `.gitignore` does not list it.
pub fn make_output(folder: &Path) -> Result<()> {
    let wrong = || format!("cannot make `{}`", folder.display());
    fs::create_dir_all(folder).with_context(wrong)?;
    let path = folder.join(".gitignore");
    // The project may have one of its own.
    if fs::symlink_metadata(&path).is_err() {
        fs::write(&path, NOT_A_SOURCE)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// The beginning of the names of temporary folders.
const PREFIX: &str = "wheel-pipeline-";
/// A file in each temporary folder, locked as long as a run uses the folder. The system drops the lock of a run that
/// is killed.
const LOCK: &str = "in-use";
/// Its name before it is locked.
const UNLOCKED: &str = "in-use.unlocked";

/// A temporary folder. Dropping it removes it. After a kill, a later run does.
#[derive(Debug)]
pub struct Temporary {
    // Closed first: Windows removes no open file.
    _lock: File,
    folder: TempDir,
}

impl Temporary {
    /// Makes a folder in the system's temporary folder.
    pub fn new() -> Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    /// Makes one from which programs and libraries can be started.
    pub fn for_programs() -> Result<Self> {
        let place = std::env::temp_dir();
        if is_noexec(&place) {
            return Err(Failure::unknown(format!(
                "no program can be started from the temporary folder `{}`, which is mounted `noexec`",
                place.display()
            ))
            .hint("set `TMPDIR` to a folder from which programs can be started")
            .into());
        }
        Self::within(&place)
    }

    /// Makes one in another folder than the system's.
    pub fn within(place: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(place)
            .with_context(|| format!("cannot make a temporary folder in `{}`", place.display()))?;
        let lock = locked(folder.path())
            .with_context(|| format!("cannot lock `{}`", folder.path().display()))?;
        Ok(Self { _lock: lock, folder })
    }

    /// The path of the folder. At first it holds only the locked file.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes the lock of a folder. It gets its name when it is locked, so that no other run takes the folder for one that
/// was left.
fn locked(folder: &Path) -> std::io::Result<File> {
    let unnamed = folder.join(UNLOCKED);
    let lock = File::create(&unnamed)?;
    lock.try_lock()?;
    fs::rename(unnamed, folder.join(LOCK))?;
    Ok(lock)
}

/// Removes the temporary folders of runs that were killed.
pub fn sweep() {
    sweep_in(&std::env::temp_dir());
}

/// A folder that cannot be removed is left to the next run, or to the user whose it is.
fn sweep_in(place: &Path) {
    let listed = fs::read_dir(place).into_iter().flatten().flatten();
    let ours = listed.filter(|entry| {
        entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.metadata().is_ok_and(|about| about.is_dir() && is_own(&about))
    });
    for entry in ours {
        let path = entry.path().join(LOCK);
        // A folder without the file is about to be used, or is another program's.
        if !fs::symlink_metadata(&path).is_ok_and(|about| about.is_file()) {
            continue;
        }
        let Ok(lock) = File::open(path) else { continue };
        if lock.try_lock().is_ok() {
            drop(lock);
            let _left = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns true if the folder belongs to the user of this run. Everybody may write into the temporary folder.
#[cfg(unix)]
fn is_own(about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.uid() == nix::unistd::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_about: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn is_noexec(folder: &Path) -> bool {
    use nix::sys::statvfs::{FsFlags, statvfs};
    statvfs(folder).is_ok_and(|about| about.flags().contains(FsFlags::ST_NOEXEC))
}

#[cfg(not(unix))]
fn is_noexec(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_stays_and_that_of_a_killed_run_goes() {
        let place = tempfile::tempdir().expect("a folder");
        let used = Temporary::within(place.path()).expect("made");
        fs::write(used.path().join("a"), "content").expect("written");
        let killed = Temporary::within(place.path()).expect("made");
        let left = killed.path().to_owned();
        fs::write(left.join("a"), "content").expect("written");
        // A kill closes the file and removes nothing.
        let Temporary { _lock, folder } = killed;
        drop(_lock);
        let left_folder = folder.keep();
        assert_eq!(left_folder, left);
        let other = place.path().join("wheel-pipeline-not-ours");
        fs::create_dir(&other).expect("made");
        sweep_in(place.path());
        assert!(!left_folder.exists());
        assert!(used.path().join("a").exists());
        assert!(other.exists());
        let path = used.path().to_owned();
        drop(used);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_is_just_made_stays() {
        let place = tempfile::tempdir().expect("a folder");
        // The state of a folder before its file is locked.
        let made = place.path().join("wheel-pipeline-just-made");
        fs::create_dir(&made).expect("made");
        File::create(made.join(UNLOCKED)).expect("made");
        sweep_in(place.path());
        assert!(made.exists());
        // Under its name, the file is locked or was left.
        let used = Temporary::within(place.path()).expect("made");
        assert!(!used.path().join(UNLOCKED).exists());
        let lock = File::open(used.path().join(LOCK)).expect("it has its name");
        assert!(lock.try_lock().is_err());
    }

    #[test]
    fn an_output_folder_keeps_a_file_of_the_project() {
        let place = tempfile::tempdir().expect("a folder");
        let output = place.path().join("target/pipeline");
        make_output(&output).expect("made");
        let read = || fs::read_to_string(output.join(".gitignore")).expect("written");
        assert_eq!(read(), NOT_A_SOURCE);
        fs::write(output.join(".gitignore"), "*\n!.gitignore\n").expect("written");
        make_output(&output).expect("it is there");
        assert_eq!(read(), "*\n!.gitignore\n");
    }

    #[test]
    fn programs_can_be_started_where_this_one_was() {
        assert!(!is_noexec(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }
}
