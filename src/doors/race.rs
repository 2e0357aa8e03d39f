//! `race`: a Python module embedded in the extension, imported by Rust, and run against Rust.

use std::time::Instant;

use pyo3::exceptions::PyArithmeticError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::add::Add;
use crate::embedded;
use crate::exit::HangGuard;
use crate::integer;

/// Return how long Rust and a Python loop take for the sum 1 + 2 + … + n.
///
/// The loop is a Python module that is compiled into the extension. Both are run once, and have to agree. Rust takes the
/// closed form, so its time does not grow with n, while that of the loop does.
///
/// Args:
///     n (SupportsIndex): The limit, as for `add_up_to`. `Ctrl-C` ends a loop that takes too long.
///
/// Returns:
///     dict[str, float]: Seconds, under the keys `rust` and `python`.
///
/// Raises:
///     TypeError: If `n` is not an integer.
///     ArithmeticError: If the two sums differ, which would be a bug.
///
/// Examples:
///     >>> from sum_up_to import race
///     >>> seconds = race(100_000)
///     >>> seconds["rust"] < seconds["python"]
///     True
#[pyfunction]
pub fn race<'py>(n: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let _hang_guard = HangGuard::new();
    let py = n.py();
    let n = integer::exact(n, "n")?;
    let up_to = embedded::PYTHON_LOOP.get(py, "up_to")?;

    let start = Instant::now();
    let in_rust = Add::new(&n)?.up_to(py)?;
    let rust = start.elapsed();

    let start = Instant::now();
    let in_python = up_to.call1((&n,))?;
    let python = start.elapsed();

    if !in_python.eq(in_rust)? {
        return Err(PyArithmeticError::new_err(format!(
            "Rust and Python disagree about {}",
            n.repr()?
        )));
    }
    let seconds = PyDict::new(py);
    seconds.set_item("rust", rust.as_secs_f64())?;
    seconds.set_item("python", python.as_secs_f64())?;
    Ok(seconds)
}
