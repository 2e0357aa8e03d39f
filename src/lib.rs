//! `sum_up_to._native`, the Python face: which functions and classes there are, what they accept, and their docs.

mod add;
mod callable;
mod chunks;
mod embedded;
mod fastcall;
mod in_thread;
mod integer;
mod interrupt;
mod last_frame;
mod race;
mod sum_of;
mod sum_of_async;
mod sum_of_code;
mod threads;
mod total;
mod triangular;
mod visit;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple};

use crate::add::Add;
use crate::triangular::Integer;
use crate::visit::Visit;

/// The extension module behind `sum_up_to`: import that package, since this name may change.
// The module needs no GIL, since all state that threads share is synchronized without it. Objects and interned strings
// that are kept are written once, inside a `PyOnceLock`. The counters and flags of `visit` and `threads` are atomic. The
// lists of threads in `visit`, the runtime of `in_thread` and the state of a `sum_of_async` are behind a `Mutex`. Every
// class is frozen.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::{
        Add, accept_args, create_python_object, in_thread::in_thread, race::race, sum_as_string,
        sum_of::sum_of, sum_of_async::sum_of_async, sum_of_code::sum_of_code,
    };
    use pyo3::prelude::*;

    #[pymodule_init]
    fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::visit::prepare(module)?;
        super::fastcall::export(module, pyo3::wrap_pyfunction!(super::add_up_to, module)?)
    }
}

/// Return the exact sum 1 + 2 + … + n, which is 0 for n < 1.
///
/// The same as `sum(range(1, n + 1))`, but computed as n (n + 1) / 2, so that the time does not grow with the
/// limit: https://en.wikipedia.org/wiki/Triangular_number
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
fn add_up_to<'py>(n: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyInt>> {
    Add::new(n)?.up_to(n.py())
}

/// Return the exact sum of two integers as a decimal string.
///
/// The string holds every digit: Python's limit on such conversions (`sys.set_int_max_str_digits`, at first 4300) does
/// not apply, since it would make a valid sum fail by its length. What the limit guards against is still there: the time
/// grows faster than the number of digits, here about as digits ** 1.5 (a million digits take a quarter of a second).
/// Whoever takes the integers from strangers should bound them first.
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
fn sum_as_string(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = a.py();
    let a = integer::value_of(&integer::exact(a, "a")?)?;
    let b = integer::value_of(&integer::exact(b, "b")?)?;
    let visit = Visit::begin(py)?;
    Ok(match (a, b) {
        (Integer::Word(a), Integer::Word(b)) => triangular::words_in_decimal(a, b),
        (a, b) => visit.detach(py, || triangular::large_in_decimal(a.into(), b.into())),
    })
}

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
fn accept_args(
    name: &Bound<'_, PyAny>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    let py = name.py();
    let _visit = Visit::begin(py)?;
    if !name.is_instance_of::<PyString>() {
        return Err(integer::wrong_type(name, "name", "a string"));
    }
    // Looked up at each call, so that a replaced `print` is honoured. Strings are joined by Python and not by Rust,
    // because a Python `str` may hold lone surrogates, which Rust's cannot.
    let print = py.import("builtins")?.getattr("print")?;
    let show = |label: &str, value: &Bound<'_, PyAny>| -> PyResult<()> {
        last_frame::call1(&print, PyString::new(py, label).add(value.str()?)?)?;
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
fn create_python_object(py: Python<'_>) -> PyResult<String> {
    // A namespace of its own: without one the expression would see, and could be changed by, the names of `__main__`.
    let namespace = PyDict::new(py);
    py.eval(c"'Hello from {}!'.format('Python')", Some(&namespace), None)?
        .extract()
}
