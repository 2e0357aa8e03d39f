//! tokio, in threads of our own.
//!
//! Each thread runs a scheduler of its own. tokio's multi-threaded scheduler panics where the system gives no thread; here
//! that is an exception.

use std::mem;
use std::process;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::exit;

/// So many that tasks really run at the same time.
const THREADS: usize = 2;

/// Locked by attached threads alone, and never while Python is called, so that no fork inherits it locked.
static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

struct Runtime {
    /// The process of the threads, which do not survive a fork.
    process: u32,
    /// One for each thread.
    handles: [Handle; THREADS],
    /// What a thread waits for to end. It is enough to drop it.
    _stops: [oneshot::Sender<()>; THREADS],
}

/// The schedulers of all threads, which are started first if they have not been.
pub fn handles() -> PyResult<[Handle; THREADS]> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*runtime
        && runtime.process == process::id()
    {
        return Ok(runtime.handles.clone());
    }
    // If the second fails, the first ends as its sender is dropped.
    let [(first, stop_first), (second, stop_second)] = [start()?, start()?];
    let new = Runtime {
        process: process::id(),
        handles: [first, second],
        _stops: [stop_first, stop_second],
    };
    let handles = new.handles.clone();
    // Nothing of a process before the fork can be woken.
    mem::forget(runtime.replace(new));
    Ok(handles)
}

/// Starts a thread with a scheduler, which ends when the sender is dropped.
fn start() -> PyResult<(Handle, oneshot::Sender<()>)> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let handle = runtime.handle().clone();
    let (stop, stopped) = oneshot::channel();
    exit::start_thread("tokio", move || {
        // An error, because nothing is ever sent.
        runtime.block_on(stopped).unwrap_or_default();
        // The tasks that are left are dropped with it, and with them Python objects.
        exit::attach(|_| drop(runtime));
    })?;
    Ok((handle, stop))
}

/// Cancels all tasks, and ends all threads.
pub fn stop() {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = runtime.take_if(|runtime| runtime.process == process::id()) {
        drop(runtime);
    }
}
