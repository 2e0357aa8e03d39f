//! The lock of a run. Two runs in one project would mix their files.

use std::fs::{File, TryLockError};

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::folder::make_output;
use crate::project::Project;

/// Excludes other runs from a project's `dist/` and `target/pipeline/` until it is dropped.
#[derive(Debug)]
pub struct RunLock {
    /// The locked file. Closing it releases the lock.
    _file: File,
}

impl RunLock {
    /// Takes the lock. An error if another run has it.
    pub fn take(project: &Project) -> Result<Self> {
        let work = project.work();
        make_output(&work)?;
        let path = work.join("lock");
        let file =
            File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::unknown(format!(
                "another run of the pipeline has locked `{}`",
                project.root.display()
            ))
            .hint("wait until it ends")
            .into()),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock `{}`", path.display()))
            }
        }
    }
}
