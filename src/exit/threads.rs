//! Threads of our own. `finish` joins them, and after it none of them attaches to the interpreter.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::guard::{InterpreterGuard, POLL_INTERVAL};
use super::hang::HangGuard;

/// As much as Python gives its threads where the default is low. Python bounds recursion by count, not by stack, and
/// Rust's 2 MiB are too few for that count.
const STACK: usize = 16 << 20;

/// Threads that may be about to attach.
static ATTACHING: AtomicUsize = AtomicUsize::new(0);

/// Whether it is too late to attach.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Starts a thread that the end of the process waits for.
///
/// Fails with `RuntimeError` if the system has no thread to give, or if the process is about to end. Then `run` is
/// dropped, and never runs.
pub fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> PyResult<()> {
    let guard = InterpreterGuard::new()?;
    thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let _guard = guard;
            let _hang_guard = HangGuard::new();
            run();
        })
        .map(drop)
        .map_err(|error| PyRuntimeError::new_err(format!("can't start new thread: {error}")))
}

/// A thread that may be about to attach.
struct Attaching;

impl Attaching {
    fn new() -> Self {
        ATTACHING.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Attaching {
    fn drop(&mut self) {
        ATTACHING.fetch_sub(1, SeqCst);
    }
}

/// Attaches a thread of our own for `run`. None if it is too late, because the wait for the thread was interrupted.
pub fn attach<T>(run: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    // Counted before the look, because `close` sets the flag before it looks at the count.
    let attaching = Attaching::new();
    if IS_CLOSED.load(SeqCst) {
        return None;
    }
    Python::try_attach(|py| {
        drop(attaching);
        run(py)
    })
}

/// Lets no thread of ours attach any more, and waits for those that are about to.
pub fn close(py: Python<'_>) {
    IS_CLOSED.store(true, SeqCst);
    while ATTACHING.load(SeqCst) > 0 {
        py.detach(|| thread::sleep(POLL_INTERVAL));
    }
}

/// Counts no thread, in a process just forked.
pub fn reset() {
    ATTACHING.store(0, SeqCst);
}
