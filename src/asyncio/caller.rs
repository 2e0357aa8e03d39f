//! The coroutine for which Rust works, seen from Rust.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::asyncio::CancelledError;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::{Delivery, call_soon, copy_context};
use crate::exit::{self, InterpreterGuard};

/// The coroutine, its event loop and its context. All that works for it shares this. It gets the outcome when the last of
/// them has let go, so that nothing is left to end when it goes on.
pub struct Caller {
    delivery: Delivery,
    context: Py<PyAny>,
    outcome: Mutex<Option<PyResult<Py<PyAny>>>>,
}

impl Caller {
    /// Lets the thread of the event loop call a function soon, in the context of the coroutine.
    pub fn call_soon(&self, py: Python<'_>, function: Bound<'_, PyAny>) {
        call_soon(
            self.delivery.event_loop.bind(py),
            (function,),
            Some(&self.context),
        );
    }

    fn outcome(&self, change: impl FnOnce(&mut Option<PyResult<Py<PyAny>>>)) {
        change(&mut self.outcome.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut outcome = None;
        self.outcome(|kept| outcome = kept.take());
        exit::attach(|py| {
            let outcome = match outcome {
                Some(outcome) => outcome.map(|value| value.into_bound(py)),
                // At the end of the process, nobody is to see that tasks are cancelled.
                None if InterpreterGuard::new().is_err() => return,
                None => Err(CancelledError::new_err(())),
            };
            self.delivery.make(py, outcome);
        });
    }
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
    let context = copy_context(py)?.unbind();
    let caller = Arc::new(Caller {
        delivery,
        context,
        outcome: Mutex::default(),
    });
    let task = tokio.spawn(future(Arc::clone(&caller)));
    let running = Running(task.abort_handle());
    tokio.spawn(async move {
        let outcome = match task.await {
            Ok(outcome) => outcome,
            Err(error) if error.is_cancelled() => return,
            Err(error) => Err(PanicException::new_err(error.to_string())),
        };
        caller.outcome(|kept| *kept = Some(outcome));
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
