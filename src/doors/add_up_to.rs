//! `add_up_to`: a function.

use pyo3::prelude::*;
use pyo3::types::PyInt;

use crate::add::Add;

/// Return the exact sum 1 + 2 + … + n, which is 0 for n < 1.
///
/// The same as `sum(range(1, n + 1))`, but computed as n (n + 1) / 2, so that the time does not grow with the
/// limit: https://en.wikipedia.org/wiki/Triangular_number
///
/// Arithmetic in 32 bits would wrap, and make 1784293664 of the sum to a million.
///
/// Args:
///     n (SupportsIndex): The limit: an `int` of any size, or any object that `operator.index` accepts.
///
/// Returns:
///     int: The sum, never wrapped and never rounded.
///
/// Raises:
///     TypeError: If `n` is not an integer, for example a `float`, even one without a fraction.
///     MemoryError: If the result of an astronomically large limit does not fit in memory.
///
/// Examples:
///     >>> from sum_up_to import add_up_to
///     >>> add_up_to(1_000_000)
///     500000500000
///     >>> add_up_to(10**20)
///     5000000000000000000050000000000000000000
///     >>> add_up_to(-1)
///     0
///     >>> add_up_to("5")
///     Traceback (most recent call last):
///         ...
///     TypeError: `n` must be an integer, not `str`
#[pyfunction]
pub fn add_up_to<'py>(n: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyInt>> {
    Add::new(n)?.up_to(n.py())
}
