//! One JSON file for each kind of evidence. A file is written whole or not at all, so that a run never reads the
//! partial evidence of an interrupted one.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Advise;

/// Writes evidence whole or not at all.
pub fn write<T: Serialize>(path: &Path, evidence: &T) -> Result<()> {
    let folder = path.parent().context("evidence has a parent folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut text = serde_json::to_string_pretty(evidence)?;
    text.push('\n');
    let partial = path.with_extension("json.partial");
    fs::write(&partial, text).with_context(|| format!("cannot write `{}`", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Reads evidence. None if the stage has not run.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    serde_json::from_str(&text).map(Some).advise(
        format!("`{}` is not evidence of this pipeline", path.display()),
        "delete it and run the stage again",
    )
}
