//! One JSON file for each kind of evidence. A file is written whole or not at all, so that a run never reads the
//! partial evidence of an interrupted one.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Advise, Failure};

/// The most bytes of evidence that are read. The evidence of 100 wheels on ten Pythons each is below 1 MB.
const LIMIT: u64 = 64 << 20;

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
    let text = match bounded(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    if text.len() as u64 > LIMIT {
        let what = format!("`{}` is larger than {LIMIT} bytes", path.display());
        return Err(Failure::unknown(what).hint("delete it and run the stage again").into());
    }
    serde_json::from_str(&text).map(Some).advise(
        format!("`{}` is not evidence of this pipeline", path.display()),
        "delete it and run the stage again",
    )
}

/// The text of a file, and no more of it than one byte above the limit.
fn bounded(path: &Path) -> std::io::Result<String> {
    // Opening a named pipe would wait for a writer forever.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LIMIT + 1).read_to_string(&mut text)?;
    Ok(text)
}
