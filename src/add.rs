//! The class `Add`: a limit n, and the sum up to it.

use num_bigint::BigInt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyType};

use crate::exit::HangGuard;
use crate::triangular;
use crate::{fastcall, integer};

/// The sum of the integers from 1 up to a limit.
///
/// Instances are immutable, hashable, comparable with `==`, can be copied and pickled, and match
/// `case Add(n)`. The class is final.
///
/// Args:
///     n (SupportsIndex): The limit: an `int` of any size, or any object that `operator.index` accepts.
///
/// Raises:
///     TypeError: If `n` is not an integer, for example a `float`, even one without a fraction.
///
/// Examples:
///     >>> from sum_up_to import Add
///     >>> Add(1_000_000).up_to()
///     500000500000
///     >>> Add(5)
///     Add(5)
///     >>> Add(5) == Add(5)
///     True
///     >>> Add(2.0)
///     Traceback (most recent call last):
///         ...
///     TypeError: `n` must be an integer, not `float`
// Frozen, because nothing changes after construction: no borrow flag to check, and free-threaded Python needs no lock.
// Final, because a subclass that overrides `n` would break what `==`, `hash` and `up_to` promise of each other.
#[pyclass(frozen, module = "sum_up_to")]
pub struct Add {
    // The Python object rather than a Rust number: most limits are small, and `n`, `==`, `hash` and pickling all want it.
    n: Py<PyInt>,
}

/// From so many bits on, num-bigint with its conversions is faster than Python's own arithmetic, and leaves the interpreter
/// to other threads meanwhile. Measured on 3.11 and 3.13: they cross between 2500 and 3000 bits.
const CONVERTED_BITS: usize = 2800;

/// The sum by Python's own arithmetic on `int`, where a conversion would cost more than it saves.
fn in_python<'py>(n: &Bound<'py, PyInt>) -> PyResult<Bound<'py, PyInt>> {
    if n.lt(1)? {
        return Ok(0_u8.into_pyobject(n.py())?);
    }
    // Twice as fast as `n * (n + 1) // 2`: squares are cheaper than products, and shifts than divisions.
    Ok(n.mul(n)?.add(n)?.rshift(1)?.cast_into()?)
}

#[pymethods]
impl Add {
    #[new]
    pub fn new(n: &Bound<'_, PyAny>) -> PyResult<Self> {
        let n = integer::exact(n, "n")?.unbind();
        Ok(Self { n })
    }

    #[classattr]
    #[pyo3(name = "__match_args__")]
    fn match_args() -> (&'static str,) {
        ("n",)
    }

    /// The limit, as a plain `int`.
    ///
    /// Returns:
    ///     int: The limit that the instance was made with.
    ///
    /// Examples:
    ///     >>> from sum_up_to import Add
    ///     >>> Add(True).n
    ///     1
    #[getter]
    fn n<'py>(&self, py: Python<'py>) -> &Bound<'py, PyInt> {
        self.n.bind(py)
    }

    /// The exact sum 1 + 2 + … + n, which is 0 for n < 1.
    ///
    /// It is computed as n (n + 1) / 2: https://en.wikipedia.org/wiki/Triangular_number
    ///
    /// Returns:
    ///     int: The same as `add_up_to(n)`.
    ///
    /// Raises:
    ///     MemoryError: If the result of an astronomically large limit does not fit in memory.
    ///
    /// Examples:
    ///     >>> from sum_up_to import Add
    ///     >>> Add(100).up_to()
    ///     5050
    ///     >>> Add(-3).up_to()
    ///     0
    pub fn up_to<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyInt>> {
        let n = self.n.bind(py);
        if let Some(sum) = fastcall::word(n).and_then(triangular::up_to_word) {
            return Ok(sum.into_pyobject(py)?);
        }
        let _hang_guard = HangGuard::new();
        if integer::bits(n)? < CONVERTED_BITS {
            return in_python(n);
        }
        let n = BigInt::from(integer::value_of(n)?);
        py.detach(|| triangular::up_to_large(&n)).into_pyobject(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let n = self.n.bind(py);
        let digits = match n.str() {
            // Beyond `sys.get_int_max_str_digits()`, hexadecimal still says which limit it is, and still evaluates to it.
            Err(error) if error.is_instance_of::<PyValueError>(py) => {
                n.call_method1("__format__", ("#x",))?.str()?
            }
            digits => digits?,
        };
        Ok(format!("Add({digits})"))
    }

    fn __eq__(&self, other: &Self, py: Python<'_>) -> PyResult<bool> {
        self.n.bind(py).as_any().eq(&other.n)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.n.bind(py).hash()
    }

    // Serves `copy` and every pickle protocol; `__getnewargs__` alone would leave out protocols 0 and 1.
    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (&Bound<'py, PyInt>,)) {
        (py.get_type::<Self>(), (self.n.bind(py),))
    }
}
