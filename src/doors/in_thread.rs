//! `in_thread`: Python objects over tokio's blocking threads.
//!
//! A thread counts as under way until it has let go of the interpreter for good, and at exit all are waited for before
//! the interpreter finalizes. The bindings between tokio and asyncio that exist let a thread wake the loop and go on,
//! which at exit may be too late.

use std::mem;
use std::process;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use tokio::runtime::{Builder, Runtime};

use crate::doors::callable::callable;
use crate::doors::threads::STACK;
use crate::embedded;
use crate::exit::last_frame;
use crate::exit::{self, Errand, Visit};

/// The runtime, and the process that made it: threads do not survive a fork. Locked by attached threads alone, and
/// never while Python is called, so that no fork inherits it locked.
static RUNTIME: Mutex<Option<(u32, Runtime)>> = Mutex::new(None);

/// Return an awaitable of f(*args, **kwargs), called in a thread of its own.
///
/// The event loop goes on meanwhile, as with `asyncio.to_thread`; but the thread is one of tokio's. Context variables reach
/// `f`, and nothing starts before it is awaited. When the awaiting task is cancelled, the call goes on and its result is
/// dropped. A call still under way when the process is about to end is waited for, as `concurrent.futures` does;
/// `Ctrl-C` ends that wait.
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
    let py = f.py();
    let _visit = Visit::begin(py)?;
    let call = Call {
        f: callable(f)?.unbind(),
        args: args.clone().unbind(),
        kwargs: kwargs.map(|kwargs| kwargs.clone().unbind()),
    };
    let coroutine = embedded::IN_THREAD.get(py, "in_thread")?;
    last_frame::call1(&coroutine, call)
}

/// A call that is to be made.
#[pyclass(frozen)]
struct Call {
    f: Py<PyAny>,
    args: Py<PyTuple>,
    kwargs: Option<Py<PyDict>>,
}

#[pymethods]
impl Call {
    /// Starts it in a thread; what comes of it becomes the result of the future, in the loop's own thread.
    fn start(
        &self,
        py: Python<'_>,
        call_soon_threadsafe: Py<PyAny>,
        future: Py<PyAny>,
    ) -> PyResult<()> {
        let _visit = Visit::begin(py)?;
        let f = std::iter::once(self.f.bind(py).clone());
        let arguments: Vec<_> = f.chain(self.args.bind(py).iter()).collect();
        let arguments = PyTuple::new(py, arguments)?.unbind();
        let kwargs = self.kwargs.as_ref().map(|kwargs| kwargs.clone_ref(py));
        let contextvars = py.import("contextvars")?;
        let context = last_frame::method(&contextvars, intern!(py, "copy_context"), ())?.unbind();
        let errand = Errand::begin()?;
        spawn(move || {
            // Counted until after the interpreter is let go of.
            let _errand = errand;
            // If it is too late, nobody waits any more: the wait at exit was interrupted.
            let _attached = exit::attach(|py| {
                let outcome = Visit::begin(py).and_then(|_visit| {
                    let run = context.bind(py).getattr(intern!(py, "run"))?;
                    last_frame::call(
                        &run,
                        arguments.bind(py),
                        kwargs.as_ref().map(|kwargs| kwargs.bind(py)),
                    )
                });
                let outcome = match outcome {
                    Ok(value) => (Some(value), None),
                    Err(error) => (None, Some(error)),
                };
                // Fails if the loop is closed: then nobody waits.
                let _ = deliver(py).and_then(|deliver| {
                    let arguments = (deliver, &future, outcome).into_pyobject(py)?;
                    last_frame::call(call_soon_threadsafe.bind(py), &arguments, None)
                });
                // While attached, rather than put off until somebody is.
                drop((context, arguments, kwargs, call_soon_threadsafe, future));
            });
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.f)?;
        visit.call(&self.args)?;
        visit.call(&self.kwargs)
    }
}

/// Runs it in one of tokio's blocking threads.
fn spawn(run: impl FnOnce() + Send + 'static) -> PyResult<()> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    let process = process::id();
    if !matches!(&*runtime, Some((owner, _)) if *owner == process) {
        let new = Builder::new_current_thread()
            .thread_name("in_thread")
            .thread_stack_size(STACK)
            .build()
            .map_err(PyOSError::new_err)?;
        // Dropping a runtime waits for its threads, which are those of the process before the fork.
        mem::forget(runtime.replace((process, new)));
    }
    match &*runtime {
        Some((_, runtime)) => {
            drop(runtime.spawn_blocking(run));
            Ok(())
        }
        None => Err(PyRuntimeError::new_err("there is no runtime")),
    }
}

/// The function that sets a future's result unless it was cancelled, and that the loop calls.
fn deliver(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static DELIVER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    DELIVER
        .get_or_try_init(py, || {
            let module = PyModule::new(py, "sum_up_to._in_thread")?;
            Ok(wrap_pyfunction!(set_result, &module)?.into_any().unbind())
        })
        .map(|deliver| deliver.bind(py))
}

#[pyfunction]
fn set_result(future: &Bound<'_, PyAny>, outcome: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = future.py();
    let _visit = Visit::begin(py)?;
    if !last_frame::method(future, intern!(py, "done"), ())?.is_truthy()? {
        last_frame::method(future, intern!(py, "set_result"), (outcome,))?;
    }
    Ok(())
}
