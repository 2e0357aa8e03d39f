//! The unpacked sdist: its place, its files, and its crate.
//!
//! It lies outside of the project. cargo looks for settings and for a workspace in all folders above, and those of the
//! repository are not in the sdist. Whoever builds from it does not have them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::list;
use wheel_audit::wheel::sdist::SourceFile;

use crate::cache;
use crate::project::{self, Project};
use crate::tool::cargo::Crate;
use crate::tool::toolchain::rustup::{TOOLCHAIN_FILES, toolchain_file};

/// An unpacked sdist.
pub struct UnpackedSdist {
    /// The folder that the sdist's name gives.
    pub folder: PathBuf,
}

impl UnpackedSdist {
    /// The place of an sdist that is built in `work`. In two runs it is the same, so that cargo compiles less.
    pub fn place(project: &Project, work: &Path, sdist: &str) -> Result<Self> {
        let above = if work.starts_with(&project.root) {
            let key = Sha256Sum::digest(work.to_string_lossy().as_bytes()).to_string();
            cache::folder()?.join("sources").join(&key[..16])
        } else {
            work.join("source")
        };
        Ok(Self { folder: above.join(sdist.trim_end_matches(".tar.gz")) })
    }

    /// Writes the files, and removes others. The compiler is the one of the source in `root`, unless the sdist chooses
    /// another.
    pub fn write(&self, files: &[SourceFile], root: &Path) -> Result<()> {
        unpack(files, &self.folder)?;
        let above = self.folder.parent().unwrap_or(&self.folder);
        for stale in
            TOOLCHAIN_FILES.map(|name| above.join(name)).iter().filter(|path| path.exists())
        {
            fs::remove_file(stale)
                .with_context(|| format!("cannot remove `{}`", stale.display()))?;
        }
        if let Some(chosen) = toolchain_file(root) {
            let here = above.join(chosen.file_name().unwrap_or_default());
            fs::copy(&chosen, &here)
                .with_context(|| format!("cannot write `{}`", here.display()))?;
        }
        Ok(())
    }

    /// Sets new times on the sources, so that the next build compiles them again.
    pub fn age(&self) -> Result<()> {
        touch(&self.folder)
    }

    /// The crate in the sdist, with the features of the builds for all promised Pythons. maturin may have moved the crate,
    /// and then wrote its new place into the sdist's `pyproject.toml`.
    pub fn crate_for_cargo(&self, project: &Project) -> Result<Crate> {
        let (manifest, maturin) = project::manifest(&self.folder)?;
        let features = maturin.features_for_any(&project.table.pythons);
        Ok(Crate { folder: self.folder.clone(), manifest, features })
    }
}

/// Makes `folder` contain exactly `files`. Files with the same content are not written again, because cargo would
/// compile newer files again.
fn unpack(files: &[SourceFile], folder: &Path) -> Result<()> {
    let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().context("a member has a parent folder")?;
        if !fs::read(&path).is_ok_and(|content| content == file.content) {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make `{}`", parent.display()))?;
            fs::write(&path, &file.content)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = if file.executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        wanted.insert(path);
    }
    remove_others(folder, &wanted)
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

fn touch(folder: &Path) -> Result<()> {
    for path in list(folder)? {
        if path.is_dir() {
            touch(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            fs::File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()))
                .with_context(|| format!("cannot set the time of `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> SourceFile {
        SourceFile { path: path.into(), content: content.into(), executable: false }
    }

    #[test]
    fn the_compiler_is_the_one_that_the_project_chooses() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, above) = (folder.path().join("repository/python"), folder.path().join("place"));
        fs::create_dir_all(&root).expect("a folder");
        let unpacked = UnpackedSdist { folder: above.join("own-1.0") };
        let chosen = |name: &str| {
            unpacked.write(&[file("a", "1")], &root).expect("written");
            fs::read_to_string(above.join(name)).ok()
        };
        fs::write(root.join("../rust-toolchain.toml"), "far").expect("written");
        assert_eq!(chosen("rust-toolchain.toml").as_deref(), Some("far"));
        fs::write(root.join("rust-toolchain"), "near").expect("written");
        assert_eq!(chosen("rust-toolchain").as_deref(), Some("near"));
        assert_eq!(chosen("rust-toolchain.toml"), None, "the one of before is gone");
    }

    #[test]
    fn unpacking_again_leaves_equal_files_alone_and_removes_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        unpack(&[file("a", "1"), file("b/c", "1"), file("d", "1")], folder.path())
            .expect("unpacked");
        let time =
            |path: &str| fs::metadata(at(path)).and_then(|about| about.modified()).expect("there");
        let old = std::time::SystemTime::UNIX_EPOCH;
        for path in ["a", "b/c"] {
            fs::File::options()
                .write(true)
                .open(at(path))
                .and_then(|file| file.set_modified(old))
                .expect("set");
        }
        unpack(&[file("a", "1"), file("b/c", "2")], folder.path()).expect("unpacked");
        assert_eq!(time("a"), old);
        assert_ne!(time("b/c"), old);
        assert_eq!(fs::read_to_string(at("b/c")).expect("there"), "2");
        assert!(!at("d").exists());
    }
}
