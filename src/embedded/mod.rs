//! Python modules inside the extension: the `.py` files of this folder, imported from Rust at their first use.

use std::ffi::CString;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::linecache;

pub static AWAITABLE: EmbeddedModule = embedded!("awaitable");
pub static PYTHON_LOOP: EmbeddedModule = embedded!("python_loop");
pub static SUM_OF_ASYNC: EmbeddedModule = embedded!("sum_of_async");

/// A Python module whose source is in the extension.
pub struct EmbeddedModule {
    name: &'static str,
    /// What tracebacks call its file. No file can have this name, so a traceback never shows lines of another file.
    file: &'static str,
    source: &'static str,
    module: PyOnceLock<Py<PyModule>>,
}

/// The module `sum_up_to._NAME` of the file `NAME.py`.
macro_rules! embedded {
    ($name:literal) => {
        EmbeddedModule {
            name: concat!("sum_up_to._", $name),
            file: concat!("<sum_up_to/", $name, ".py>"),
            source: include_str!(concat!($name, ".py")),
            module: PyOnceLock::new(),
        }
    };
}
use embedded;

impl EmbeddedModule {
    /// An attribute of the module, which is imported first if it has not been.
    pub fn get<'py>(&self, py: Python<'py>, attribute: &str) -> PyResult<Bound<'py, PyAny>> {
        let module = self.module.get_or_try_init(py, || {
            let [name, file, source] = [self.name, self.file, self.source].map(CString::new);
            let module = PyModule::from_code(py, &source?, &file?, &name?)?;
            linecache::keep(
                &PyString::new(py, self.file),
                &PyString::new(py, self.source),
            )?;
            Ok::<_, PyErr>(module.unbind())
        })?;
        module.bind(py).getattr(attribute)
    }
}
