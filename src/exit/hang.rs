//! Threads that Python ends: they hang, before the stack is unwound through Rust.
//!
//! Up to 3.13, CPython ends a thread that asks for the interpreter too late with `pthread_exit`. On glibc that unwinds the
//! stack, and the process aborts at the first frame of Rust. From 3.14 on, CPython hangs the thread. A [`HangGuard`] does
//! the same for older versions, by a clean-up handler of the kind that glibc keeps for old programs:
//! <https://sourceware.org/git/?p=glibc.git;a=blob;f=nptl/unwind.c>. Before each step of the unwinding, glibc runs those
//! handlers whose record lies outside of the stack that is left. Our record lies on the heap, so ours runs before the
//! first step. No other C library unwinds there.
#![allow(unsafe_code)]

use std::marker::PhantomData;

/// While it exists, the calling thread hangs where CPython would end it. Held by whatever calls Python code.
pub struct HangGuard {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    _handler: glibc::Handler,
    /// It belongs to its thread.
    _not_send: PhantomData<*const ()>,
}

impl HangGuard {
    pub fn new() -> Self {
        Self {
            #[cfg(all(target_os = "linux", target_env = "gnu"))]
            _handler: glibc::Handler::push(),
            _not_send: PhantomData,
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::{c_int, c_void};
    use std::mem::MaybeUninit;
    use std::ptr;
    use std::thread;
    use std::time::Duration;

    /// `struct _pthread_cleanup_buffer` of `pthread.h`.
    #[repr(C)]
    struct Record {
        routine: unsafe extern "C" fn(*mut c_void),
        argument: *mut c_void,
        cancellation: c_int,
        outer: *mut Record,
    }

    unsafe extern "C" {
        fn _pthread_cleanup_push(
            record: *mut Record,
            routine: unsafe extern "C" fn(*mut c_void),
            argument: *mut c_void,
        );
        fn _pthread_cleanup_pop(record: *mut Record, execute: c_int);
    }

    unsafe extern "C" fn hang(_argument: *mut c_void) {
        loop {
            thread::sleep(Duration::from_secs(3600));
        }
    }

    /// A handler of the calling thread. Handlers go in the reverse order in which they came, as guards in frames do.
    pub struct Handler(*mut MaybeUninit<Record>);

    impl Handler {
        pub fn push() -> Self {
            let record = Box::into_raw(Box::new(MaybeUninit::uninit()));
            // SAFETY: the function fills in the whole record and keeps its address, which lasts until `drop`.
            unsafe { _pthread_cleanup_push(record.cast(), hang, ptr::null_mut()) };
            Self(record)
        }
    }

    impl Drop for Handler {
        fn drop(&mut self) {
            // SAFETY: the record is that of the last `push` in this thread that was not dropped. 0 runs no handler. The
            // record comes from a `Box`, and nobody has its address after that.
            unsafe {
                _pthread_cleanup_pop(self.0.cast(), 0);
                drop(Box::from_raw(self.0));
            }
        }
    }
}
