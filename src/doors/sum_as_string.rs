//! `sum_as_string`: Rust computes while other threads run Python.

use pyo3::prelude::*;

use crate::exit::HangGuard;
use crate::integer;
use crate::triangular::{self, Integer};

/// Return the exact sum of two integers as a decimal string.
///
/// The string holds every digit: Python's limit on such conversions (`sys.set_int_max_str_digits`, at first 4300) does
/// not apply, since it would make a valid sum fail by its length. What the limit guards against is still there: the time
/// grows faster than the number of digits, here about as digits ** 1.5 (a million digits take a quarter of a second).
/// Whoever takes the integers from strangers should bound them first: `Ctrl-C` is heard when the digits are there.
///
/// Args:
///     a (SupportsIndex): An `int` of any size, or any object that `operator.index` accepts.
///     b (SupportsIndex): The same.
///
/// Returns:
///     str: The digits of `a + b`, with a leading `-` if it is negative.
///
/// Raises:
///     TypeError: If `a` or `b` is not an integer.
///     MemoryError: If the digits do not fit in memory.
///
/// Examples:
///     >>> from sum_up_to import sum_as_string
///     >>> sum_as_string(2, 3)
///     '5'
///     >>> sum_as_string(-(10**20), 1)
///     '-99999999999999999999'
///     >>> len(sum_as_string(10**5000, 0))
///     5001
#[pyfunction]
pub fn sum_as_string(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<String> {
    let _hang_guard = HangGuard::new();
    let py = a.py();
    let a = integer::value_of(&integer::exact(a, "a")?)?;
    let b = integer::value_of(&integer::exact(b, "b")?)?;
    Ok(match (a, b) {
        (Integer::Word(a), Integer::Word(b)) => triangular::words_in_decimal(a, b),
        (a, b) => py.detach(|| triangular::large_in_decimal(a.into(), b.into())),
    })
}
