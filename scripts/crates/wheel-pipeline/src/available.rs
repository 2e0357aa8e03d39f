//! A tool, an interpreter or a target that may be missing on this machine.

/// Something that is here, or the reason why it is not. Missing is an answer, and no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Available<T> {
    Here(T),
    Not { why: String },
}

impl<T> Available<T> {
    /// It is not here, for this reason.
    pub fn not(why: impl Into<String>) -> Self {
        Self::Not { why: why.into() }
    }

    /// What is here, made into something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Available<U> {
        match self {
            Self::Here(here) => Available::Here(change(here)),
            Self::Not { why } => Available::Not { why },
        }
    }

    /// What is here, if it is.
    pub fn here(self) -> Option<T> {
        match self {
            Self::Here(here) => Some(here),
            Self::Not { .. } => None,
        }
    }

    /// Why it is not here, if it is not.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::Not { why } => Some(why),
        }
    }
}
