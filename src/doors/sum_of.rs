//! `sum_of`: Python objects run from Rust, in the caller's thread or in several.

use std::ops::RangeInclusive;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::argument::Argument;
use crate::chunks;
use crate::doors::callable::callable;
use crate::doors::threads;
use crate::exit::HangGuard;
use crate::fastcall::Values;
use crate::integer;
use crate::total::Total;

/// After so many calls signals are handled, which a callable written in C never does itself.
const CALLS_BETWEEN_SIGNALS: u8 = 16;

/// After so many calls the interpreter is offered to other threads, for the same reason.
const CALLS_IN_A_ROW: u8 = 128;

/// Return f(1) + f(2) + … + f(n), which is 0 for n < 1.
///
/// The values are added in this order with Python's `+`, beginning with 0, so they may be of any type that can be added
/// to 0: `int`, `float`, `Fraction`, `Decimal`, NumPy's scalars and arrays, and others. With floats the result may
/// differ in its last digits from that of `sum`, which since Python 3.12 compensates for what each `+` rounds off.
///
/// With `threads` above 1 the integers from 1 to n are cut into that many contiguous chunks. Each is summed by a thread of
/// its own, in a copy of the caller's context (`contextvars`), and the sums of the chunks are then added in order. So
/// types whose `+` is exact give the same result with any number of threads. Where `+` rounds, as with floats, the last
/// digits may depend on the number of threads, but are the same at each run. Threads make Python code faster where it
/// waits, or leaves the interpreter to others as NumPy does, and everywhere on free-threaded Python.
///
/// The threads are those of `threading`, and so visible to profilers. `Ctrl-C` ends the sum, with threads as soon as the
/// calls under way have returned. A second `Ctrl-C` does not wait for those.
///
/// Args:
///     f (Callable[[int], object] | str): What is called with each integer, or a string `module:attribute` that says
///         where to import it from. The attribute may be dotted.
///     n (SupportsIndex): The last integer.
///     threads (SupportsIndex): The number of chunks that are summed at the same time.
///
/// Returns:
///     object: The sum.
///
/// Raises:
///     BaseException: What `f`, `+` or the import raises, unchanged. With threads it is the first in order of i: chunks
///         after it stop early, those before it are summed to the end, since they may hold an earlier one.
///     TypeError: If `f` cannot be called, or `n` or `threads` is not an integer.
///     ValueError: If the string is not of that form, or `threads` is less than 1.
///     OverflowError: If `n` is more than 2**63 - 1.
///     RuntimeError: If the system has fewer threads to give. Nothing is called any more then.
///
/// Examples:
///     >>> from sum_up_to import sum_of
///     >>> sum_of(lambda i: i * i, 10)
///     385
///     >>> from fractions import Fraction
///     >>> sum_of(lambda i: Fraction(1, i), 10, threads=4)
///     Fraction(7381, 2520)
///     >>> sum_of("math:isqrt", 100)
///     625
///     >>> sum_of("math:no_such_function", 100)
///     Traceback (most recent call last):
///         ...
///     AttributeError: module 'math' has no attribute 'no_such_function'
#[pyfunction]
#[pyo3(signature = (f, n, *, threads = Argument::Missing), text_signature = "(f, n, *, threads=1)")]
pub fn sum_of<'py>(
    f: &Bound<'py, PyAny>,
    n: &Bound<'py, PyAny>,
    threads: Argument<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let _hang_guard = HangGuard::new();
    let f = callable(f)?;
    let n = integer::count(n, "n")?;
    let threads = threads
        .given()
        .map_or(Ok(1), |threads| integer::positive(&threads, "threads"))?;
    if threads.min(n) > 1 {
        threads::sum(&f, chunks::split(n, threads))
    } else {
        sum_from(Total::Word(0), &f, 1..=n, || Ok(()))
    }
}

/// Adds f(i) to `total` for each i in order, asking before each call whether to go on.
pub fn sum_from<'py>(
    mut total: Total<'py>,
    f: &Bound<'py, PyAny>,
    range: RangeInclusive<i64>,
    go_on: impl Fn() -> PyResult<()>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let values = values(f, &range)?;
    let mut calls = 0_u8;
    for _ in range {
        go_on()?;
        calls += 1;
        if calls % CALLS_BETWEEN_SIGNALS == 0 {
            py.check_signals()?;
        }
        if calls == CALLS_IN_A_ROW {
            calls = 0;
            py.detach(|| ());
        }
        total.add(&values.next()?)?;
    }
    Ok(total.into_object(py))
}

/// The values of `f` over the range.
///
/// They come from Python's own `map`, since the stable ABI lets an extension call without a tuple of arguments only from
/// 3.12 on, while `map` does it everywhere.
fn values<'py>(f: &Bound<'py, PyAny>, range: &RangeInclusive<i64>) -> PyResult<Values<'py>> {
    static MAP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static RANGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = f.py();
    let end = i128::from(*range.end()) + 1;
    let integers = RANGE
        .import(py, "builtins", "range")?
        .call1((*range.start(), end))?;
    Values::of(MAP.import(py, "builtins", "map")?.call1((f, integers))?)
}
