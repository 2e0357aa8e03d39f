//! Chunks summed by Python threads, which call back into Rust.
//!
//! Threads of Python rather than of Rust, so that profilers see the calls, each thread has a name, and a thread that Python
//! ends at exit is one of its own. They are daemon threads, because a second `Ctrl-C` leaves them behind.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PySystemExit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::asyncio::copy_context;
use crate::doors::sum_of::sum_from;
use crate::exit::{HangGuard, InterpreterGuard};
use crate::total::Total;

/// The pause between two looks for signals in seconds, where a wait cannot be interrupted.
const BETWEEN_LOOKS: f64 = 0.05;

/// One thread's part of the work, as something that a `contextvars.Context` can run.
#[pyclass(frozen, module = "sum_up_to._native")]
struct Chunk {
    f: Py<PyAny>,
    range: RangeInclusive<i64>,
    index: usize,
    /// Chunks from this index on have nothing to add: an earlier one has failed.
    needed: Arc<AtomicUsize>,
    sum: Mutex<Option<PyResult<Py<PyAny>>>>,
}

#[pymethods]
impl Chunk {
    fn __call__(&self, py: Python<'_>) {
        let _hang_guard = HangGuard::new();
        let sum = self.sum(py);
        if sum.is_err() {
            self.needed.fetch_min(self.index, SeqCst);
        }
        *self.sum.lock().unwrap_or_else(PoisonError::into_inner) = Some(sum.map(Bound::unbind));
    }
}

impl Chunk {
    fn sum<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let go_on = || {
            if self.index < self.needed.load(SeqCst) {
                Ok(())
            } else {
                // Nobody sees it: what is raised is the error of an earlier chunk, or of the caller.
                Err(PySystemExit::new_err(()))
            }
        };
        let f = self.f.bind(py);
        let (first, last) = (*self.range.start(), *self.range.end());
        if self.index == 0 {
            return sum_from(Total::Word(0), f, first..=last, go_on);
        }
        // Without the 0, which would be added once for each chunk.
        go_on()?;
        sum_from(Total::of(f.call1((first,))?), f, first + 1..=last, go_on)
    }

    fn take(&self) -> PyResult<Py<PyAny>> {
        let sum = self
            .sum
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        sum.expect("the thread has ended, and so has summed")
    }
}

/// Σ f(i) over the chunks, each in a thread of its own, added in order.
///
/// The first error in order is raised: a chunk that fails makes those after it stop, while those before it go on, since
/// they may hold an earlier error. All threads have ended when this returns, unless it is interrupted twice.
pub fn sum<'py>(
    f: &Bound<'py, PyAny>,
    chunks: impl Iterator<Item = RangeInclusive<i64>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let needed = Arc::new(AtomicUsize::new(usize::MAX));
    let mut threads = Vec::new();
    // Up to 3.11, Python crashes if the process ends while one of its threads starts.
    let guard = InterpreterGuard::new()?;
    let outcome = chunks
        .enumerate()
        .try_for_each(|(index, range)| {
            let chunk = Chunk {
                f: f.clone().unbind(),
                range,
                index,
                needed: Arc::clone(&needed),
                sum: Mutex::default(),
            };
            threads.push(start(Bound::new(py, chunk)?)?);
            Ok(())
        })
        .and_then(|()| {
            drop(guard);
            join(&threads)
        });
    if let Err(error) = outcome {
        // The calls under way may take long. Another signal ends this wait, and they are left to themselves.
        needed.store(0, SeqCst);
        join(&threads)?;
        return Err(error);
    }
    let mut total: Option<Bound<'py, PyAny>> = None;
    for (_, chunk) in threads {
        let sum = match chunk.get().take() {
            Ok(sum) => sum.into_bound(py),
            Err(error) => {
                add_context(py, &error)?;
                return Err(error);
            }
        };
        total = Some(match total {
            Some(total) => total.add(sum)?,
            None => sum,
        });
    }
    Ok(total.expect("there is at least one chunk"))
}

type Thread<'py> = (Bound<'py, PyAny>, Bound<'py, Chunk>);

/// Starts the thread of a chunk. What a context variable holds, such as the precision of `decimal`, is the same in every
/// chunk.
fn start(chunk: Bound<'_, Chunk>) -> PyResult<Thread<'_>> {
    let py = chunk.py();
    let options = PyDict::new(py);
    options.set_item("target", copy_context(py)?.getattr("run")?)?;
    options.set_item("args", (&chunk,))?;
    options.set_item("name", format!("sum_of-{}", chunk.get().index))?;
    options.set_item("daemon", true)?;
    let thread = py
        .import("threading")?
        .getattr("Thread")?
        .call((), Some(&options))?;
    thread.call_method0("start")?;
    Ok((thread, chunk))
}

/// Waits until all threads have ended. Fails if a signal handler raises.
fn join(threads: &[Thread<'_>]) -> PyResult<()> {
    for (thread, _) in threads {
        while thread.call_method0("is_alive")?.is_truthy()? {
            thread.call_method1(intern!(thread.py(), "join"), (BETWEEN_LOOKS,))?;
        }
    }
    Ok(())
}

/// Makes the exception that the caller handles, if any, the last of the error's `__context__`, as if the caller's own
/// thread had raised the error.
fn add_context<'py>(py: Python<'py>, error: &PyErr) -> PyResult<()> {
    let handled = py.import("sys")?.call_method0("exc_info")?.get_item(1)?;
    let chain = |first: Bound<'py, PyAny>| -> PyResult<Vec<Bound<'py, PyAny>>> {
        let mut chain = vec![];
        let mut next = first;
        while !next.is_none() && !chain.iter().any(|seen| next.is(seen)) {
            let context = next.getattr("__context__")?;
            chain.push(next);
            next = context;
        }
        Ok(chain)
    };
    let raised = chain(error.value(py).clone().into_any())?;
    // Otherwise the chain would become a ring.
    let has_both = chain(handled.clone())?
        .iter()
        .any(|one| raised.iter().any(|other| one.is(other)));
    match raised.last() {
        Some(last) if !handled.is_none() && !has_both => last.setattr("__context__", handled),
        _ => Ok(()),
    }
}
