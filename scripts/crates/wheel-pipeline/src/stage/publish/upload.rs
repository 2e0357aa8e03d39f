//! One file from the first question to the end: runs the actions of [`UploadState`] on a backend.

use std::time::Duration;

use anyhow::Result;

use super::state::{Action, IndexState, UploadFailure, UploadState};
use crate::tool::twine::UploadAnswer;

/// The target of actions: an index with a receipt, or a model of them.
pub trait Backend {
    /// Asks the index for the file. Gives its answer, and the time that was spent in waiting for it. `left` is
    /// the patience for this file that is left.
    fn ask(&mut self, left: Duration) -> Result<(IndexState, Duration)>;
    /// Sends the file, once. Gives the same as [`ask`](Self::ask). The time in sending is no waiting.
    fn send(&mut self, left: Duration) -> Result<(UploadAnswer, Duration)>;
    /// Waits.
    fn pause(&mut self, pause: Duration) -> Result<()>;
    /// Writes an event into the receipt.
    fn record(&mut self, event: UploadEvent) -> Result<()>;
}

/// An event for the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadEvent {
    /// The file is about to be sent.
    Sending,
    /// A temporary fault.
    Fault(String),
    /// The index has the file with the right hash, at this address.
    Verified(String),
}

/// Brings one file to the index. Gives the address where the index lists it, or the reason why it does
/// not.
///
/// Errors are those of the backend: an interrupt, or a receipt that cannot be written.
pub fn run(
    backend: &mut impl Backend,
    patience: Duration,
) -> Result<Result<String, UploadFailure>> {
    let mut state = UploadState::new(patience);
    let mut next = UploadState::start();
    loop {
        if !next.pause.is_zero() {
            backend.pause(next.pause)?;
        }
        next = match next.action {
            Action::Ask => {
                let (answer, waited) = backend.ask(state.left())?;
                state.waited(waited);
                if let IndexState::Unknown { why, .. } = &answer {
                    backend.record(UploadEvent::Fault(why.clone()))?;
                }
                state.after_question(answer)
            }
            Action::Send => {
                backend.record(UploadEvent::Sending)?;
                let (answer, waited) = backend.send(state.left())?;
                state.waited(waited);
                if let UploadAnswer::Lost { why, .. } = &answer {
                    backend.record(UploadEvent::Fault(why.clone()))?;
                }
                state.after_upload(answer)
            }
            Action::Finish(url) => {
                backend.record(UploadEvent::Verified(url.clone()))?;
                return Ok(Ok(url));
            }
            Action::Fail(failure) => return Ok(Err(failure)),
        };
    }
}

#[cfg(test)]
mod tests;
