//! `sum_on_tokio`: Python objects passed around tokio's threads, and Python awaitables awaited in Rust.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use tokio::task::JoinSet;

use crate::argument::Argument;
use crate::asyncio::{self, Caller, Delivery, Running};
use crate::doors::callable::callable;
use crate::exit::HangGuard;
use crate::ordered_sum::OrderedSum;
use crate::{integer, runtime};

/// Return an awaitable of f(1) + f(2) + … + f(n), as `sum_of_async` does, but summed by tasks of tokio.
///
/// Each task takes the next integer, lets the event loop await `f` of it, keeps the value while it waits its turn, and adds
/// it in one of tokio's threads, in the order of i. The event loop and the tasks run at the same time on free-threaded
/// Python.
///
/// Cancelling it cancels the tasks of tokio, and they cancel what they await. An exception in one of them cancels the
/// others and is then raised unchanged. In either case all of them have ended before the caller goes on. Context variables
/// reach `f`, and nothing starts before it is awaited.
///
/// Args:
///     f (Callable[[int], Awaitable[object]] | str): What is called with each integer, or a string `module:attribute`.
///     n (SupportsIndex): The last integer.
///     tasks (SupportsIndex): How many tasks of tokio there are.
///
/// Returns:
///     Coroutine[Any, Any, object]: What returns the sum when it is awaited.
///
/// Raises:
///     TypeError: If `f` cannot be called, or `n` or `tasks` is not an integer.
///     ValueError: If the string is not of that form, or `tasks` is less than 1.
///     OverflowError: If `n` is more than 2**63 - 1.
///     RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.
///
/// Examples:
///     >>> import asyncio
///     >>> from sum_up_to import sum_on_tokio
///     >>> async def square(i):
///     ...     await asyncio.sleep(0)
///     ...     return i * i
///     >>> asyncio.run(sum_on_tokio(square, 10, tasks=3))
///     385
#[pyfunction]
#[pyo3(signature = (f, n, *, tasks = Argument::Missing), text_signature = "(f, n, *, tasks=4)")]
pub fn sum_on_tokio<'py>(
    f: &Bound<'py, PyAny>,
    n: &Bound<'py, PyAny>,
    tasks: Argument<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let _hang_guard = HangGuard::new();
    let tasks = tasks
        .given()
        .map_or(Ok(4), |tasks| integer::positive(&tasks, "tasks"))?;
    let f = callable(f)?.unbind();
    let work = Work {
        f: Arc::new(f),
        n: integer::count(n, "n")?,
        tasks,
    };
    asyncio::coroutine(&Bound::new(n.py(), work)?, "sum_on_tokio")
}

#[pyclass(frozen, module = "sum_up_to._native")]
struct Work {
    f: Arc<Py<PyAny>>,
    n: i64,
    tasks: i64,
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
        let (f, n, tasks) = (Arc::clone(&self.f), self.n, self.tasks.min(self.n));
        asyncio::spawn(
            py,
            &tokio,
            Delivery {
                event_loop,
                deliver,
            },
            |caller| sum(caller, f, n, tasks),
        )
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // What the tasks share is not garbage.
        if Arc::strong_count(&self.f) > 1 {
            return Ok(());
        }
        visit.call(&*self.f)
    }
}

/// Starts the tasks and waits for them. The first error ends the wait, and dropping the set cancels the rest.
async fn sum(caller: Arc<Caller>, f: Arc<Py<PyAny>>, n: i64, tasks: i64) -> PyResult<Py<PyAny>> {
    let total = Arc::new(OrderedSum::new(n));
    let threads = runtime::handles()?;
    let mut set = JoinSet::new();
    for (_, thread) in (0..tasks).zip(threads.iter().cycle()) {
        set.spawn_on(
            work(Arc::clone(&caller), Arc::clone(&f), Arc::clone(&total)),
            thread,
        );
    }
    while let Some(ended) = set.join_next().await {
        match ended {
            Ok(outcome) => outcome?,
            // The process ends, and with it this task.
            Err(error) if error.is_cancelled() => pending().await,
            Err(error) => resume_unwind(error.into_panic()),
        }
    }
    asyncio::attach(|py| Ok(total.total(py)))
}

/// One task: it keeps Python objects across each `await`, and shares the sum with the other tasks.
async fn work(caller: Arc<Caller>, f: Arc<Py<PyAny>>, total: Arc<OrderedSum>) -> PyResult<()> {
    while let Some(i) = total.give() {
        let value = caller.call(&f, i).await?;
        asyncio::attach(|py| total.add(py, i, value))?;
    }
    Ok(())
}
