//! The twine process that uploads, and its command lines.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use serde::Serialize;
use wheel_audit::wheel::Sha256Sum;

use super::answer::{UploadAnswer, UploaderReply, interpret};
use crate::folder::Temporary;
use crate::process::command::Invocation;
use crate::process::conversation::{Conversation, Reply};
use crate::process::environment::Grant;
use crate::process::secret::{Credentials, Secrets, write_no_core_file};
use crate::tool::python::tools::{Tool, Tools};

/// A twine process, started for the first file and again after it has ended.
pub struct Uploader {
    invocation: Invocation,
    twine: Option<Conversation>,
    secrets: Secrets,
    /// The folder of the scripts, and of copies while they are sent. It goes with the uploader.
    _scripts: Temporary,
}

/// A file to send, as it was judged.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct JudgedFile<'a> {
    #[serde(rename = "file")]
    pub path: &'a Path,
    pub sha256: Sha256Sum,
    /// The file with its attestation, if there is one.
    pub attestation: Option<&'a Path>,
}

/// A line for `upload.py`.
#[derive(Serialize)]
struct Question<'a> {
    #[serde(flatten)]
    file: JudgedFile<'a>,
    /// The longest time in seconds to connect, of a silence while sending, and from the end of the request to
    /// the end of the answer.
    limit: f64,
}

/// The scripts, which import each other.
const SCRIPTS: &[(&str, &str)] = &[
    (SCRIPT, include_str!("upload.py")),
    ("bounds.py", include_str!("bounds.py")),
    ("hiding.py", include_str!("hiding.py")),
];
const SCRIPT: &str = "upload.py";
/// The longest time that one upload may take, with the time in which the file is sent.
const LIMIT: Duration = Duration::from_secs(1800);

impl Uploader {
    /// An uploader to `repository`.
    ///
    /// Without credentials twine finds its own: in the environment, in a keyring, or by trusted publishing.
    pub fn new(tools: &Tools, repository: &str, credentials: Option<&Credentials>) -> Result<Self> {
        write_no_core_file();
        let scripts = Temporary::new()?;
        for (name, text) in SCRIPTS {
            fs::write(scripts.path().join(name), text).context("cannot write a script")?;
        }
        Ok(Self {
            invocation: invocation(tools, repository, credentials, scripts.path())?,
            twine: None,
            secrets: Secrets::new(credentials),
            _scripts: scripts,
        })
    }

    /// Sends one file, once. Each wait for the index is limited to `limit`. Also gives the time that was spent
    /// in waiting, which the time in sending is no part of.
    pub fn send(
        &mut self,
        file: JudgedFile<'_>,
        limit: Duration,
    ) -> Result<(UploadAnswer, Duration)> {
        if self.twine.is_none() {
            self.twine = Some(Conversation::start(&self.invocation)?);
        }
        let twine = self.twine.as_mut().context("it was just started")?;
        let lost = |why: String| UploadAnswer::Lost { why, retry_after: None };
        let question = Question { file, limit: limit.as_secs_f64() };
        let answer = match twine.ask(&serde_json::to_string(&question)?, LIMIT)? {
            Reply::Line(line) => match serde_json::from_str(&line) {
                Ok(UploaderReply { waited, line }) => {
                    let waited = Duration::try_from_secs_f64(waited).unwrap_or_default();
                    return Ok((interpret(line, &self.secrets, SystemTime::now()), waited));
                }
                Err(_) => (lost("twine's answer is not valid JSON".to_owned()), Duration::ZERO),
            },
            Reply::Ended(output) => {
                let last = output.lines().last().unwrap_or("it printed nothing");
                (lost(format!("twine ended: {}", self.secrets.hide(last))), Duration::ZERO)
            }
            Reply::Silence => {
                (lost(format!("twine gave no answer within {} s", LIMIT.as_secs())), LIMIT)
            }
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
) -> Result<Invocation> {
    let command = Invocation::new(tools.program(Tool::Twine)?)
        .args([
            "upload",
            "--non-interactive",
            "--disable-progress-bar",
            "--repository-url",
            repository,
        ])
        .arg(file)
        .grant(Grant::Upload)
        .env("TWINE_USERNAME", &credentials.user)
        .env("TWINE_PASSWORD", &credentials.password);
    Ok(command)
}

fn invocation(
    tools: &Tools,
    repository: &str,
    credentials: Option<&Credentials>,
    scripts: &Path,
) -> Result<Invocation> {
    let command = tools
        .python(Tool::Twine)?
        .arg(scripts.join(SCRIPT))
        .args(["--non-interactive", "--disable-progress-bar", "--repository-url", repository])
        .grant(Grant::Upload);
    // Other users can read the command line, but not the environment.
    Ok(match credentials {
        Some(credentials) => command
            .env("TWINE_USERNAME", &credentials.user)
            .env("TWINE_PASSWORD", &credentials.password),
        None => command,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::printed;
    use crate::tool::python::tools::tests::tools;

    const LOOPBACK: &str = "http://127.0.0.1:3141/root/release/";
    fn credentials() -> Credentials {
        Credentials { user: "uploader".into(), password: "hidden".into() }
    }

    fn command(credentials: Option<&Credentials>) -> Invocation {
        invocation(&tools(), LOOPBACK, credentials, Path::new("/scripts")).expect("twine is there")
    }

    /// A command line, and the variables that `Tools::python` does not set.
    fn command_text(credentials: Option<&Credentials>) -> String {
        let text = printed(&command(credentials));
        let secret = |line: &&str| !line.starts_with(['-', '+']) || line.contains("TWINE");
        text.lines().filter(secret).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn credentials_travel_in_the_environment_and_are_never_shown() {
        insta::assert_snapshot!(command_text(Some(&credentials())), @"
        python /scripts/upload.py --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/
        + TWINE_USERNAME=uploader
        + TWINE_PASSWORD=hidden
        ");
        let command = command(Some(&credentials()));
        assert!(!command.to_string().contains("uploader"), "{command}");
        assert!(!format!("{command:?}").contains("hidden"), "{command:?}");
    }

    #[test]
    fn without_credentials_twine_finds_its_own() {
        insta::assert_snapshot!(command_text(None), @"python /scripts/upload.py --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/");
    }
}
