//! `sum_of_async`: asyncio tasks that take their work from Rust.
//!
//! Everything here runs in the event loop's own thread.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::argument::Argument;
use crate::doors::callable::callable;
use crate::exit::HangGuard;
use crate::ordered_sum::OrderedSum;
use crate::{embedded, integer};

/// Return an awaitable of f(1) + f(2) + … + f(n), for an `f` that returns awaitables, as every `async def` does.
///
/// Up to `limit` asyncio tasks await them, each one after the other. The results are added in the order of i, whichever
/// comes first, with Python's `+`, beginning with 0. A result that comes before that of a smaller i is kept until then, so
/// a slow first one makes all others wait in memory.
///
/// Cancelling it cancels the tasks, and an exception in one of them cancels the others and is then raised unchanged, also
/// if a cancellation follows. In either case all tasks have ended before the caller goes on. Context variables reach `f`;
/// what `f` sets, the caller does not see, and later calls of the same task do. It runs on any event loop that asyncio can
/// run, and nothing starts before it is awaited.
///
/// Args:
///     f (Callable[[int], Awaitable[object]] | str): What is called with each integer, or a string `module:attribute`.
///     n (SupportsIndex): The last integer.
///     limit (SupportsIndex): How many awaitables are under way at the same time.
///
/// Returns:
///     Coroutine[Any, Any, object]: What returns the sum when it is awaited.
///
/// Raises:
///     TypeError: If `f` cannot be called, or `n` or `limit` is not an integer.
///     ValueError: If the string is not of that form, or `limit` is less than 1.
///     OverflowError: If `n` is more than 2**63 - 1.
///
/// Examples:
///     >>> import asyncio
///     >>> from sum_up_to import sum_of_async
///     >>> async def square(i):
///     ...     await asyncio.sleep(0)
///     ...     return i * i
///     >>> asyncio.run(sum_of_async(square, 10, limit=3))
///     385
#[pyfunction]
#[pyo3(signature = (f, n, *, limit = Argument::Missing), text_signature = "(f, n, *, limit=100)")]
pub fn sum_of_async<'py>(
    f: &Bound<'py, PyAny>,
    n: &Bound<'py, PyAny>,
    limit: Argument<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let _hang_guard = HangGuard::new();
    let py = f.py();
    let limit = limit
        .given()
        .map_or(Ok(100), |limit| integer::positive(&limit, "limit"))?;
    let f = callable(f)?;
    let n = integer::count(n, "n")?;
    let coroutine = embedded::SUM_OF_ASYNC.get(py, "sum_of_async")?;
    coroutine.call1((f, Integers(OrderedSum::new(n)), limit.min(n)))
}

/// An iterator over the integers, which adds what tasks make of them.
#[pyclass(frozen, module = "sum_up_to._native")]
struct Integers(OrderedSum);

#[pymethods]
impl Integers {
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __next__(&self) -> Option<i64> {
        self.0.give()
    }

    fn add(&self, py: Python<'_>, i: i64, value: Py<PyAny>) -> PyResult<()> {
        let _hang_guard = HangGuard::new();
        self.0.add(py, i, value)
    }

    fn stop(&self) {
        self.0.stop();
    }

    fn total(&self, py: Python<'_>) -> Py<PyAny> {
        self.0.total(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.traverse(&visit)
    }

    fn __clear__(&self) {
        self.0.clear();
    }
}
