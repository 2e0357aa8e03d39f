//! A sum whose values come in any order, and are added in the order of i.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyInt;

/// Hands out 1, 2, …, n, and adds what comes back for them.
pub struct OrderedSum {
    n: i64,
    // Never locked while Python is called, which may come back here.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last i that was handed out.
    given: i64,
    is_stopped: bool,
    /// Values that came before those of smaller i.
    early: HashMap<i64, Py<PyAny>>,
    /// The last i whose value was taken for the total.
    taken: i64,
    /// The sum of the values up to there; none before the first, and while the next is being added.
    total: Option<Py<PyAny>>,
    /// Whether a value is being added. Others wait in `early` meanwhile.
    is_adding: bool,
}

impl OrderedSum {
    pub fn new(n: i64) -> Self {
        Self {
            n,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next i, if one is left.
    pub fn give(&self) -> Option<i64> {
        let mut state = self.state();
        if state.is_stopped || state.given == self.n {
            return None;
        }
        state.given += 1;
        Some(state.given)
    }

    /// Lets nobody have another i.
    pub fn stop(&self) {
        self.state().is_stopped = true;
    }

    /// Takes the value of one i, and adds those whose turn has come.
    pub fn add(&self, py: Python<'_>, i: i64, value: Py<PyAny>) -> PyResult<()> {
        self.state().early.insert(i, value);
        loop {
            let (total, value) = {
                let mut state = self.state();
                let next = state.taken + 1;
                if state.is_adding {
                    return Ok(());
                }
                let Some(value) = state.early.remove(&next) else {
                    return Ok(());
                };
                state.taken = next;
                state.is_adding = true;
                (state.total.take(), value)
            };
            let sum = match total {
                Some(total) => total.bind(py).add(value),
                None => PyInt::new(py, 0).add(value),
            };
            let mut state = self.state();
            state.is_adding = false;
            state.total = Some(sum?.unbind());
        }
    }

    /// The sum of what was added.
    pub fn total(&self, py: Python<'_>) -> Py<PyAny> {
        let total = self.state().total.take();
        total.unwrap_or_else(|| PyInt::new(py, 0).into_any().unbind())
    }

    /// Shows the collector of garbage what is kept.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Locked only by a thread that is at work on it, so that nothing of it is garbage.
        if let Ok(state) = self.state.try_lock() {
            for value in state.early.values() {
                visit.call(value)?;
            }
            visit.call(&state.total)?;
        }
        Ok(())
    }

    /// Gives back what is kept.
    pub fn clear(&self) {
        let state = std::mem::take(&mut *self.state());
        drop(state);
    }
}
