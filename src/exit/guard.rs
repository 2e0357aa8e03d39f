//! The guards that keep the interpreter alive, in the sense of PEP 788: <https://peps.python.org/pep-0788/>

use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The guards of all threads.
static GUARDS: AtomicUsize = AtomicUsize::new(0);

/// Whether the process is about to end.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// The pause between two looks at a count. It is short for a person, and long for a processor.
pub const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// Keeps the interpreter alive while it exists. Each thread of ours holds one.
pub struct InterpreterGuard {
    /// The process of the guard. A process that it forks has other threads.
    process: u32,
}

impl InterpreterGuard {
    /// Fails if the process is about to end.
    pub fn new() -> PyResult<Self> {
        // Counted before the look, because `close` is called before the look at the count.
        GUARDS.fetch_add(1, SeqCst);
        let guard = Self {
            process: process::id(),
        };
        if IS_CLOSED.load(SeqCst) {
            return Err(PyRuntimeError::new_err(
                "cannot start a thread at interpreter shutdown",
            ));
        }
        Ok(guard)
    }
}

impl Drop for InterpreterGuard {
    fn drop(&mut self) {
        if self.process == process::id() {
            GUARDS.fetch_sub(1, SeqCst);
        }
    }
}

/// Lets nobody have a new guard.
pub fn close() {
    IS_CLOSED.store(true, SeqCst);
}

/// Waits until nobody has a guard. Fails if a signal handler raises.
pub fn wait(py: Python<'_>) -> PyResult<()> {
    while GUARDS.load(SeqCst) > 0 {
        py.check_signals()?;
        py.detach(|| thread::sleep(POLL_INTERVAL));
    }
    Ok(())
}

/// Counts no guard, in a process just forked.
pub fn reset() {
    GUARDS.store(0, SeqCst);
}
