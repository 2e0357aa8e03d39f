//! `add_up_to_after`: an `async fn` of Rust that Python awaits.

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyInt;

use crate::add::Add;
use crate::asyncio::{self, Delivery, Running};
use crate::{integer, runtime};

/// Return an awaitable of 1 + 2 + … + n, which is there after some seconds.
///
/// An `async fn` of Rust waits, on tokio; the event loop goes on meanwhile. When the awaiting task is cancelled, the
/// future of Rust is dropped.
///
/// Args:
///     n (SupportsIndex): The limit, as for `add_up_to`.
///     seconds (float): How long to wait.
///
/// Returns:
///     Coroutine[Any, Any, int]: What returns the sum when it is awaited.
///
/// Raises:
///     TypeError: If `n` is not an integer, or `seconds` is not a number.
///     ValueError: If `seconds` is negative, not finite, or too large.
///     RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.
///
/// Examples:
///     >>> import asyncio
///     >>> from sum_up_to import add_up_to_after
///     >>> asyncio.run(add_up_to_after(100, 0.01))
///     5050
#[pyfunction]
pub fn add_up_to_after<'py>(n: &Bound<'py, PyAny>, seconds: f64) -> PyResult<Bound<'py, PyAny>> {
    let n = integer::exact(n, "n")?;
    let time = Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("`seconds` cannot be {seconds}")))?;
    let work = Work {
        n: n.clone().unbind(),
        time,
    };
    asyncio::coroutine(&Bound::new(n.py(), work)?, "add_up_to_after")
}

#[pyclass(frozen, module = "sum_up_to._native")]
struct Work {
    n: Py<PyInt>,
    time: Duration,
}

#[pymethods]
impl Work {
    fn start<'py>(
        &self,
        py: Python<'py>,
        event_loop: Py<PyAny>,
        deliver: Py<PyAny>,
    ) -> PyResult<Bound<'py, Running>> {
        let [tokio, ..] = runtime::handles()?;
        let sum = after(self.time, self.n.clone_ref(py));
        asyncio::spawn(
            py,
            &tokio,
            Delivery {
                event_loop,
                deliver,
            },
            |_| sum,
        )
    }
}

/// The `async fn`. It keeps a Python object while it waits, and is attached to the interpreter only when it has waited.
async fn after(time: Duration, n: Py<PyInt>) -> PyResult<Py<PyAny>> {
    tokio::time::sleep(time).await;
    asyncio::attach(|py| {
        let sum = Add::new(n.bind(py))?.up_to(py)?;
        Ok(sum.into_any().unbind())
    })
}
