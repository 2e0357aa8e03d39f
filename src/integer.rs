//! Integers on their way in from Python: whatever `operator.index` accepts becomes an exact `int`, and then a Rust number.

use std::hint::black_box;

use pyo3::exceptions::{PyMemoryError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyInt;

use crate::exit::HangGuard;
use crate::fastcall;
use crate::triangular::Integer;

/// Bytes of working memory for each bit of an integer. Measured at the peak: 1.2 for `add_up_to`, 2.4 for `sum_as_string`.
const BYTES_PER_BIT: usize = 3;

/// Integers up to this many bits are too small for memory to run out over them.
const SMALL_BITS: usize = 1 << 20;

/// `operator.index`, kept because the look-up costs more than the call.
static INDEX: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The plain `int` that `value` stands for, by the rules of `operator.index`.
///
/// An instance of a subclass of `int` goes through `operator.index` too, since it may override the methods that
/// pyo3's conversions call; what comes back is never a subclass (Python 3.10 and later promise so).
pub fn exact<'py>(value: &Bound<'py, PyAny>, argument: &str) -> PyResult<Bound<'py, PyInt>> {
    if let Ok(int) = value.cast_exact::<PyInt>() {
        return Ok(int.clone());
    }
    let py = value.py();
    // `__index__` may be Python code.
    let _hang_guard = HangGuard::new();
    let index = INDEX.import(py, "operator", "index")?;
    match index.call1((value,)) {
        Ok(int) => Ok(int.cast_into()?),
        // What `__index__` itself raises is the caller's to see.
        Err(error) if value.get_type().hasattr(intern!(py, "__index__"))? => Err(error),
        Err(_) => Err(wrong_type(value, argument, "an integer")),
    }
}

/// The `TypeError` for a `value` that should have been `expected`.
pub fn wrong_type(value: &Bound<'_, PyAny>, argument: &str, expected: &str) -> PyErr {
    match value.get_type().fully_qualified_name() {
        Ok(given) => {
            PyTypeError::new_err(format!("`{argument}` must be {expected}, not `{given}`"))
        }
        Err(error) => error,
    }
}

/// The number of bits of an `int` without its sign.
pub fn bits(int: &Bound<'_, PyInt>) -> PyResult<usize> {
    int.call_method0(intern!(int.py(), "bit_length"))?.extract()
}

/// The value of an `int`.
///
/// Rust ends the process when memory runs out, where Python raises `MemoryError`. So the memory that the work on a
/// very large integer takes is asked for, and given back, before the work starts.
pub fn value_of(int: &Bound<'_, PyInt>) -> PyResult<Integer> {
    if let Some(word) = fastcall::word(int) {
        return Ok(Integer::Word(word));
    }
    let bits = bits(int)?;
    if bits > SMALL_BITS {
        let mut memory = Vec::<u8>::new();
        memory
            .try_reserve_exact(bits.saturating_mul(BYTES_PER_BIT))
            .map_err(|_| PyMemoryError::new_err(()))?;
        // The optimiser may drop an allocation that nobody looks at.
        black_box(&memory);
    }
    Ok(Integer::Large(int.extract()?))
}

/// The number of calls to make that `value` stands for; 0 if it is negative.
pub fn count(value: &Bound<'_, PyAny>, argument: &str) -> PyResult<i64> {
    let int = exact(value, argument)?;
    if let Ok(count) = int.extract::<i64>() {
        return Ok(count.max(0));
    }
    if int.lt(0)? {
        return Ok(0);
    }
    let largest = i64::MAX;
    Err(PyOverflowError::new_err(format!(
        "`{argument}` must be at most {largest}"
    )))
}

/// The number of things to have at a time that `value` stands for, at least 1.
pub fn positive(value: &Bound<'_, PyAny>, argument: &str) -> PyResult<i64> {
    match count(value, argument)? {
        0 => Err(PyValueError::new_err(format!(
            "`{argument}` must be at least 1"
        ))),
        count => Ok(count),
    }
}
