//! The end of the process: when the interpreter finalizes, no thread is inside this extension and in Python code too.
//!
//! Up to 3.13 CPython ends a thread that asks for the interpreter too late with `pthread_exit`, which unwinds its stack;
//! if Rust has a frame there, the process aborts: https://docs.python.org/3/c-api/threads.html#cautions-regarding-runtime-finalization
//! So whatever calls Python code in a loop, or code that may block, holds a [`Visit`], and a hook of `atexit` asks the
//! visitors to leave, by `SystemExit`, which Python's threads end with in silence. 3.14 and later only hang the thread.
//! A visitor that cannot leave, as it waits in a system call, is left to [`last_frame`].

mod interrupt;
pub mod last_frame;

use std::cell::Cell;
use std::ffi::c_long;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::{PyImportError, PyRuntimeError, PySystemExit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::integer;

/// Whether the process is about to end, and every other thread has to leave.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Whether it is too late for that: from now on, nothing of another thread calls Python code from here.
static GONE: AtomicBool = AtomicBool::new(false);

/// Visits of all threads.
static VISITS: AtomicUsize = AtomicUsize::new(0);

/// The Python identifier of each visiting thread, once for each of its visits. Locked by attached threads alone, and
/// never while Python is called: so a process that forks, which takes the GIL, does not inherit it locked.
static VISITORS: Mutex<Vec<c_long>> = Mutex::new(Vec::new());

/// Visits that have begun, ever.
static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// How often, and how long apart, the hook looks whether all have left: before it interrupts them, and after. It looks
/// anew when another visit has begun, as in tasks that end one after the other on a busy machine, but not for longer than
/// this in all. A visitor that is still there then waits in a system call, and is kept from Rust's frames if it comes
/// back too late.
const LOOKS: [usize; 2] = [50, 200];
const ALL_LOOKS: usize = 2500;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// The Python identifier of the thread of each [`Stay`]. Locked as `VISITORS` is.
static STAYS: Mutex<Vec<c_long>> = Mutex::new(Vec::new());

/// Errands of all threads.
static ERRANDS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Visits of this thread.
    static OWN: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread is the one that ends the process, which may go on until the end.
    static LAST: Cell<bool> = const { Cell::new(false) };
}

/// One of `VISITS`, and of its thread's own.
struct Counted(());

impl Counted {
    fn begin() -> Self {
        VISITS.fetch_add(1, SeqCst);
        BEGUN.fetch_add(1, SeqCst);
        OWN.set(OWN.get() + 1);
        Self(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        OWN.set(OWN.get() - 1);
        VISITS.fetch_sub(1, SeqCst);
    }
}

/// A thread's stay in Python code that was called from here.
pub struct Visit {
    visitor: c_long,
    _counted: Counted,
}

impl Visit {
    /// Begins a visit.
    ///
    /// Fails with `SystemExit` if the process is about to end.
    pub fn begin(py: Python<'_>) -> PyResult<Self> {
        let visit = Self::within_stay(py)?;
        visit.go_on()?;
        Ok(visit)
    }

    /// Begins a visit that belongs to a [`Stay`], and so may be needed to end it.
    ///
    /// Fails with `SystemExit` if it is too late for that.
    pub fn within_stay(py: Python<'_>) -> PyResult<Self> {
        let visitor = identifier(py)?;
        // Counted before the look at what the hook sets before it looks at the count.
        let counted = Counted::begin();
        locked(&VISITORS).push(visitor);
        let visit = Self {
            visitor,
            _counted: counted,
        };
        if GONE.load(SeqCst) && !LAST.get() {
            return Err(PySystemExit::new_err(()));
        }
        Ok(visit)
    }

    /// Fails with `SystemExit` if the process is about to end.
    // Through `&self`, since only a visitor has to ask.
    #[inline]
    #[expect(clippy::unused_self)]
    pub fn go_on(&self) -> PyResult<()> {
        if LEAVING.load(SeqCst) && !LAST.get() {
            return Err(PySystemExit::new_err(()));
        }
        Ok(())
    }

    /// Lets go of the interpreter for `run`. If the process is too far gone by the end of that, the thread does not come
    /// back.
    // Through `&self`, since a thread that the hook does not wait for could come back in between.
    #[expect(clippy::unused_self)]
    pub fn detach<T: Send>(&self, py: Python<'_>, run: impl Send + FnOnce() -> T) -> T {
        py.detach(|| {
            let result = run();
            if GONE.load(SeqCst) && !LAST.get() {
                last_frame::stay();
            }
            result
        })
    }
}

/// Tasks of an event loop that end in order only if the loop goes on for some turns, with visits in each.
pub struct Stay {
    thread: c_long,
}

impl Stay {
    /// Begins a stay in the calling thread.
    pub fn begin(py: Python<'_>) -> PyResult<Self> {
        let thread = identifier(py)?;
        locked(&STAYS).push(thread);
        Ok(Self { thread })
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        forget(&STAYS, self.thread);
    }
}

/// Work in a thread of its own, that the process waits for before it ends.
pub struct Errand(());

impl Errand {
    /// Begins an errand.
    ///
    /// Fails if the process is about to end.
    pub fn begin() -> PyResult<Self> {
        ERRANDS.fetch_add(1, SeqCst);
        let errand = Self(());
        if LEAVING.load(SeqCst) {
            return Err(PyRuntimeError::new_err(
                "cannot start a thread, as the process is about to end",
            ));
        }
        Ok(errand)
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        // Less than none are counted in a process that was forked by an errand.
        let _ = ERRANDS.fetch_update(SeqCst, SeqCst, |errands| errands.checked_sub(1));
    }
}

/// Attaches a thread of Rust's own to the interpreter for `run`, unless the process is so far gone that there may be none.
///
/// It counts as a visit from before it asks for the interpreter until it has let go of it.
pub fn attach<T>(run: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _counted = Counted::begin();
    if GONE.load(SeqCst) && !LAST.get() {
        return None;
    }
    Python::try_attach(run)
}

/// Whether this thread ends the process, and may go on.
pub fn is_last() -> bool {
    LAST.get()
}

/// Lets a new thread go on where the thread that started it may.
pub fn inherit(is_last: bool) {
    LAST.set(is_last);
}

impl Drop for Visit {
    fn drop(&mut self) {
        forget(&VISITORS, self.visitor);
    }
}

/// Registers what has to happen at exit and after a fork.
pub fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    forbid_second_interpreter(py)?;
    // Kept from now on. The first use of a `PyOnceLock` detaches for a moment: at exit, in a thread that is not counted
    // yet, that would be a Rust frame in a thread that Python ends.
    identifier(py)?;
    integer::prepare(py)?;
    py.import("atexit")?
        .call_method1("register", (wrap_pyfunction!(leave, module)?,))?;
    if cfg!(unix) {
        let hooks = pyo3::types::PyDict::new(py);
        hooks.set_item("after_in_child", wrap_pyfunction!(be_alone, module)?)?;
        // Of the module behind `os`, which is always there.
        py.import("posix")?
            .call_method("register_at_fork", (), Some(&hooks))?;
    }
    Ok(())
}

/// Fails in every interpreter of the process but the first: all of them would share the objects that are kept in statics.
/// From 3.12 on Python refuses by itself, since PyO3's modules do not declare that they support several interpreters.
fn forbid_second_interpreter(py: Python<'_>) -> PyResult<()> {
    static SYS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    // Each interpreter has a module `sys` of its own.
    let sys = py.import("sys")?;
    if SYS.get_or_init(py, || sys.clone().unbind()).is(&sys) {
        Ok(())
    } else {
        Err(PyImportError::new_err(
            "`sum_up_to` does not support loading in subinterpreters",
        ))
    }
}

/// Makes every other thread leave.
#[pyfunction]
fn leave(py: Python<'_>) -> PyResult<()> {
    let here = identifier(py)?;
    let waited = wait_for_errands(py);
    LAST.set(true);
    LEAVING.store(true, SeqCst);
    let stuck = wait_for_others(py, here, OWN.get());
    GONE.store(true, SeqCst);
    if stuck > OWN.get() {
        // One of them may just have asked whether it may come back.
        py.detach(|| thread::sleep(BETWEEN_LOOKS));
    }
    // Those that came in between.
    wait_for_others(py, here, stuck.max(OWN.get()));
    waited
}

/// Waits until no more than these visits are left, and no stay of another thread; visitors that will not leave are
/// interrupted. Gives the number of visits that are left.
fn wait_for_others(py: Python<'_>, here: c_long, allowed: usize) -> usize {
    let mut all_looks = ALL_LOOKS;
    for looks in LOOKS {
        let (mut left, mut begun) = (looks, BEGUN.load(SeqCst));
        while left > 0 && all_looks > 0 {
            (left, all_looks) = (left - 1, all_looks - 1);
            let now = BEGUN.load(SeqCst);
            if now != begun {
                (left, begun) = (looks, now);
            }
            let stays = !GONE.load(SeqCst) && locked(&STAYS).iter().any(|thread| *thread != here);
            if VISITS.load(SeqCst) <= allowed && !stays {
                return allowed;
            }
            py.detach(|| thread::sleep(BETWEEN_LOOKS));
        }
        let others: Vec<c_long> = locked(&VISITORS)
            .iter()
            .copied()
            .filter(|visitor| *visitor != here)
            .collect();
        if VISITS.load(SeqCst) <= allowed {
            // Stays alone are left, in loops that wait for something.
            break;
        }
        for visitor in others {
            interrupt::raise_system_exit(py, visitor);
        }
    }
    VISITS.load(SeqCst)
}

/// Waits until no errand is under way, or a signal says not to.
fn wait_for_errands(py: Python<'_>) -> PyResult<()> {
    while ERRANDS.load(SeqCst) > 0 {
        py.check_signals()?;
        py.detach(|| thread::sleep(BETWEEN_LOOKS));
    }
    Ok(())
}

/// Forgets, in a process just forked, the threads that stayed behind.
#[pyfunction]
fn be_alone() {
    let own = OWN.get();
    VISITS.store(own, SeqCst);
    ERRANDS.store(0, SeqCst);
    // Those of this thread are the only ones whose identifier can still be right, and they are in no need of it.
    locked(&VISITORS).clear();
    locked(&STAYS).clear();
}

/// The calling thread, as Python identifies it.
fn identifier(py: Python<'_>) -> PyResult<c_long> {
    static IDENTIFIER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    IDENTIFIER
        .import(py, "_thread", "get_ident")?
        .call0()?
        .extract()
}

fn locked(threads: &'static Mutex<Vec<c_long>>) -> MutexGuard<'static, Vec<c_long>> {
    threads.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes one entry of a thread.
fn forget(threads: &'static Mutex<Vec<c_long>>, thread: c_long) {
    let mut threads = locked(threads);
    if let Some(position) = threads.iter().position(|entry| *entry == thread) {
        threads.swap_remove(position);
    }
}
