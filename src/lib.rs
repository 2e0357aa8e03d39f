//! `sum_up_to._native`, the Python face: the functions and classes that Python sees.

mod add;
mod chunks;
mod doors;
mod embedded;
mod exit;
mod fastcall;
mod integer;
mod linecache;
mod total;
mod triangular;

use pyo3::prelude::*;

/// The extension module behind `sum_up_to`: import that package, since this name may change.
// The module needs no GIL, since all state that threads share is synchronized without it. Objects and interned strings
// that are kept are written once, inside a `PyOnceLock`. The counters and flags of `exit` and `threads` are atomic. The
// lists of threads in `exit`, the runtime of `in_thread` and the state of a `sum_of_async` are behind a `Mutex`. Every
// class is frozen.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::{
        add::Add,
        doors::{
            accept_args::accept_args, create_python_object::create_python_object,
            in_thread::in_thread, race::race, sum_as_string::sum_as_string, sum_of::sum_of,
            sum_of_async::sum_of_async, sum_of_code::sum_of_code,
        },
    };

    #[pymodule_init]
    fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::exit::prepare(module)?;
        let general = pyo3::wrap_pyfunction!(super::doors::add_up_to::add_up_to, module)?;
        super::fastcall::export(module, general)
    }
}
