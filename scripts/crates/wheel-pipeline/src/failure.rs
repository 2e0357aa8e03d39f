//! The error type of commands: a code, a message, and hints.

use std::fmt;

/// The kind of a failure. Each kind has an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 1: the project or the release is wrong, so the stage stops.
    Refused,
    /// 2: the command line or a configuration file cannot be used as it is.
    Usage,
    /// 3: the question could not be answered.
    Unknown,
    /// 3: Ctrl-C, or a request to terminate.
    Interrupted,
}

/// A command that ended without a verdict. Any other error counts as [`Code::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: Code,
    /// The fault and its place.
    pub message: String,
    /// Advice for the user, one sentence each.
    pub hints: Vec<String>,
}

impl Failure {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hints: Vec::new() }
    }

    /// The project or the release is wrong.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Code::Refused, message)
    }

    /// The command line or a configuration file cannot be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// The question could not be answered.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(Code::Unknown, message)
    }

    /// Ctrl-C, or a request to terminate.
    pub fn interrupted() -> Self {
        Self::new(Code::Interrupted, "interrupted; nothing half-written is left behind")
            .hint("run the same command again, it continues")
    }

    /// Adds advice for the user.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The message without the hints: `Report::error` prints all hints after the last cause.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// An error with a message and a hint around it. The exit code stays that of the inner error.
#[derive(Debug)]
struct Advice {
    message: String,
    hint: String,
    cause: anyhow::Error,
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Advice {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause.as_ref())
    }
}

/// Context with a hint.
pub trait Advise<T> {
    /// Adds a message with what could not be done, and a hint.
    fn advise(self, message: impl Into<String>, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Advise<T> for Result<T, E> {
    fn advise(self, message: impl Into<String>, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| {
            let (message, hint) = (message.into(), hint.into());
            Advice { message, hint, cause: error.into() }.into()
        })
    }
}

/// The first [`Failure`] in the chain of causes.
pub fn failure(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// All hints of an error and its causes, the outermost first.
pub fn hints(error: &anyhow::Error) -> Vec<&str> {
    let mut hints = Vec::new();
    for cause in error.chain() {
        if let Some(advice) = cause.downcast_ref::<Advice>() {
            hints.push(advice.hint.as_str());
        } else if let Some(failure) = cause.downcast_ref::<Failure>() {
            hints.extend(failure.hints.iter().map(String::as_str));
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn hints_and_code_are_found_under_any_context() {
        let failed: anyhow::Result<()> =
            Err(Failure::usage("no table").hint("add one").hint("or two").into());
        let error = failed
            .context("reading the project")
            .advise("cannot start", "try again")
            .context("outermost")
            .expect_err("it failed");
        assert_eq!(hints(&error), ["try again", "add one", "or two"]);
        assert_eq!(failure(&error).map(|failure| failure.code), Some(Code::Usage));
        let text: Vec<String> = error.chain().map(ToString::to_string).collect();
        assert_eq!(text, ["outermost", "cannot start", "reading the project", "no table"]);
    }
}
