//! A running total under Python's `+`, without an object for each step while it is a plain `int` or `float`.

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};

use crate::fastcall;

/// The total so far. The builtin sum keeps its totals in the same way, and adds them as fast; but what it rounds when it
/// adds floats has changed over time (https://docs.python.org/3/library/functions.html#sum), while `+` is always the same.
pub enum Total<'py> {
    Word(i64),
    Float(f64),
    Object(Bound<'py, PyAny>),
}

impl<'py> Total<'py> {
    /// A total that begins with this value.
    pub fn of(value: Bound<'py, PyAny>) -> Self {
        match (word(&value), float(&value)) {
            (Some(word), _) => Self::Word(word),
            (None, Some(float)) => Self::Float(float),
            (None, None) => Self::Object(value),
        }
    }

    /// Makes it `total + value`. Subclasses of `int` and `float` are objects like any other, since they may override `+`.
    #[inline]
    pub fn add(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        match self {
            Self::Word(total) => {
                if let Some(sum) = word(value).and_then(|word| total.checked_add(word)) {
                    *total = sum;
                    return Ok(());
                }
            }
            Self::Float(total) => {
                if let Some(value) = float(value) {
                    *total += value;
                    return Ok(());
                }
            }
            Self::Object(_) => {}
        }
        self.add_object(value)
    }

    fn add_object(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let py = value.py();
        *self = match self {
            Self::Word(total) => {
                let sum = PyInt::new(py, *total).add(value)?;
                // An integer beyond the word stays an object, as asking each time whether it has shrunk would cost more.
                float(&sum).map_or(Self::Object(sum), Self::Float)
            }
            Self::Float(total) => Self::Object(PyFloat::new(py, *total).add(value)?),
            Self::Object(total) => Self::Object(total.add(value)?),
        };
        Ok(())
    }

    pub fn into_object(self, py: Python<'py>) -> Bound<'py, PyAny> {
        match self {
            Self::Word(total) => PyInt::new(py, total).into_any(),
            Self::Float(total) => PyFloat::new(py, total).into_any(),
            Self::Object(total) => total,
        }
    }
}

/// The value of a plain `int` that fits a machine word.
fn word(value: &Bound<'_, PyAny>) -> Option<i64> {
    fastcall::word(value.cast_exact::<PyInt>().ok()?)
}

/// The value of a plain `float`.
fn float(value: &Bound<'_, PyAny>) -> Option<f64> {
    Some(value.cast_exact::<PyFloat>().ok()?.value())
}
