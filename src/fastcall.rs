//! The calls whose cost is the call itself: `add_up_to` for the limits that people pass, and the next value of an iterator.
//!
//! A `#[pyfunction]` costs about 1.4 times what the same function written in C does, for a guard against panics and
//! conversions that a closed form in machine words does not need. So this function stands in front of it: an exact `int`
//! whose sum fits 64 bits is answered here, and everything else by the `#[pyfunction]`, which also lends its name, signature
//! and documentation. The next value comes from the slot of the iterator's type, as it does for Python's own loops; calling
//! `__next__` costs a third more, and what iterates for Rust takes a `StopIteration` that is an error for the end.
#![allow(unsafe_code)]

use std::ffi::{CString, c_int, c_void};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::slice;

use pyo3::exceptions::{PyStopIteration, PySystemError, PyTypeError};
use pyo3::ffi;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCFunction, PyDict, PyInt, PyTuple};

use crate::triangular;

/// The function that answers what is not answered here.
static GENERAL: PyOnceLock<Py<PyCFunction>> = PyOnceLock::new();

/// Puts `general` into the module under its own name, with the short way in front of it.
pub fn export(module: &Bound<'_, PyModule>, general: Bound<'_, PyCFunction>) -> PyResult<()> {
    let py = module.py();
    let text = |attribute| general.getattr(attribute)?.extract::<String>();
    let name = text("__name__")?;
    // The form from which Python makes `__text_signature__` and `__doc__` again.
    let documentation = format!(
        "{name}{}\n--\n\n{}",
        text("__text_signature__")?,
        text("__doc__")?
    );
    let definition = ffi::PyMethodDef {
        ml_name: CString::new(name.as_str())?.into_raw(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFastWithKeywords: add_up_to,
        },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: CString::new(documentation)?.into_raw(),
    };
    // Python keeps a pointer to the definition in every function made of it, so that it lives as long as the process.
    let definition: *mut ffi::PyMethodDef = Box::leak(Box::new(definition));
    GENERAL.get_or_init(py, || general.unbind());
    // SAFETY: the definition lives forever, its pointer and its flags name the same calling convention, the module is
    // alive, and a new reference or null with an exception comes back, which is what `from_owned_ptr_or_err` takes.
    let function = unsafe {
        let name = module.name()?;
        let function = ffi::PyCFunction_NewEx(definition, module.as_ptr(), name.as_ptr());
        Bound::from_owned_ptr_or_err(py, function)?
    };
    module.add(name, function)
}

/// The value of an `int` that fits a machine word; pyo3 makes an exception and drops it for one that does not.
pub fn word(int: &Bound<'_, PyInt>) -> Option<i64> {
    // SAFETY: `int` is an `int`, alive during the call, and the interpreter is attached.
    unsafe { word_of(int.as_ptr()) }
}

/// # Safety
///
/// `int` is an `int` or of a subclass, alive during the call, and the interpreter is attached.
unsafe fn word_of(int: *mut ffi::PyObject) -> Option<i64> {
    let mut overflow: c_int = 0;
    // SAFETY: the caller says what this function asks for. Reading an `int` raises nothing.
    let word = unsafe { ffi::PyLong_AsLongLongAndOverflow(int, &raw mut overflow) };
    (overflow == 0).then_some(word)
}

/// The values of an iterator.
pub struct Values<'py> {
    iterator: Bound<'py, PyAny>,
    next: ffi::iternextfunc,
}

impl<'py> Values<'py> {
    /// Fails with `TypeError` if this is no iterator.
    pub fn of(iterator: Bound<'py, PyAny>) -> PyResult<Self> {
        let kind = iterator.get_type();
        // SAFETY: `kind` is a type, alive during the call, and the interpreter is attached. From 3.10 on, the oldest Python
        // that loads this extension, every type may be asked for its slots.
        let slot = unsafe { ffi::PyType_GetSlot(kind.as_type_ptr(), ffi::Py_tp_iternext) };
        if slot.is_null() {
            // Python may have said that it knows no such slot.
            let error = PyErr::take(iterator.py());
            return Err(error.unwrap_or_else(|| {
                PyTypeError::new_err(format!("a `{kind}` object is no iterator"))
            }));
        }
        // SAFETY: what fills this slot is a function of this kind, and not null.
        let next = unsafe { mem::transmute::<*mut c_void, ffi::iternextfunc>(slot) };
        Ok(Self { iterator, next })
    }

    /// The next value, or what is raised instead of one: `StopIteration` after the last.
    #[inline]
    pub fn next(&self) -> PyResult<Bound<'py, PyAny>> {
        let py = self.iterator.py();
        // SAFETY: the function is that of the object's type, the object is alive, and the interpreter is attached. A new
        // reference comes back, or null, with an exception unless the iterator is at its end.
        let value =
            unsafe { Bound::from_owned_ptr_or_opt(py, (self.next)(self.iterator.as_ptr())) };
        value.ok_or_else(|| PyErr::take(py).unwrap_or_else(|| PyStopIteration::new_err(())))
    }
}

/// `METH_FASTCALL | METH_KEYWORDS`: `arguments` holds `positional` values, then one for each name in `names`.
unsafe extern "C" fn add_up_to(
    _module: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    positional: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    if positional == 1 && names.is_null() {
        // SAFETY: there is one argument, which Python keeps alive during the call; the interpreter is attached, since it
        // calls. An exact `int` runs no code of others and raises nothing when it is read.
        unsafe {
            let limit = *arguments;
            if ffi::PyLong_CheckExact(limit) != 0
                && let Some(sum) = word_of(limit).and_then(triangular::up_to_word)
            {
                return ffi::PyLong_FromUnsignedLongLong(sum);
            }
        }
    }
    // SAFETY: what Python passes to this calling convention is what `general` asks for.
    unsafe { general(arguments, positional, names) }
}

/// Answers by the `#[pyfunction]`: one value directly, any other arguments by a call that says what is wrong with them.
///
/// # Safety
///
/// The interpreter is attached, and the arguments are those of a `METH_FASTCALL | METH_KEYWORDS` call.
#[cold]
unsafe fn general(
    arguments: *const *mut ffi::PyObject,
    positional: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller says so.
    let py = unsafe { Python::assume_attached() };
    let call = || -> PyResult<Py<PyAny>> {
        if positional == 1 && names.is_null() {
            // SAFETY: there is one argument, which the caller says is alive during the call.
            let limit = unsafe { Bound::from_borrowed_ptr(py, *arguments) };
            return Ok(crate::doors::add_up_to::add_up_to(&limit)?
                .into_any()
                .unbind());
        }
        // SAFETY: the caller says that `names` is null or a tuple that outlives the call.
        let names = unsafe { Bound::from_borrowed_ptr_or_opt(py, names) };
        let names = names.map(Bound::cast_into::<PyTuple>).transpose()?;
        let positional = usize::try_from(positional)?;
        let count = positional + names.as_ref().map_or(0, PyTupleMethods::len);
        let values: Vec<Bound<'_, PyAny>> = match count {
            0 => Vec::new(),
            // SAFETY: the caller says that there are so many arguments, each alive during the call; none may lie anywhere.
            count => unsafe {
                slice::from_raw_parts(arguments, count)
                    .iter()
                    .map(|value| Bound::from_borrowed_ptr(py, *value))
                    .collect()
            },
        };
        let (values, rest) = values.split_at(positional);
        let keywords = PyDict::new(py);
        for (name, value) in names.iter().flatten().zip(rest) {
            keywords.set_item(name, value)?;
        }
        let general = GENERAL
            .get(py)
            .ok_or_else(|| PySystemError::new_err("the module is not ready"))?;
        general.call(py, PyTuple::new(py, values)?, Some(&keywords))
    };
    // A panic must not leave through C; this is what pyo3 makes of one.
    let result = catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(PanicException::new_err("`add_up_to` panicked")));
    match result {
        Ok(sum) => sum.into_ptr(),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}
