//! Calls into Python that may come back too late: a thread that Python ends stops here, before a frame of Rust is unwound.
//!
//! Up to 3.13 CPython ends a thread that asks for the interpreter while it finalizes with `pthread_exit`, also when the
//! thread comes back from a system call below a call from here. On glibc that unwinds the stack, and a frame of Rust on it
//! takes the process along. But the clean-up handlers of `_pthread_cleanup_push`, which glibc keeps for programs of old, run
//! *before* it looks at the frames outside of theirs: https://sourceware.org/git/?p=glibc.git;a=blob;f=nptl/unwind.c
//! So each function here has a handler, and nothing that has to be cleaned up: its frame has no part in the unwinding, and
//! the handler keeps the thread from going on, as Python itself does from 3.14 on. No other C library unwinds there.
#![allow(unsafe_code)]

use std::thread;
use std::time::Duration;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// Keeps the calling thread until the process is gone.
pub fn stay() -> ! {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod handler {
    use std::ffi::{c_int, c_void};
    use std::mem::MaybeUninit;

    /// `struct _pthread_cleanup_buffer` of `pthread.h`, which glibc fills in.
    #[repr(C)]
    pub struct Buffer {
        routine: unsafe extern "C" fn(*mut c_void),
        argument: *mut c_void,
        cancellation: c_int,
        outer: *mut Buffer,
    }

    unsafe extern "C" {
        fn _pthread_cleanup_push(
            buffer: *mut Buffer,
            routine: unsafe extern "C" fn(*mut c_void),
            argument: *mut c_void,
        );
        fn _pthread_cleanup_pop(buffer: *mut Buffer, execute: c_int);
    }

    unsafe extern "C" fn stay(_argument: *mut c_void) {
        super::stay()
    }

    pub type Place = MaybeUninit<Buffer>;

    /// Whether Python may end the calling thread: all but the first of the process, which ends the interpreter itself.
    pub fn is_needed() -> bool {
        // SAFETY: neither call has an argument or an effect.
        unsafe { libc::syscall(libc::SYS_gettid) != libc::c_long::from(libc::getpid()) }
    }

    /// # Safety
    ///
    /// `place` stays where it is until [`pop`], in the same frame.
    #[inline]
    pub unsafe fn push(place: &mut Place) {
        // SAFETY: the function writes a whole buffer, and keeps its address until the call of `pop`, as the caller says.
        unsafe { _pthread_cleanup_push(place.as_mut_ptr(), stay, std::ptr::null_mut()) };
    }

    /// # Safety
    ///
    /// `place` is that of the last [`push`] in this thread.
    #[inline]
    pub unsafe fn pop(place: &mut Place) {
        // SAFETY: as the caller says. The handler is taken off and not run.
        unsafe { _pthread_cleanup_pop(place.as_mut_ptr(), 0) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod handler {
    use std::mem::MaybeUninit;

    pub type Place = MaybeUninit<()>;

    pub fn is_needed() -> bool {
        false
    }

    /// # Safety
    ///
    /// Safe here.
    #[inline]
    pub unsafe fn push(_place: &mut Place) {}

    /// # Safety
    ///
    /// Safe here.
    #[inline]
    pub unsafe fn pop(_place: &mut Place) {}
}

/// Calls a C function between a push and a pop, in a frame without anything to drop.
macro_rules! last_frame {
    ($name:ident($($argument:ident: $kind:ty),+), $call:expr) => {
        /// # Safety
        ///
        /// As the function asks for that is called.
        // Inlined it would be part of a frame that has something to drop.
        #[inline(never)]
        unsafe extern "C" fn $name($($argument: $kind),+) -> *mut ffi::PyObject {
            let mut place = handler::Place::uninit();
            // SAFETY: the place stays in this frame, which Rust's own unwinding does not pass, as no function called here
            // unwinds for Rust; the rest is what the caller says.
            unsafe {
                handler::push(&mut place);
                let result = $call;
                handler::pop(&mut place);
                result
            }
        }
    };
}

last_frame!(
    raw_call(f: *mut ffi::PyObject, positional: *mut ffi::PyObject, named: *mut ffi::PyObject),
    ffi::PyObject_Call(f, positional, named)
);
last_frame!(
    raw_add(left: *mut ffi::PyObject, right: *mut ffi::PyObject),
    ffi::PyNumber_Add(left, right)
);
last_frame!(
    raw_import(name: *mut ffi::PyObject),
    ffi::PyImport_Import(name)
);
last_frame!(
    raw_next(next: ffi::iternextfunc, iterator: *mut ffi::PyObject),
    next(iterator)
);

/// `f(*positional, **named)`.
pub fn call<'py>(
    f: &Bound<'py, PyAny>,
    positional: &Bound<'py, PyTuple>,
    named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let named = named.map_or(std::ptr::null_mut(), Bound::as_ptr);
    // SAFETY: a callable, a tuple, and a dictionary or null, all alive during the call; the interpreter is attached. A new
    // reference comes back, or null with an exception.
    unsafe {
        let value = raw_call(f.as_ptr(), positional.as_ptr(), named);
        Bound::from_owned_ptr_or_err(f.py(), value)
    }
}

/// `f(argument)`.
pub fn call1<'py, T: IntoPyObject<'py>>(
    f: &Bound<'py, PyAny>,
    argument: T,
) -> PyResult<Bound<'py, PyAny>> {
    call(f, &(argument,).into_pyobject(f.py())?, None)
}

/// `object.name(*arguments)`.
pub fn method<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = arguments.into_pyobject(object.py()).map_err(Into::into)?;
    call(&object.getattr(name)?, &arguments, None)
}

/// `left + right`.
pub fn add<'py>(
    left: &Bound<'py, PyAny>,
    right: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: both are alive during the call, and the interpreter is attached. A new reference comes back, or null with an
    // exception.
    unsafe {
        let sum = raw_add(left.as_ptr(), right.as_ptr());
        Bound::from_owned_ptr_or_err(left.py(), sum)
    }
}

/// `import name`, where nothing is relative to this module.
pub fn import<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the name is a string, alive during the call, and the interpreter is attached. A new reference comes back, or
    // null with an exception.
    unsafe {
        let module = raw_import(name.as_ptr());
        Bound::from_owned_ptr_or_err(name.py(), module)
    }
}

/// A function that gives the next value of an iterator, as one calls it in this thread. Where the thread may be ended, it
/// costs 8 ns more.
#[derive(Clone, Copy)]
pub struct Next {
    function: ffi::iternextfunc,
    is_guarded: bool,
}

impl Next {
    pub fn new(function: ffi::iternextfunc) -> Self {
        Self {
            function,
            is_guarded: handler::is_needed(),
        }
    }

    /// What the function gives.
    ///
    /// # Safety
    ///
    /// It is that of the iterator's type.
    #[inline]
    pub unsafe fn call<'py>(self, iterator: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: the function is that of the object's type, as the caller says, the object is alive, and the interpreter
        // is attached. A new reference comes back, or null, with an exception unless the iterator is at its end.
        unsafe {
            let value = if self.is_guarded {
                raw_next(self.function, iterator.as_ptr())
            } else {
                (self.function)(iterator.as_ptr())
            };
            Bound::from_owned_ptr_or_opt(iterator.py(), value)
        }
    }
}
