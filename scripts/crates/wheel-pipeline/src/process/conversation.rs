//! A tool that answers many questions, one line each, so that it starts only once.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process::clock::Busy;
use crate::process::command::{Invocation, Server};
use crate::process::interrupt::check_interrupt;
use crate::process::secret::Secrets;

/// A running tool. Dropping it ends the tool and every process that the tool started. Its `stdin` closes when
/// the pipeline is killed.
pub struct Conversation {
    tool: Server,
    questions: ChildStdin,
    answers: Receiver<String>,
    errors: File,
}

/// The result of a question.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Line(String),
    /// The tool ended by itself. Holds the end of its `stderr`.
    Ended(String),
    /// No answer within the time.
    Silence,
}

/// The number of bytes shown from the end of a tool's `stderr`.
const TAIL: usize = 2000;

impl Conversation {
    /// Starts the tool.
    pub fn start(invocation: &Invocation) -> Result<Self> {
        let errors = tempfile::tempfile()?;
        let mut tool = invocation.converse(Stdio::from(errors.try_clone()?))?;
        let questions = tool.stdin().context("the tool was started with a pipe")?;
        let lines = BufReader::new(tool.stdout().context("the tool was started with a pipe")?);
        let (sender, answers) = channel();
        // The thread ends when the tool ends, because that closes the pipe.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if sender.send(Secrets::of_environment().remove(line.as_bytes())).is_err() {
                    break;
                }
            }
        });
        Ok(Self { tool, questions, answers, errors })
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, line: &str, limit: Duration) -> Result<Reply> {
        let _busy = Busy::start();
        if writeln!(self.questions, "{line}").and_then(|()| self.questions.flush()).is_err() {
            return Ok(Reply::Ended(self.complaint()?));
        }
        let started = Instant::now();
        while started.elapsed() < limit {
            check_interrupt()?;
            match self.answers.recv_timeout(Duration::from_millis(20)) {
                Ok(line) => return Ok(Reply::Line(line)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Reply::Ended(self.complaint()?));
                }
            }
        }
        Ok(Reply::Silence)
    }

    fn complaint(&mut self) -> Result<String> {
        // A tool may still write to `stderr` while it ends.
        let started = Instant::now();
        while self.tool.is_running()? && started.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut bytes = Vec::new();
        self.errors.rewind()?;
        self.errors.read_to_end(&mut bytes)?;
        // Before the cut, which could leave half of a secret.
        let text = Secrets::of_environment().remove(&bytes);
        let tail = &text.as_bytes()[text.len().saturating_sub(TAIL)..];
        Ok(String::from_utf8_lossy(tail).trim().to_owned())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Conversation {
        Conversation::start(&Invocation::new("sh").args(["-c", script])).expect("sh starts")
    }

    #[test]
    fn each_question_has_its_answer() {
        let mut echo = shell("while read line; do echo \"<$line>\"; done");
        for word in ["one", "two"] {
            let reply = echo.ask(word, Duration::from_secs(60)).expect("no interrupt");
            assert_eq!(reply, Reply::Line(format!("<{word}>")));
        }
    }

    #[test]
    fn a_tool_that_ends_gives_the_end_of_its_stderr() {
        let mut ended = shell("read line; echo no >&2; exit 1");
        let reply = ended.ask("one", Duration::from_secs(60)).expect("no interrupt");
        assert_eq!(reply, Reply::Ended("no".to_owned()));
    }

    #[test]
    fn a_silent_tool_is_waited_for_until_the_limit() {
        let mut silent = shell("sleep 60");
        let reply = silent.ask("one", Duration::from_millis(30)).expect("no interrupt");
        assert_eq!(reply, Reply::Silence);
    }
}
