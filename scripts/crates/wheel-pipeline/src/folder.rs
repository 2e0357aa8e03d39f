//! Folders that a stage makes anew.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Removes a folder and its content. A missing folder is no error.
pub fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot clear `{}`", folder.display()))?;
    }
    Ok(())
}
