//! What must never be shown: credentials, and what looks like one, are taken out of foreign text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wheel_audit::wheel::printable;

use crate::tool::twine::Credentials;

/// The secrets that this program knows of, to be hidden in whatever it shows.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

/// What stands in the place of a secret.
const HIDDEN: &str = "[hidden]";
/// How the tokens of PyPI and those of identity providers begin; twine gets them by itself.
const TOKENS: &[&str] = &["pypi-AgE", "eyJ"];

impl Secrets {
    /// The password that was given, or the one that twine finds in the environment.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let (user, password) = match credentials {
            Some(credentials) => (credentials.user.clone(), credentials.password.clone()),
            None => (variable("TWINE_USERNAME"), variable("TWINE_PASSWORD")),
        };
        let user = if user.is_empty() { "__token__".to_owned() } else { user };
        Self::of(&user, &password)
    }

    fn of(user: &str, password: &str) -> Self {
        if password.is_empty() {
            return Self::default();
        }
        // As it travels in the header `Authorization`.
        Self(vec![password.to_owned(), STANDARD.encode(format!("{user}:{password}"))])
    }

    /// Foreign text as it may be shown: without secrets, in one line, and without what a terminal or a CI
    /// runner would obey.
    pub fn hide(&self, text: &str) -> String {
        let mut text = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        for secret in &self.0 {
            text = text.replace(secret, HIDDEN);
        }
        for start in TOKENS {
            text = hide_tokens(&text, start);
        }
        text
    }
}

fn hide_tokens(text: &str, start: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        let (before, token) = rest.split_at(at);
        let part = |letter: char| letter.is_ascii_alphanumeric() || "-_.=+/".contains(letter);
        let end = token.find(|letter| !part(letter)).unwrap_or(token.len());
        shown += before;
        shown += HIDDEN;
        rest = &token[end..];
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_in_every_form_in_which_it_travels() {
        let secrets = Secrets::of("__token__", "hush+1");
        let header = STANDARD.encode("__token__:hush+1");
        assert_eq!(
            secrets.hide(&format!("you sent Basic {header} (hush+1)!")),
            "you sent Basic [hidden] ([hidden])!"
        );
    }

    #[test]
    fn tokens_are_hidden_though_nobody_told_of_them() {
        let text = "bad token pypi-AgEIcHlwaS5vcmc-x_y, identity eyJhbGciOi.eyJzdWIi.c2ln.";
        assert_eq!(Secrets::default().hide(text), "bad token [hidden], identity [hidden]");
    }

    #[test]
    fn nothing_in_foreign_text_reaches_the_terminal_as_a_command() {
        let text = "a\u{1b}[2Jb\r\n::add-mask::c\u{7}";
        assert_eq!(Secrets::default().hide(text), "a\\u{1b}[2Jb ::add-mask::c\\u{7}");
    }

    #[test]
    fn without_a_password_nothing_is_taken_out() {
        assert_eq!(Secrets::of("user", "").hide("as it is"), "as it is");
    }
}
