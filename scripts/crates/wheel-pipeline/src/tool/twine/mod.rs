//! twine: uploads files to a package index, one at a time, in one process for all of them.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::command::Invocation;
use crate::process::conversation::{Conversation, Reply};
use crate::process::pause::asked;
use crate::process::secret::Secrets;
use crate::tool::python::environment::Tools;

/// Name and password of an uploader.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials({}, …)", self.user)
    }
}

/// What became of one upload, with nothing secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The index took the file.
    Taken,
    /// Nobody knows: no answer came, or one that may be another in a while.
    Lost { why: String, retry_after: Option<Duration> },
    /// The index says that it has a file of that name, or had one.
    NameTaken(String),
    /// The index does not want it.
    Refused { status: u16, why: String },
    /// twine has no credentials, or cannot get them.
    NoCredentials(String),
    /// twine itself does not want the file.
    Unusable(String),
}

/// A line from the uploading script.
#[derive(Debug, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
enum Line {
    Status { status: u16, reason: String, text: String, retry_after: Option<String> },
    Lost { why: String },
    Credentials { why: String },
    Unusable { why: String },
}

/// twine, started when the first file is sent and again whenever it ended.
pub struct Uploader {
    invocation: Invocation,
    twine: Option<Conversation>,
    secrets: Secrets,
}

const SCRIPT: &str = include_str!("upload.py");
/// The longest that one file may take, however steadily it flows.
const LIMIT: Duration = Duration::from_secs(1800);
/// How much of an answer's text is printed, in characters.
const SHOWN: usize = 600;

impl Uploader {
    /// An uploader that sends to `repository` and takes a silence of `patience` for the end of a
    /// connection. Without credentials twine finds its own: the environment, a keyring, or trusted
    /// publishing.
    pub fn new(
        tools: &Tools,
        repository: &str,
        credentials: Option<&Credentials>,
        patience: Duration,
    ) -> Self {
        Self {
            invocation: invocation(tools, repository, credentials, patience),
            twine: None,
            secrets: Secrets::new(credentials),
        }
    }

    /// Sends one file, once, and the attestation of it if there is one.
    pub fn send(&mut self, file: &Path, attestation: Option<&Path>) -> Result<Answer> {
        if self.twine.is_none() {
            self.twine = Some(Conversation::start(&self.invocation)?);
        }
        let twine = self.twine.as_mut().context("it was just started")?;
        let lost = |why: String| Answer::Lost { why, retry_after: None };
        let answer = match twine.ask(&serde_json::to_string(&(file, attestation))?, LIMIT)? {
            Reply::Line(line) => match serde_json::from_str(&line) {
                Ok(line) => return Ok(judge(line, &self.secrets, SystemTime::now())),
                Err(_) => lost("twine gave no answer that can be understood".to_owned()),
            },
            Reply::Ended(said) => {
                let last = said.lines().last().unwrap_or("it said nothing");
                lost(format!("twine ended: {}", self.secrets.hide(last)))
            }
            Reply::Silence => lost(format!("twine did not end within {} s", LIMIT.as_secs())),
        };
        self.twine = None;
        Ok(answer)
    }
}

/// The command that uploads one file by twine's own program: what `bench publish` compares with.
pub fn upload(
    tools: &Tools,
    repository: &str,
    credentials: &Credentials,
    file: &Path,
) -> Invocation {
    Invocation::new(tools.program("twine"))
        .args([
            "upload",
            "--non-interactive",
            "--disable-progress-bar",
            "--repository-url",
            repository,
        ])
        .arg(file)
        .env("TWINE_USERNAME", &credentials.user)
        .env("TWINE_PASSWORD", &credentials.password)
}

fn invocation(
    tools: &Tools,
    repository: &str,
    credentials: Option<&Credentials>,
    patience: Duration,
) -> Invocation {
    let command = tools
        .python()
        .args(["-c", SCRIPT, "--patience", &patience.as_secs_f64().to_string()])
        .args(["--non-interactive", "--disable-progress-bar", "--repository-url", repository]);
    // Never on the command line, which other users can read.
    match credentials {
        Some(credentials) => command
            .env("TWINE_USERNAME", &credentials.user)
            .env("TWINE_PASSWORD", &credentials.password),
        None => command,
    }
}

/// What an answer means. PyPI gives the reason of a refusal in the status line, others in the text.
fn judge(line: Line, secrets: &Secrets, now: SystemTime) -> Answer {
    match line {
        Line::Status { status: 200..=299, .. } => Answer::Taken,
        Line::Status { status, reason, text, retry_after } => {
            let why = secrets.hide(&worded(&reason, &text));
            let taken = ["already exist", "already been used", "already been uploaded"];
            let lower = why.to_lowercase();
            match status {
                408 | 425 | 429 | 500..=599 => Answer::Lost {
                    why: format!("the index answered {status}: {why}"),
                    retry_after: retry_after.and_then(|text| asked(&text, now)),
                },
                409 => Answer::NameTaken(why),
                400 if taken.iter().any(|words| lower.contains(words)) => Answer::NameTaken(why),
                _ => Answer::Refused { status, why },
            }
        }
        Line::Lost { why } => Answer::Lost { why: secrets.hide(&why), retry_after: None },
        Line::Credentials { why } => Answer::NoCredentials(secrets.hide(&why)),
        Line::Unusable { why } => Answer::Unusable(secrets.hide(&why)),
    }
}

fn worded(reason: &str, text: &str) -> String {
    let text: String = text.trim().chars().take(SHOWN).collect();
    let page = text.starts_with('<');
    match (reason.trim(), text.as_str()) {
        (reason, text) if text.is_empty() || page || text == reason => reason.to_owned(),
        ("", text) => text.to_owned(),
        (reason, text) => format!("{reason}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::{printed, tools};

    const LOOPBACK: &str = "http://127.0.0.1:3141/root/release/";
    const PATIENCE: Duration = Duration::from_secs(60);

    fn credentials() -> Credentials {
        Credentials { user: "uploader".into(), password: "hidden".into() }
    }

    /// A command line without the script that it runs, and the variables that tools.python() sets.
    fn written(credentials: Option<&Credentials>) -> String {
        let command = invocation(&tools(), LOOPBACK, credentials, PATIENCE);
        let text =
            printed(&command).replace(&format!("{SCRIPT:?}").replace('\\', "/"), "[upload.py]");
        let secret = |line: &&str| !line.starts_with(['-', '+']) || line.contains("TWINE");
        text.lines().filter(secret).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn credentials_travel_in_the_environment_and_are_never_shown() {
        insta::assert_snapshot!(written(Some(&credentials())), @"
        python -c [upload.py] --patience 60 --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/
        + TWINE_USERNAME=uploader
        + TWINE_PASSWORD=hidden
        ");
        let command = invocation(&tools(), LOOPBACK, Some(&credentials()), PATIENCE);
        assert!(!command.to_string().contains("uploader"), "{command}");
        assert!(!format!("{command:?}").contains("hidden"), "{command:?}");
        assert_eq!(format!("{:?}", credentials()), "Credentials(uploader, …)");
    }

    #[test]
    fn without_credentials_twine_finds_its_own() {
        insta::assert_snapshot!(written(None), @"python -c [upload.py] --patience 60 --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/");
    }

    fn judged(status: u16, reason: &str, text: &str, retry_after: Option<&str>) -> Answer {
        let line = Line::Status {
            status,
            reason: reason.to_owned(),
            text: text.to_owned(),
            retry_after: retry_after.map(str::to_owned),
        };
        judge(line, &Secrets::default(), SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn what_may_pass_is_told_from_what_is_refused() {
        assert_eq!(judged(200, "OK", "", None), Answer::Taken);
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let answer = judged(status, "Later", "", None);
            assert!(matches!(answer, Answer::Lost { .. }), "{status}: {answer:?}");
        }
        for status in [301, 400, 401, 403, 404, 413] {
            let answer = judged(status, "No", "", None);
            assert_eq!(answer, Answer::Refused { status, why: "No".to_owned() });
        }
    }

    #[test]
    fn a_used_name_is_known_by_what_indexes_say_of_it() {
        for (status, reason) in [
            (409, "Conflict"),
            (400, "File already exists ('a.whl', with blake2_256 hash '0'). See /help/"),
            (400, "This filename has already been used, use a different version."),
        ] {
            assert_eq!(judged(status, reason, "", None), Answer::NameTaken(reason.to_owned()));
        }
    }

    #[test]
    fn the_reason_is_taken_from_where_the_index_put_it() {
        let why = |reason, text| match judged(400, reason, text, None) {
            Answer::Refused { why, .. } => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            why("Invalid value for requires_dist", "<html>…</html>"),
            "Invalid value for requires_dist"
        );
        assert_eq!(why("Bad Request", "no such index"), "Bad Request: no such index");
        assert_eq!(why("", "no such index"), "no such index");
    }

    #[test]
    fn the_pause_that_the_index_asks_for_is_heard() {
        let answer = judged(429, "Too Many Requests", "", Some("7"));
        let retry_after = Some(Duration::from_secs(7));
        let why = "the index answered 429: Too Many Requests".to_owned();
        assert_eq!(answer, Answer::Lost { why, retry_after });
    }
}
