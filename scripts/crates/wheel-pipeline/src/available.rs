//! A tool, an interpreter or a target that may be missing on this machine.

/// A thing that is here, or the reason why it is not. A missing thing is a result, not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Available<T> {
    Here(T),
    Not { why: String },
}

impl<T> Available<T> {
    /// A missing thing, with the reason.
    pub fn not(why: impl Into<String>) -> Self {
        Self::Not { why: why.into() }
    }

    /// Converts the thing that is here.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Available<U> {
        match self {
            Self::Here(here) => Available::Here(change(here)),
            Self::Not { why } => Available::Not { why },
        }
    }

    /// The thing, if it is here.
    pub fn here(self) -> Option<T> {
        match self {
            Self::Here(here) => Some(here),
            Self::Not { .. } => None,
        }
    }

    /// The reason, if the thing is missing.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::Not { why } => Some(why),
        }
    }
}
