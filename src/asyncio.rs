//! The two ways between asyncio and Rust: a Python coroutine for work of Rust, and a Rust future for a Python awaitable.
//!
//! `docs/doors.md` says why this is not one of the crates that do the same.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyClass, intern};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::embedded;
use crate::exit::{self, HangGuard};

/// A coroutine of this name. Awaited, it calls `work.start(loop, deliver)`, and then `cancel()` of what that returns if it
/// is cancelled.
pub fn coroutine<'py, T: PyClass>(work: &Bound<'py, T>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = work.py();
    let coroutine = embedded::AWAITABLE.get(py, "awaitable")?.call1((work,))?;
    coroutine.setattr(intern!(py, "__name__"), name)?;
    coroutine.setattr(intern!(py, "__qualname__"), name)?;
    Ok(coroutine)
}

/// A copy of the current context, as `contextvars` means it.
pub fn copy_context(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import(intern!(py, "contextvars"))?
        .call_method0(intern!(py, "copy_context"))
}

/// The way back to a coroutine that waits in an event loop.
pub struct Delivery {
    pub event_loop: Py<PyAny>,
    /// The function that ends the wait. It is for the loop's own thread.
    pub deliver: Py<PyAny>,
}

impl Delivery {
    /// Delivers a value or an exception, from any thread.
    pub fn make(self, py: Python<'_>, outcome: PyResult<Bound<'_, PyAny>>) {
        let outcome = match outcome {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error)),
        };
        call_soon(self.event_loop.bind(py), (self.deliver, outcome), None);
    }
}

/// Lets the thread of an event loop call a function soon. Nobody waits for a loop that is closed.
fn call_soon<'py>(
    event_loop: &Bound<'py, PyAny>,
    call: impl pyo3::call::PyCallArgs<'py>,
    context: Option<&Py<PyAny>>,
) {
    let py = event_loop.py();
    let options = PyDict::new(py);
    let scheduled = context
        .map_or(Ok(()), |context| {
            options.set_item(intern!(py, "context"), context)
        })
        .and_then(|()| {
            event_loop.call_method(intern!(py, "call_soon_threadsafe"), call, Some(&options))
        });
    if let Err(error) = scheduled {
        let is_closed = event_loop
            .call_method0(intern!(py, "is_closed"))
            .and_then(|is_closed| is_closed.is_truthy());
        if !matches!(is_closed, Ok(true)) {
            error.write_unraisable(py, Some(event_loop));
        }
    }
}

/// Attaches a thread of tokio to the interpreter for `run`. Fails if it is too late.
pub fn attach<T>(run: impl FnOnce(Python<'_>) -> PyResult<T>) -> PyResult<T> {
    exit::attach(run).unwrap_or_else(|| Err(PyRuntimeError::new_err("the interpreter has ended")))
}

/// Runs a future on tokio, and delivers what comes of it. The future gets the caller, for awaitables of its own.
pub fn spawn<'py, F>(
    py: Python<'py>,
    tokio: &Handle,
    delivery: Delivery,
    future: impl FnOnce(Arc<Caller>) -> F,
) -> PyResult<Bound<'py, Running>>
where
    F: Future<Output = PyResult<Py<PyAny>>> + Send + 'static,
{
    let caller = Caller {
        event_loop: delivery.event_loop.clone_ref(py),
        context: copy_context(py)?.unbind(),
    };
    let task = tokio.spawn(future(Arc::new(caller)));
    let running = Running(task.abort_handle());
    tokio.spawn(async move {
        let outcome = match task.await {
            Ok(outcome) => outcome,
            // Who cancelled it does not wait any more.
            Err(error) if error.is_cancelled() => return,
            Err(error) => Err(PanicException::new_err(error.to_string())),
        };
        exit::attach(|py| delivery.make(py, outcome.map(|value| value.into_bound(py))));
    });
    Bound::new(py, running)
}

/// A task of tokio, for the coroutine that awaits it.
#[pyclass(frozen, module = "sum_up_to._native")]
pub struct Running(AbortHandle);

#[pymethods]
impl Running {
    /// Drops the future of the task, in tokio's thread.
    fn cancel(&self) {
        self.0.abort();
    }
}

/// The event loop and the context of the coroutine for which Rust works.
pub struct Caller {
    event_loop: Py<PyAny>,
    context: Py<PyAny>,
}

impl Caller {
    /// What comes of the awaitable f(i). The event loop awaits it; dropping this future cancels it.
    pub async fn call(&self, f: &Py<PyAny>, i: i64) -> PyResult<Py<PyAny>> {
        let (sender, receiver) = oneshot::channel();
        let call = attach(|py| {
            let state = Mutex::new(State {
                sender: Some(sender),
                task: None,
            });
            let call = Py::new(
                py,
                Call {
                    f: f.clone_ref(py),
                    i,
                    state,
                },
            )?;
            let begin = call.getattr(py, intern!(py, "begin"))?;
            call_soon(self.event_loop.bind(py), (begin,), Some(&self.context));
            Ok(call)
        })?;
        let mut on_drop = Cancel {
            caller: self,
            call: Some(call),
        };
        let outcome = receiver.await;
        on_drop.call = None;
        // Without an answer, if the loop was closed before the call began.
        outcome.unwrap_or_else(|_| Err(PyRuntimeError::new_err("the event loop was closed")))
    }
}

/// Cancels a call when it is dropped, unless the call has ended.
struct Cancel<'a> {
    caller: &'a Caller,
    call: Option<Py<Call>>,
}

impl Drop for Cancel<'_> {
    fn drop(&mut self) {
        let Some(call) = self.call.take() else { return };
        exit::attach(|py| match call.getattr(py, intern!(py, "cancel")) {
            Ok(cancel) => call_soon(self.caller.event_loop.bind(py), (cancel,), None),
            Err(error) => error.write_unraisable(py, Some(call.bind(py))),
        });
    }
}

/// A call of an `async def`, made and awaited in the event loop's own thread.
#[pyclass(frozen, module = "sum_up_to._native")]
struct Call {
    f: Py<PyAny>,
    i: i64,
    state: Mutex<State>,
}

struct State {
    /// None once the outcome was sent, or the call was cancelled.
    sender: Option<oneshot::Sender<PyResult<Py<PyAny>>>>,
    /// The asyncio task, once the call has begun.
    task: Option<Py<PyAny>>,
}

#[pymethods]
impl Call {
    fn begin(slf: &Bound<'_, Self>) {
        let _hang_guard = HangGuard::new();
        let call = slf.get();
        if call.with(|state| state.sender.is_none()) {
            return;
        }
        match Self::create_task(slf) {
            Ok(task) => call.with(|state| state.task = Some(task)),
            Err(error) => call.send(Err(error)),
        }
    }

    /// What the asyncio task calls when it is done.
    fn __call__(&self, task: &Bound<'_, PyAny>) {
        let _hang_guard = HangGuard::new();
        self.send(
            task.call_method0(intern!(task.py(), "result"))
                .map(Bound::unbind),
        );
    }

    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        let _hang_guard = HangGuard::new();
        let task = self.with(|state| {
            state.sender = None;
            state.task.take()
        });
        if let Some(task) = task {
            task.call_method0(py, intern!(py, "cancel"))?;
        }
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.f)?;
        match self.state.try_lock() {
            Ok(state) => visit.call(&state.task),
            // Only a thread that is at work on it holds the lock, so nothing of it is garbage.
            Err(_) => Ok(()),
        }
    }
}

impl Call {
    /// Looks at the state. Never locked while Python is called.
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn create_task(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let (py, call) = (slf.py(), slf.get());
        let awaitable = call.f.bind(py).call1((call.i,))?;
        let asyncio = py.import(intern!(py, "asyncio"))?;
        let task = asyncio.call_method1(intern!(py, "ensure_future"), (awaitable,))?;
        task.call_method1(intern!(py, "add_done_callback"), (slf,))?;
        Ok(task.unbind())
    }

    fn send(&self, outcome: PyResult<Py<PyAny>>) {
        let sender = self.with(|state| {
            state.task = None;
            state.sender.take()
        });
        // Who was cancelled does not listen any more.
        if let Some(sender) = sender {
            sender.send(outcome).unwrap_or_else(drop);
        }
    }
}
