//! `create_python_object`: a Python expression.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Evaluate a Python expression from Rust and return its value.
///
/// Returns:
///     str: A greeting that Python made, and that Rust owned in between.
///
/// Examples:
///     >>> from sum_up_to import create_python_object
///     >>> create_python_object()
///     'Hello from Python!'
#[pyfunction]
pub fn create_python_object(py: Python<'_>) -> PyResult<String> {
    // A namespace of its own: without one the expression would see, and could be changed by, the names of `__main__`.
    let namespace = PyDict::new(py);
    py.eval(c"'Hello from {}!'.format('Python')", Some(&namespace), None)?
        .extract()
}
