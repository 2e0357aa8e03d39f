//! `sum_of_code`: Python source compiled and run from Rust.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::doors::callable::callable;
use crate::doors::sum_of::sum_from;
use crate::exit::HangGuard;
use crate::integer::{self, wrong_type};
use crate::linecache;
use crate::total::Total;

/// Return f(1) + f(2) + … + f(n), with `f` defined by Python source.
///
/// The source is compiled once and run as a module of its own, which sees neither the caller's names nor the caller's
/// `from __future__` imports; then its `f` is summed as by `sum_of`. A traceback shows the lines of the source. Its file
/// name begins with `<sum_of_code`, and each source has another. `linecache` keeps a source that failed, until
/// `linecache.clearcache()`.
///
/// The source can do whatever Python can: trust it as you would trust it in `exec`.
///
/// Args:
///     source (str): What defines `f`, by `def`, by assignment or by an import.
///     n (SupportsIndex): The last integer.
///
/// Returns:
///     object: The sum.
///
/// Raises:
///     SyntaxError: If the source is not Python.
///     ValueError: If it does not define `f`.
///     TypeError: If `source` is not a string, `f` cannot be called, or `n` is not an integer.
///     OverflowError: If `n` is more than 2**63 - 1.
///     BaseException: What the source, `f` or `+` raises, unchanged.
///
/// Examples:
///     >>> from sum_up_to import sum_of_code
///     >>> sum_of_code("def f(i): return i * i", 10)
///     385
///     >>> sum_of_code("from math import isqrt as f", 100)
///     625
///     >>> sum_of_code("g = abs", 100)
///     Traceback (most recent call last):
///         ...
///     ValueError: `source` must define `f`
#[pyfunction]
pub fn sum_of_code<'py>(
    source: &Bound<'py, PyAny>,
    n: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let _hang_guard = HangGuard::new();
    let py = source.py();
    let source = source
        .cast::<PyString>()
        .map_err(|_| wrong_type(source, "source", "a string"))?;
    let n = integer::count(n, "n")?;
    // A name for each source, so that a traceback shows the lines of its own source.
    let file = format!("<sum_of_code {:016x}>", source.hash()?);
    let file = PyString::new(py, &file);
    linecache::keep(&file, source)?;
    let sum = run(source, &file, n)?;
    // Only an error needs the lines later.
    linecache::forget(&file)?;
    Ok(sum)
}

fn run<'py>(
    source: &Bound<'py, PyString>,
    file: &Bound<'py, PyString>,
    n: i64,
) -> PyResult<Bound<'py, PyAny>> {
    let py = source.py();
    let builtins = py.import("builtins")?;
    let options = PyDict::new(py);
    // Otherwise the caller's `from __future__` imports would hold in the source too.
    options.set_item("dont_inherit", true)?;
    let code = builtins.call_method("compile", (source, file, "exec"), Some(&options))?;
    let module = PyModule::new(py, "sum_of_code")?;
    let names = PyTuple::new(py, [code.as_any(), module.dict().as_any()])?;
    builtins.getattr("exec")?.call1(names)?;
    let f = module
        .dict()
        .get_item("f")?
        .ok_or_else(|| PyValueError::new_err("`source` must define `f`"))?;
    sum_from(Total::Word(0), &callable(&f)?, 1..=n, || Ok(()))
}
