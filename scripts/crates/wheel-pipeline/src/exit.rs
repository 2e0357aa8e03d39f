//! How a run ends: four exit codes, and the error that carries each of them.

use std::process::ExitCode;

use thiserror::Error;

/// What a stage found out, when it could find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything holds, or was already done.
    Yes,
    /// Something was looked at and is bad.
    No,
    /// Something that had to be looked at could not be.
    Unknown,
}

impl Verdict {
    /// The worse of two verdicts: what is bad outweighs what is not known.
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

/// An ending that is not a verdict. Any other error counts as [`Stop::Unknown`].
#[derive(Debug, Error)]
pub enum Stop {
    /// The project or the release is wrong, and the stage refuses to go on.
    #[error("{0}")]
    No(String),
    /// The command line or a configuration file cannot be used as it is.
    #[error("{0}")]
    Usage(String),
    /// The question could not be answered.
    #[error("{0}")]
    Unknown(String),
    /// Ctrl-C, or a request to terminate.
    #[error(
        "interrupted; nothing half-written is left behind\nhint: run the same command again, it continues"
    )]
    Interrupted,
}

impl Stop {
    fn code(&self) -> u8 {
        match self {
            Self::No(_) => 1,
            Self::Usage(_) => 2,
            Self::Unknown(_) | Self::Interrupted => 3,
        }
    }
}

/// The exit code of a whole run; an error without a code of its own means "could not tell".
pub fn code(outcome: &anyhow::Result<Verdict>) -> ExitCode {
    let code = match outcome {
        Ok(verdict) => verdict.code(),
        Err(error) => stop(error).map_or(3, Stop::code),
    };
    ExitCode::from(code)
}

fn stop(error: &anyhow::Error) -> Option<&Stop> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn the_worse_verdict_wins() {
        assert_eq!(Verdict::Yes.and(Verdict::Yes), Verdict::Yes);
        assert_eq!(Verdict::Yes.and(Verdict::Unknown), Verdict::Unknown);
        assert_eq!(Verdict::Unknown.and(Verdict::No), Verdict::No);
    }

    #[test]
    fn an_error_keeps_its_code_under_context() {
        let refused: anyhow::Result<Verdict> =
            Err(Stop::Usage("no table".into())).context("reading the project");
        assert_eq!(code(&refused), ExitCode::from(2));
        assert_eq!(code(&Err(anyhow!("disk full"))), ExitCode::from(3));
        assert_eq!(code(&Ok(Verdict::No)), ExitCode::from(1));
    }
}
