//! `sum_of_async`: asyncio tasks started, counted and cancelled from Rust.
//!
//! Everything here runs in the event loop's own thread. No thread of Rust wakes the loop, so none can be late at exit.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyInt, PyTuple};

use crate::doors::callable::callable;
use crate::embedded;
use crate::exit::last_frame;
use crate::exit::{Stay, Visit};
use crate::integer;

/// How many awaitables are under way where nothing else is said.
const LIMIT: i64 = 100;

/// Return an awaitable of f(1) + f(2) + … + f(n), for an `f` that returns awaitables, as every `async def` does.
///
/// Up to `limit` of them are under way at a time, each as an asyncio task (or a future, if `f` returns one). The results
/// are added in the order of i, whichever comes first, with Python's `+`, beginning with 0.
///
/// Cancelling it cancels the tasks under way, and an exception in one of them cancels the others and is then raised
/// unchanged. In either case all of them have ended before the caller goes on. Context variables reach `f`. It runs on
/// any event loop that asyncio can run, and nothing starts before it is awaited.
///
/// Args:
///     f (Callable[[int], Awaitable[object]] | str): What is called with each integer, or a string `module:attribute`.
///     n (SupportsIndex): The last integer.
///     limit (SupportsIndex): How many awaitables are under way at the same time.
///
/// Returns:
///     Coroutine[Any, Any, object]: What returns the sum when it is awaited.
///
/// Raises:
///     TypeError: If `f` cannot be called, or `n` or `limit` is not an integer.
///     ValueError: If the string is not of that form, or `limit` is less than 1.
///     OverflowError: If `n` is more than 2**63 - 1.
///
/// Examples:
///     >>> import asyncio
///     >>> from sum_up_to import sum_of_async
///     >>> async def square(i):
///     ...     await asyncio.sleep(0)
///     ...     return i * i
///     >>> asyncio.run(sum_of_async(square, 10, limit=3))
///     385
#[pyfunction]
#[pyo3(signature = (f, n, *, limit = None), text_signature = "(f, n, *, limit=100)")]
pub fn sum_of_async<'py>(
    f: &Bound<'py, PyAny>,
    n: &Bound<'py, PyAny>,
    limit: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let _visit = Visit::begin(py)?;
    let limit = limit.map_or(Ok(LIMIT), |limit| integer::positive(limit, "limit"))?;
    let gathering = Gathering {
        f: callable(f)?.unbind(),
        n: integer::count(n, "n")?,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        state: Mutex::default(),
    };
    let coroutine = embedded::SUM_OF_ASYNC.get(py, "sum_of_async")?;
    last_frame::call1(&coroutine, gathering)
}

/// The tasks under way and what has come of the others.
#[pyclass(frozen)]
struct Gathering {
    f: Py<PyAny>,
    n: i64,
    limit: usize,
    // Never locked while Python is called, which may come back here.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last i for which a task was started.
    started: i64,
    tasks: HashMap<i64, Py<PyAny>>,
    /// Values that came before those of smaller i.
    early: HashMap<i64, Py<PyAny>>,
    /// The last i whose value was taken for the total.
    taken: i64,
    /// The sum of the values up to there; none before the first, and while the next is being added.
    total: Option<Py<PyAny>>,
    adding: bool,
    /// Whether no further task is to start.
    stopped: bool,
    failure: Option<PyErr>,
    /// The future that the coroutine waits for.
    waiter: Option<Py<PyAny>>,
    /// From the first wait until no task is left.
    stay: Option<Stay>,
}

#[pymethods]
impl Gathering {
    /// The future to wait for, or nothing if all is done.
    fn wait<'py>(
        slf: &Bound<'py, Self>,
        create_future: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let first = slf.get().state().stay.is_none();
        let visit = if first {
            let visit = Visit::begin(py)?;
            let stay = Stay::begin(py)?;
            slf.get().state().stay = Some(stay);
            visit
        } else {
            Visit::within_stay(py)?
        };
        Self::start_tasks(slf, &visit)?;
        if slf.get().state().tasks.is_empty() {
            slf.get().state().stay = None;
            return Ok(None);
        }
        let waiter = last_frame::call(create_future, &PyTuple::empty(py), None)?;
        slf.get().state().waiter = Some(waiter.clone().unbind());
        Ok(Some(waiter))
    }

    /// Cancels what is under way and starts nothing more.
    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        let _visit = Visit::within_stay(py)?;
        let tasks: Vec<_> = {
            let mut state = self.state();
            state.stopped = true;
            state
                .tasks
                .values()
                .map(|task| task.clone_ref(py))
                .collect()
        };
        for task in tasks {
            last_frame::method(task.bind(py), intern!(py, "cancel"), ())?;
        }
        Ok(())
    }

    /// The sum, or the exception that ended it.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut state = self.state();
        match state.failure.take() {
            Some(error) => Err(error),
            None => match state.total.take() {
                Some(total) => Ok(total),
                None => Ok(0_i64.into_pyobject(py)?.into_any().unbind()),
            },
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.f)?;
        // Locked only by a thread that is at work on it, so that nothing of it is garbage.
        if let Ok(state) = self.state.try_lock() {
            for object in state.tasks.values().chain(state.early.values()) {
                visit.call(object)?;
            }
            visit.call(&state.total)?;
            visit.call(&state.waiter)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        let state = std::mem::take(&mut *self.state());
        drop(state);
    }
}

impl Gathering {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts tasks up to the limit.
    fn start_tasks(slf: &Bound<'_, Self>, visit: &Visit) -> PyResult<()> {
        let gathering = slf.get();
        loop {
            if let Err(error) = visit.go_on() {
                return gathering.fail(slf.py(), error);
            }
            let i = {
                let mut state = gathering.state();
                if state.stopped
                    || state.started == gathering.n
                    || state.tasks.len() >= gathering.limit
                {
                    return Ok(());
                }
                state.started += 1;
                state.started
            };
            match Self::start_task(slf, i) {
                Ok(task) => {
                    gathering.state().tasks.insert(i, task);
                }
                Err(error) => gathering.fail(slf.py(), error)?,
            }
        }
    }

    fn start_task(slf: &Bound<'_, Self>, i: i64) -> PyResult<Py<PyAny>> {
        static ENSURE_FUTURE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let py = slf.py();
        let awaitable = last_frame::call1(slf.get().f.bind(py), i)?;
        let ensure_future = ENSURE_FUTURE.import(py, "asyncio", "ensure_future")?;
        let task = last_frame::call1(ensure_future, awaitable)?;
        let done = Done {
            gathering: slf.clone().unbind(),
            i,
        };
        last_frame::method(&task, intern!(py, "add_done_callback"), (done,))?;
        Ok(task.unbind())
    }

    /// Keeps the first exception and cancels the rest.
    fn fail(&self, py: Python<'_>, error: PyErr) -> PyResult<()> {
        {
            let mut state = self.state();
            if state.stopped {
                return Ok(());
            }
            state.failure = Some(error);
        }
        self.cancel(py)
    }

    /// Takes the value of one task, and adds those whose turn has come.
    fn take(&self, py: Python<'_>, i: i64, value: Py<PyAny>) -> PyResult<()> {
        self.state().early.insert(i, value);
        loop {
            let (total, value) = {
                let mut state = self.state();
                let next = state.taken + 1;
                if state.adding {
                    return Ok(());
                }
                let Some(value) = state.early.remove(&next) else {
                    return Ok(());
                };
                state.taken = next;
                state.adding = true;
                (state.total.take(), value)
            };
            let sum = match total {
                Some(total) => last_frame::add(total.bind(py), value.bind(py)),
                None => last_frame::add(&PyInt::new(py, 0), value.bind(py)),
            };
            let mut state = self.state();
            state.adding = false;
            state.total = Some(sum?.unbind());
        }
    }
}

/// What a task calls when it is done.
#[pyclass(frozen)]
struct Done {
    gathering: Py<Gathering>,
    i: i64,
}

#[pymethods]
impl Done {
    fn __call__(&self, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = task.py();
        let visit = Visit::within_stay(py)?;
        let gathering = self.gathering.bind(py);
        if gathering.get().state().tasks.remove(&self.i).is_none() {
            return Err(PyRuntimeError::new_err("a task was done twice"));
        }
        let outcome = last_frame::method(task, intern!(py, "result"), ())
            .and_then(|value| gathering.get().take(py, self.i, value.unbind()));
        match outcome {
            Ok(()) => Gathering::start_tasks(gathering, &visit)?,
            Err(error) => gathering.get().fail(py, error)?,
        }
        let waiter = {
            let mut state = gathering.get().state();
            if !state.tasks.is_empty() {
                return Ok(());
            }
            state.waiter.take()
        };
        // Otherwise nobody waits any more: the coroutine was cancelled, and is about to ask again.
        if let Some(waiter) = waiter
            && let waiter = waiter.bind(py)
            && !last_frame::method(waiter, intern!(py, "done"), ())?.is_truthy()?
        {
            last_frame::method(waiter, intern!(py, "set_result"), (py.None(),))?;
        }
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.gathering)
    }
}
