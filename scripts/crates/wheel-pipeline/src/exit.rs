//! The verdict of a run, and the four exit codes.

use std::process::ExitCode;

use crate::failure::{Code, failure};

/// The verdict of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is right, or was already done.
    Yes,
    /// At least one fault was found.
    No,
    /// No fault was found, but something could not be checked.
    Unknown,
}

impl Verdict {
    /// The worse of two verdicts. `No` outweighs `Unknown`.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// The process exit code: 0 yes, 1 no, 3 could not tell.
    pub fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Unknown => 3,
        }
    }
}

/// The exit code of a whole run. An error without a [`Code`] means "could not tell".
pub fn code(outcome: &anyhow::Result<Verdict>) -> ExitCode {
    let code = match outcome {
        Ok(verdict) => verdict.code(),
        Err(error) => match failure(error).map(|failure| failure.code) {
            Some(Code::Refused) => 1,
            Some(Code::Usage) => 2,
            Some(Code::Unknown | Code::Interrupted) | None => 3,
        },
    };
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;
    use crate::failure::Failure;

    #[test]
    fn the_worse_verdict_wins() {
        assert_eq!(Verdict::Yes.and(Verdict::Yes), Verdict::Yes);
        assert_eq!(Verdict::Yes.and(Verdict::Unknown), Verdict::Unknown);
        assert_eq!(Verdict::Unknown.and(Verdict::No), Verdict::No);
    }

    #[test]
    fn an_error_keeps_its_code_under_context() {
        let refused: anyhow::Result<Verdict> =
            Err(Failure::usage("no table")).context("reading the project");
        assert_eq!(code(&refused), ExitCode::from(2));
        assert_eq!(code(&Err(anyhow!("disk full"))), ExitCode::from(3));
        assert_eq!(code(&Ok(Verdict::No)), ExitCode::from(1));
    }
}
