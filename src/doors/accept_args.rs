//! `accept_args`: any arguments, and a call of Python's own `print`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::exit::HangGuard;
use crate::integer;

/// Greet `name` and show each further argument, with Python's own `print`.
///
/// The lines therefore go wherever `sys.stdout` goes: to a notebook, a capturing test or a redirected stream.
/// Each argument is printed by itself, as `str` gives it, positional ones first.
///
/// Args:
///     name (str): Whom to greet.
///     *args (object): Shown as `Got: value`.
///     **kwargs (object): Shown as `Got: key=value`, in the order given.
///
/// Raises:
///     TypeError: If `name` is missing, given twice, or not a `str`.
///
/// Examples:
///     >>> from sum_up_to import accept_args
///     >>> accept_args("Ada", 1, "two", three=3.0)
///     Hey Ada
///     Got: 1
///     Got: two
///     Got: three=3.0
#[pyfunction]
#[pyo3(signature = (name, *args, **kwargs))]
pub fn accept_args(
    name: &Bound<'_, PyAny>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    let py = name.py();
    let _hang_guard = HangGuard::new();
    if !name.is_instance_of::<PyString>() {
        return Err(integer::wrong_type(name, "name", "a string"));
    }
    // Looked up at each call, so that a replaced `print` is honoured. Strings are joined by Python and not by Rust,
    // because a Python `str` may hold lone surrogates, which Rust's cannot.
    let print = py.import("builtins")?.getattr("print")?;
    let show = |label: &str, value: &Bound<'_, PyAny>| -> PyResult<()> {
        print.call1((PyString::new(py, label).add(value.str()?)?,))?;
        Ok(())
    };
    show("Hey ", name)?;
    for value in args {
        show("Got: ", &value)?;
    }
    for (key, value) in kwargs.into_iter().flatten() {
        show("Got: ", &key.add("=")?.add(value.str()?)?)?;
    }
    Ok(())
}
