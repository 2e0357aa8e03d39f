//! An optional argument whose default is not `None`.

use std::convert::Infallible;

use pyo3::prelude::*;

/// An argument as it was given, so that `None` is refused like any other wrong value.
pub enum Argument<'py> {
    Missing,
    Given(Bound<'py, PyAny>),
}

impl<'py> Argument<'py> {
    pub fn given(self) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Missing => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Argument<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self::Given(value.to_owned()))
    }
}
