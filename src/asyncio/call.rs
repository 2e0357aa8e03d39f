//! A Python awaitable that Rust awaits.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use tokio::sync::oneshot;

use super::attach;
use super::caller::Caller;
use crate::exit::{self, HangGuard};

impl Caller {
    /// What comes of the awaitable f(i). The event loop awaits it. Dropping this future cancels it.
    pub async fn call(self: &Arc<Self>, f: &Py<PyAny>, i: i64) -> PyResult<Py<PyAny>> {
        let (sender, receiver) = oneshot::channel();
        let call = attach(|py| {
            let state = Mutex::new(State {
                sender: Some(sender),
                task: None,
                caller: Some(Arc::clone(self)),
            });
            let call = Bound::new(
                py,
                Call {
                    f: f.clone_ref(py),
                    i,
                    state,
                },
            )?;
            self.call_soon(py, call.getattr(intern!(py, "begin"))?);
            Ok(call.unbind())
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
        exit::attach(|py| match call.bind(py).getattr(intern!(py, "cancel")) {
            Ok(cancel) => self.caller.call_soon(py, cancel),
            Err(error) => error.write_unraisable(py, Some(call.bind(py))),
        });
    }
}

/// A call of an `async def`, made and awaited in the event loop's own thread.
#[pyclass(frozen, module = "sum_up_to._native")]
struct Call {
    f: Py<PyAny>,
    i: i64,
    // Never locked while Python is called.
    state: Mutex<State>,
}

struct State {
    /// None once the outcome was sent, or the call was cancelled.
    sender: Option<oneshot::Sender<PyResult<Py<PyAny>>>>,
    /// The asyncio task, from its start to its end.
    task: Option<Py<PyAny>>,
    /// None once the task has ended.
    caller: Option<Arc<Caller>>,
}

#[pymethods]
impl Call {
    fn begin(slf: &Bound<'_, Self>) {
        let _hang_guard = HangGuard::new();
        let call = slf.get();
        if call.with(|state| state.sender.is_none()) {
            return call.end(None);
        }
        match Self::create_task(slf) {
            Ok(task) => call.with(|state| state.task = Some(task)),
            Err(error) => call.end(Some(Err(error))),
        }
    }

    /// What the asyncio task calls when it is done.
    fn __call__(&self, task: &Bound<'_, PyAny>) {
        let _hang_guard = HangGuard::new();
        let outcome = task.call_method0(intern!(task.py(), "result"));
        self.end(Some(outcome.map(Bound::unbind)));
    }

    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        let _hang_guard = HangGuard::new();
        let task = self.with(|state| {
            state.sender = None;
            state.task.as_ref().map(|task| task.clone_ref(py))
        });
        match task {
            Some(task) => task.call_method0(py, intern!(py, "cancel")).map(drop),
            None => Ok(()),
        }
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

    /// Sends the outcome, and lets go of the caller.
    fn end(&self, outcome: Option<PyResult<Py<PyAny>>>) {
        let (sender, task, caller) =
            self.with(|state| (state.sender.take(), state.task.take(), state.caller.take()));
        if let (Some(sender), Some(outcome)) = (sender, outcome) {
            // It comes back if the receiver was dropped in this moment. Then nobody wants it.
            drop(sender.send(outcome));
        }
        drop((task, caller));
    }
}
