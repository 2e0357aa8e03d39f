//! Secrets: credentials, and their removal from text that others wrote.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wheel_audit::wheel::printable;

/// Name and password of an uploader.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// The name alone: the password must not reach a log.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Credentials({}, …)", self.user)
    }
}

/// The known secrets, each in every form in which it may come back.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

/// The text in place of a secret.
const HIDDEN: &str = "[hidden]";
/// The first letters of PyPI's tokens and of identity tokens. twine fetches such tokens itself.
const TOKEN_PREFIXES: &[&str] = &["pypi-AgE", "eyJ"];

impl Secrets {
    /// The given password, or else the one that twine reads from the environment.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let (user, password) = match credentials {
            Some(credentials) => (credentials.user.clone(), credentials.password.clone()),
            None => (variable("TWINE_USERNAME"), variable("TWINE_PASSWORD")),
        };
        let user = if user.is_empty() { "__token__".to_owned() } else { user };
        Self::from_password(&user, &password)
    }

    fn from_password(user: &str, password: &str) -> Self {
        if password.is_empty() {
            return Self::default();
        }
        // The second form is the one in the header `Authorization`.
        Self(vec![password.to_owned(), STANDARD.encode(format!("{user}:{password}"))])
    }

    /// Makes text from elsewhere safe to print: one line without secrets, and without control characters
    /// that a terminal or a CI runner obeys.
    pub fn hide(&self, text: &str) -> String {
        let mut text = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        for secret in &self.0 {
            text = text.replace(secret, HIDDEN);
        }
        for prefix in TOKEN_PREFIXES {
            text = hide_tokens(&text, prefix);
        }
        text
    }
}

fn hide_tokens(text: &str, prefix: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, token) = rest.split_at(at);
        let in_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.=+/".contains(letter);
        let end = token.find(|letter| !in_token(letter)).unwrap_or(token.len());
        safe += before;
        safe += HIDDEN;
        rest = &token[end..];
    }
    safe + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_in_every_form_in_which_it_travels() {
        let secrets = Secrets::from_password("__token__", "hush+1");
        let header = STANDARD.encode("__token__:hush+1");
        assert_eq!(
            secrets.hide(&format!("you sent Basic {header} (hush+1)!")),
            "you sent Basic [hidden] ([hidden])!"
        );
    }

    #[test]
    fn tokens_are_hidden_without_being_known() {
        let text = "bad token pypi-AgEIcHlwaS5vcmc-x_y, identity eyJhbGciOi.eyJzdWIi.c2ln.";
        assert_eq!(Secrets::default().hide(text), "bad token [hidden], identity [hidden]");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text = "a\u{1b}[2Jb\r\n::add-mask::c\u{7}";
        assert_eq!(Secrets::default().hide(text), "a\\u{1b}[2Jb ::add-mask::c\\u{7}");
    }

    #[test]
    fn without_a_password_nothing_is_hidden() {
        assert_eq!(Secrets::from_password("user", "").hide("as it is"), "as it is");
    }

    #[test]
    fn the_password_is_never_formatted() {
        let credentials = Credentials { user: "uploader".into(), password: "hidden".into() };
        assert_eq!(format!("{credentials:?}"), "Credentials(uploader, …)");
    }
}
