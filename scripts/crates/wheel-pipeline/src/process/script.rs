//! Shell scripts that wrap a program, such as a linker.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A path as one word of a POSIX shell.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// Writes an executable file, unless it exists with the same text. A newer file would make cargo link again.
pub fn program(path: &Path, text: &str) -> Result<PathBuf> {
    let folder = path.parent().context("a program has a parent folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(path.to_owned())
}
