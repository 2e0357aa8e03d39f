//! Python modules inside the extension: `.py` files beside the Rust ones, imported from Rust at their first use.

/// The module that `$name.py` becomes, named `sum_up_to._$name`.
macro_rules! embedded {
    ($py:expr, $name:literal) => {{
        static MODULE: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::types::PyModule>> =
            pyo3::sync::PyOnceLock::new();
        MODULE
            .get_or_try_init($py, || {
                pyo3::types::PyModule::from_code(
                    $py,
                    pyo3::ffi::c_str!(include_str!(concat!($name, ".py"))),
                    pyo3::ffi::c_str!(concat!($name, ".py")),
                    pyo3::ffi::c_str!(concat!("sum_up_to._", $name)),
                )
                .map(pyo3::Bound::unbind)
            })
            .map(|module| module.bind($py))
    }};
}

pub(crate) use embedded;
