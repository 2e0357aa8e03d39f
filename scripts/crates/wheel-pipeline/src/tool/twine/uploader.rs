//! The twine process that uploads, and its command lines.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use super::answer::{UploadAnswer, interpret};
use crate::process::command::Invocation;
use crate::process::conversation::{Conversation, Reply};
use crate::process::secret::{Credentials, Secrets};
use crate::tool::python::environment::Tools;

/// A twine process, started for the first file and again after it has ended.
pub struct Uploader {
    invocation: Invocation,
    twine: Option<Conversation>,
    secrets: Secrets,
}

const SCRIPT: &str = include_str!("upload.py");
/// The longest time that one upload may take, even without a silence.
const LIMIT: Duration = Duration::from_secs(1800);

impl Uploader {
    /// An uploader to `repository`. A silence of `patience` ends a connection.
    ///
    /// Without credentials twine finds its own: in the environment, in a keyring, or by trusted publishing.
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

    /// Sends one file, once, with its attestation if there is one.
    pub fn send(&mut self, file: &Path, attestation: Option<&Path>) -> Result<UploadAnswer> {
        if self.twine.is_none() {
            self.twine = Some(Conversation::start(&self.invocation)?);
        }
        let twine = self.twine.as_mut().context("it was just started")?;
        let lost = |why: String| UploadAnswer::Lost { why, retry_after: None };
        let answer = match twine.ask(&serde_json::to_string(&(file, attestation))?, LIMIT)? {
            Reply::Line(line) => match serde_json::from_str(&line) {
                Ok(line) => return Ok(interpret(line, &self.secrets, SystemTime::now())),
                Err(_) => lost("twine's answer is not valid JSON".to_owned()),
            },
            Reply::Ended(output) => {
                let last = output.lines().last().unwrap_or("it printed nothing");
                lost(format!("twine ended: {}", self.secrets.hide(last)))
            }
            Reply::Silence => lost(format!("twine gave no answer within {} s", LIMIT.as_secs())),
        };
        self.twine = None;
        Ok(answer)
    }
}

/// The command that uploads one file by twine's own program. `bench publish` compares with it.
pub fn upload_command(
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
    // Other users can read the command line, but not the environment.
    match credentials {
        Some(credentials) => command
            .env("TWINE_USERNAME", &credentials.user)
            .env("TWINE_PASSWORD", &credentials.password),
        None => command,
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
    fn command_text(credentials: Option<&Credentials>) -> String {
        let command = invocation(&tools(), LOOPBACK, credentials, PATIENCE);
        let text =
            printed(&command).replace(&format!("{SCRIPT:?}").replace('\\', "/"), "[upload.py]");
        let secret = |line: &&str| !line.starts_with(['-', '+']) || line.contains("TWINE");
        text.lines().filter(secret).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn credentials_travel_in_the_environment_and_are_never_shown() {
        insta::assert_snapshot!(command_text(Some(&credentials())), @"
        python -c [upload.py] --patience 60 --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/
        + TWINE_USERNAME=uploader
        + TWINE_PASSWORD=hidden
        ");
        let command = invocation(&tools(), LOOPBACK, Some(&credentials()), PATIENCE);
        assert!(!command.to_string().contains("uploader"), "{command}");
        assert!(!format!("{command:?}").contains("hidden"), "{command:?}");
    }

    #[test]
    fn without_credentials_twine_finds_its_own() {
        insta::assert_snapshot!(command_text(None), @"python -c [upload.py] --patience 60 --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/");
    }
}
