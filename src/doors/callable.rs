//! Callables on their way in from Python: objects, or strings that say where to import them from.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::integer::wrong_type;

/// The callable that `f` is, or that it names as `module:attribute`.
///
/// The notation is that of entry points, which says where the module ends without trying:
/// <https://packaging.python.org/en/latest/specifications/entry-points/#data-model>
pub fn callable<'py>(f: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let f = match f.cast::<PyString>() {
        Ok(name) => import(name)?,
        Err(_) => f.clone(),
    };
    if f.is_callable() {
        Ok(f)
    } else {
        Err(wrong_type(&f, "f", "callable"))
    }
}

/// What `module:attribute` names; what the import and the look-up raise comes through.
fn import<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    let text = name.to_str()?;
    match text.split_once(':') {
        Some((module, path)) if !module.is_empty() && !path.is_empty() => {
            let module = name.py().import(module)?.into_any();
            path.split('.')
                .try_fold(module, |object, attribute| object.getattr(attribute))
        }
        _ => Err(PyValueError::new_err(format!(
            "`f` must be callable or written as `module:attribute`, not `{text}`"
        ))),
    }
}
