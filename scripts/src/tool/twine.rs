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

#[cfg(test)]
mod tests {
    use super::super::environment::tests::{shown, tools};
    use super::*;

    const LOOPBACK: &str = "http://127.0.0.1:3141/root/release/";

    fn credentials() -> Credentials {
        Credentials { user: "uploader".into(), password: "hidden".into() }
    }

    #[test]
    fn credentials_travel_in_the_environment_and_are_never_shown() {
        let command = upload(&tools(), LOOPBACK, Some(&credentials()), Path::new("dist/a.whl"));
        insta::assert_snapshot!(shown(&command), @"
        twine upload --non-interactive --disable-progress-bar --repository-url http://127.0.0.1:3141/root/release/ dist/a.whl
        + TWINE_USERNAME=uploader
        + TWINE_PASSWORD=hidden
        ");
        let line = command.to_string();
        assert!(!line.contains("hidden") && !line.contains("uploader"), "{line}");
        assert_eq!(format!("{:?}", credentials()), "Credentials(uploader, …)");
    }

    #[test]
    fn without_credentials_twine_finds_its_own() {
        let command = upload(&tools(), "https://upload.pypi.org/legacy/", None, Path::new("a.whl"));
        insta::assert_snapshot!(shown(&command), @"twine upload --non-interactive --disable-progress-bar --repository-url https://upload.pypi.org/legacy/ a.whl");
    }
}
