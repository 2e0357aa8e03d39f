//! twine: uploads files to a package index.

use std::path::Path;

use super::command::Invocation;
use super::environment::Tools;

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

/// The command that uploads one file. Without credentials twine finds its own: trusted publishing, the
/// environment, or a keyring. They never stand on the command line, which other users can read.
pub fn upload(
    tools: &Tools,
    repository: &str,
    credentials: Option<&Credentials>,
    file: &Path,
) -> Invocation {
    let command = Invocation::new(tools.program("twine"))
        .args([
            "upload",
            "--non-interactive",
            "--disable-progress-bar",
            "--repository-url",
            repository,
        ])
        .arg(file);
    match credentials {
        Some(credentials) => command
            .env("TWINE_USERNAME", &credentials.user)
            .env("TWINE_PASSWORD", &credentials.password),
        None => command,
    }
}
