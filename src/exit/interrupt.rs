//! An exception raised in another thread: the one thing here that Python offers in C alone.
#![allow(unsafe_code)]

use std::ffi::c_long;

use pyo3::exceptions::PySystemExit;
use pyo3::ffi::PyThreadState_SetAsyncExc;
use pyo3::prelude::*;

/// Makes the Python code that runs in a thread end with `SystemExit`. A thread that is gone is not an error.
pub fn raise_system_exit(py: Python<'_>, thread: c_long) {
    let exception = py.get_type::<PySystemExit>();
    // SAFETY: the caller is attached to the interpreter, as `py` proves. The function looks the thread up under a lock
    // of the interpreter, so that any number may be given, and takes a reference of its own to the exception.
    unsafe { PyThreadState_SetAsyncExc(thread, exception.as_ptr()) };
}
