//! The two ways between asyncio and Rust: a Python coroutine for work of Rust, and a Rust future for a Python awaitable.
//!
//! `docs/doors.md` says why this is not one of the crates that do the same.

mod call;
mod caller;

pub use caller::{Caller, Running, spawn};

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyClass, intern};

use crate::{embedded, exit};

/// A coroutine of this name. Awaited, it calls `work.start(loop, deliver)`, and `cancel()` of what that returns if it is
/// cancelled.
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

/// Attaches a thread of tokio to the interpreter for `run`. Fails if it is too late.
pub fn attach<T>(run: impl FnOnce(Python<'_>) -> PyResult<T>) -> PyResult<T> {
    exit::attach(run).unwrap_or_else(|| Err(PyRuntimeError::new_err("the interpreter has ended")))
}

/// The way back to a coroutine that waits in an event loop.
pub struct Delivery {
    pub event_loop: Py<PyAny>,
    /// The function that ends the wait. It is for the loop's own thread.
    pub deliver: Py<PyAny>,
}

impl Delivery {
    /// Delivers a value or an exception, from any thread.
    pub fn make(&self, py: Python<'_>, outcome: PyResult<Bound<'_, PyAny>>) {
        let outcome = match outcome {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error)),
        };
        call_soon(self.event_loop.bind(py), (&self.deliver, outcome), None);
    }
}

/// Lets the thread of an event loop call a function soon. Nobody waits for a loop that is closed.
fn call_soon<'py>(
    event_loop: &Bound<'py, PyAny>,
    call: impl PyCallArgs<'py>,
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
