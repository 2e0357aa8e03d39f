//! Folders that a stage makes anew.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Removes a folder with all that an earlier run left there; it need not be there.
pub fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot clear `{}`", folder.display()))?;
    }
    Ok(())
}
