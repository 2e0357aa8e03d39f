//! The end of the process. Nothing here shows how Rust and Python call each other, so a first reader skips this folder.
//! `docs/exit.md` has the whole argument.
//!
//! A door needs two things of it. Whatever calls Python code holds a [`HangGuard`]. A thread of our own is started by
//! [`start_thread`], and attaches by [`attach`].

mod guard;
mod hang;
mod threads;

pub use guard::InterpreterGuard;
pub use hang::HangGuard;
pub use threads::{attach, start_thread};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::runtime;

/// Registers what happens at exit and after a fork.
pub fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    forbid_second_interpreter(py)?;
    py.import("atexit")?
        .call_method1("register", (wrap_pyfunction!(finish, module)?,))?;
    if cfg!(unix) {
        let hooks = PyDict::new(py);
        hooks.set_item("after_in_child", wrap_pyfunction!(forget_threads, module)?)?;
        // Of the module behind `os`, which is always there.
        py.import("posix")?
            .call_method("register_at_fork", (), Some(&hooks))?;
    }
    Ok(())
}

/// Fails in every interpreter of the process but the first: all of them would share the objects that are kept in statics.
/// From 3.12 on Python refuses sub-interpreters by itself, since PyO3's modules do not declare that they support them.
fn forbid_second_interpreter(py: Python<'_>) -> PyResult<()> {
    static SYS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    // Each interpreter has a module `sys` of its own.
    let sys = py.import("sys")?;
    if SYS.get_or_init(py, || sys.clone().unbind()).is(&sys) {
        Ok(())
    } else {
        Err(PyImportError::new_err(
            "`sum_up_to` was imported by another interpreter of this process. A second one cannot import it: neither a \
             sub-interpreter, nor the main one after it has been initialized again",
        ))
    }
}

/// Cancels our tasks and joins our threads. A signal ends the wait, as it ends the wait of `concurrent.futures`.
#[pyfunction]
fn finish(py: Python<'_>) -> PyResult<()> {
    guard::close();
    runtime::stop();
    let waited = guard::wait(py);
    threads::close(py);
    waited
}

/// Forgets, in a process just forked, the threads that stayed behind.
#[pyfunction]
fn forget_threads() {
    guard::reset();
    threads::reset();
}
