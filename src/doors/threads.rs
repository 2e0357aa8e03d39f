//! Chunks summed by Rust threads, which share the callable as `Py<PyAny>`.

use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;

use crate::doors::sum_of::sum_from;
use crate::exit::last_frame;
use crate::exit::{self, Visit};
use crate::total::Total;

/// How often the waiting thread looks for a signal, which Rust cannot be woken by.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// As much as Python gives its threads where the default is low. Python bounds recursion by count, not by stack, and
/// Rust's 2 MiB are too few for that count.
pub const STACK: usize = 16 << 20;

/// One thread's part of the work, as something that a `contextvars.Context` can run.
#[pyclass(frozen)]
struct Chunk {
    f: Py<PyAny>,
    range: RangeInclusive<i64>,
    index: usize,
    /// Chunks from this index on have nothing to add: an earlier one has failed.
    needed: Arc<AtomicUsize>,
}

#[pymethods]
impl Chunk {
    fn __call__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.sum(py).inspect_err(|_| {
            self.needed.fetch_min(self.index, SeqCst);
        })
    }
}

impl Chunk {
    fn sum<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let visit = Visit::begin(py)?;
        let go_on = || {
            visit.go_on()?;
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
        sum_from(
            Total::of(last_frame::call1(f, first)?),
            f,
            first + 1..=last,
            go_on,
        )
    }
}

/// Σ f(i) over the chunks, each in a thread of its own, added in order.
///
/// The first error in order is raised: a chunk that fails makes those after it stop, while those before it go on, since
/// they may hold an earlier error. All threads have ended when this returns, so `visit` outlasts theirs.
pub fn sum<'py>(
    visit: &Visit,
    f: &Bound<'py, PyAny>,
    chunks: impl Iterator<Item = RangeInclusive<i64>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let needed = Arc::new(AtomicUsize::new(usize::MAX));
    let mut outcome = Ok(());
    let mut threads = Vec::new();
    let is_last = exit::is_last();
    let (alive, mut ended) = mpsc::channel::<()>();
    let copy_context = py.import("contextvars")?.getattr("copy_context")?;
    for (index, range) in chunks.enumerate() {
        let chunk = Chunk {
            f: f.clone().unbind(),
            range,
            index,
            needed: Arc::clone(&needed),
        };
        // What a context variable holds, such as the precision of `decimal`, is the same in every chunk.
        let run = copy_context.call0()?.getattr("run")?.unbind();
        match spawn(run, chunk, is_last, alive.clone()) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                needed.store(0, SeqCst);
                outcome = Err(error.into());
                break;
            }
        }
    }
    drop(alive);
    loop {
        let (receiver, message) = visit.detach(py, move || {
            let message = ended.recv_timeout(BETWEEN_LOOKS);
            (ended, message)
        });
        ended = receiver;
        if message == Err(RecvTimeoutError::Disconnected) {
            break;
        }
        if let Err(error) = py.check_signals() {
            needed.store(0, SeqCst);
            outcome = Err(error);
        }
        if let Err(error) = visit.go_on() {
            needed.store(0, SeqCst);
            outcome = Err(error);
            // Looked often enough: while the process ends, this thread had better not ask for the interpreter again
            // before it must, which is when the calls under way have returned, if they ever do.
            break;
        }
    }
    let sums = visit.detach(py, || {
        threads
            .into_iter()
            .map(JoinHandle::join)
            .collect::<Vec<_>>()
    });
    outcome?;
    let mut total: Option<Bound<'py, PyAny>> = None;
    for sum in sums {
        let sum = sum
            .unwrap_or_else(|panic| resume_unwind(panic))?
            .into_bound(py);
        total = Some(match total {
            Some(total) => last_frame::add(&total, &sum)?,
            None => sum,
        });
    }
    Ok(total.expect("there is at least one chunk"))
}

/// Starts the thread of a chunk, which holds `alive` until it has ended.
fn spawn(
    run: Py<PyAny>,
    chunk: Chunk,
    is_last: bool,
    alive: mpsc::Sender<()>,
) -> std::io::Result<JoinHandle<PyResult<Py<PyAny>>>> {
    thread::Builder::new()
        .name("sum_of".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let _alive = alive;
            exit::inherit(is_last);
            exit::attach(|py| last_frame::call1(run.bind(py), chunk).map(Bound::unbind))
                .unwrap_or_else(|| Err(PySystemExit::new_err(())))
        })
}
