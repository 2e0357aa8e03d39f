//! `sum_up_to._native`, the Python face: the functions and classes that Python sees.

mod add;
mod argument;
mod asyncio;
mod chunks;
mod doors;
mod embedded;
mod exit;
mod fastcall;
mod integer;
mod linecache;
mod ordered_sum;
mod runtime;
mod total;
mod triangular;

use pyo3::prelude::*;

/// The extension module behind `sum_up_to`: import that package, since this name may change.
// The module needs no GIL, since all state that threads share is synchronized without it. Objects and interned strings
// that are kept are written once, inside a `PyOnceLock`. Counters and flags are atomic. All else that changes is behind a
// `Mutex`. Every class is frozen.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;
    use pyo3::types::PyString;

    #[pymodule_export]
    use super::{
        add::Add,
        doors::{
            accept_args::accept_args, add_up_to_after::add_up_to_after,
            create_python_object::create_python_object, in_thread::in_thread, race::race,
            sum_as_string::sum_as_string, sum_of::sum_of, sum_of_async::sum_of_async,
            sum_of_code::sum_of_code, sum_on_tokio::sum_on_tokio,
        },
    };

    #[pymodule_init]
    fn prepare(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::exit::prepare(module)?;
        let general = pyo3::wrap_pyfunction!(super::doors::add_up_to::add_up_to, module)?;
        super::fastcall::export(module, general)?;
        // Where users import them from. Pickles and `help` name it.
        for name in module.index()? {
            module
                .getattr(name.cast_into::<PyString>()?)?
                .setattr("__module__", "sum_up_to")?;
        }
        module.setattr("__version__", env!("CARGO_PKG_VERSION"))
    }
}
