//! `in_thread`: Python objects that go to a thread of Rust, and come back.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::asyncio::{self, Delivery};
use crate::doors::callable::callable;
use crate::exit::{self, HangGuard};

/// Return an awaitable of f(*args, **kwargs), called in a thread of its own.
///
/// The event loop goes on meanwhile, as with `asyncio.to_thread`; but the thread is one of Rust's. Each call has a new
/// thread, and there is no limit to their number: bound it with an `asyncio.Semaphore`. Context variables reach `f`, and
/// nothing starts before it is awaited. When the awaiting task is cancelled, the call goes on and its result is dropped. A
/// call still under way when the process is about to end is waited for, as `concurrent.futures` does; `Ctrl-C` ends that
/// wait.
///
/// Args:
///     f (Callable[..., object] | str): What is called, or a string `module:attribute` that says where to import it from.
///     *args (object): Passed on.
///     **kwargs (object): Passed on.
///
/// Returns:
///     Coroutine[Any, Any, object]: What returns the call's result when it is awaited, or raises its exception unchanged.
///
/// Raises:
///     TypeError: If `f` cannot be called.
///     ValueError: If the string is not of that form.
///     RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.
///
/// Examples:
///     >>> import asyncio
///     >>> from sum_up_to import in_thread
///     >>> asyncio.run(in_thread(pow, 2, 10, mod=1000))
///     24
#[pyfunction]
#[pyo3(signature = (f, /, *args, **kwargs))]
pub fn in_thread<'py>(
    f: &Bound<'py, PyAny>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let _hang_guard = HangGuard::new();
    let call = Call {
        f: callable(f)?.unbind(),
        args: args.clone().unbind(),
        kwargs: kwargs.map(|kwargs| kwargs.clone().unbind()),
    };
    asyncio::coroutine(&Bound::new(f.py(), call)?, "in_thread")
}

/// A call that is to be made.
#[pyclass(frozen, module = "sum_up_to._native")]
struct Call {
    f: Py<PyAny>,
    args: Py<PyTuple>,
    kwargs: Option<Py<PyDict>>,
}

#[pymethods]
impl Call {
    /// Starts the thread, which makes the call and delivers what comes of it.
    fn start(slf: &Bound<'_, Self>, event_loop: Py<PyAny>, deliver: Py<PyAny>) -> PyResult<()> {
        let py = slf.py();
        let delivery = Delivery {
            event_loop,
            deliver,
        };
        let context = asyncio::copy_context(py)?.unbind();
        let call = slf.clone().unbind();
        exit::start_thread("in_thread", move || {
            exit::attach(|py| {
                let outcome = call.get().run(context.bind(py));
                delivery.make(py, outcome);
                // While attached, rather than put off until somebody is.
                drop((call, context, delivery));
            });
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.f)?;
        visit.call(&self.args)?;
        visit.call(&self.kwargs)
    }
}

impl Call {
    /// Makes the call in a context.
    fn run<'py>(&self, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = context.py();
        let f = std::iter::once(self.f.bind(py).clone());
        let arguments: Vec<_> = f.chain(self.args.bind(py).iter()).collect();
        let kwargs = self.kwargs.as_ref().map(|kwargs| kwargs.bind(py));
        context.call_method(intern!(py, "run"), PyTuple::new(py, arguments)?, kwargs)
    }
}
