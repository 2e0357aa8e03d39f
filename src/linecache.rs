//! The lines that a traceback shows of source that is in no file.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// Gives the lines of a source to Python's `linecache`, under the name that its code objects have.
pub fn keep(file: &Bound<'_, PyString>, source: &Bound<'_, PyString>) -> PyResult<()> {
    let py = source.py();
    let lines = source.call_method1("splitlines", (true,))?;
    // Without a time of change. It would make `linecache` look for the file.
    let entry = (source.len()?, py.None(), lines, file);
    py.import("linecache")?
        .getattr("cache")?
        .set_item(file, entry)
}

/// Takes the lines of a source out of `linecache`.
pub fn forget(file: &Bound<'_, PyString>) -> PyResult<()> {
    let cache = file.py().import("linecache")?.getattr("cache")?;
    cache.call_method1("pop", (file, file.py().None()))?;
    Ok(())
}
