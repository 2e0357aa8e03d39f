//! Secrets: credentials, and their removal from text that others wrote.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use wheel_audit::wheel::printable;

use super::environment::{is_secret, password_in_address};

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

/// The known secrets, each in every form in which it may come back, the longest first.
#[derive(Clone, Default)]
pub struct Secrets(Vec<Vec<u8>>);

/// The text in place of a secret.
const HIDDEN: &str = "[hidden]";
/// The first letters of PyPI's tokens and of identity tokens. twine fetches such tokens itself.
const TOKEN_PREFIXES: &[&str] = &["pypi-AgE", "eyJ"];
/// The shortest value of a variable that is taken for a secret. Shorter ones, such as `true`, are also words.
const SHORTEST: usize = 8;

impl Secrets {
    /// The given password, or else the one that twine reads from the environment, and all other secrets of
    /// the environment.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let (user, password) = match credentials {
            Some(credentials) => (credentials.user.clone(), credentials.password.clone()),
            None => (variable("TWINE_USERNAME"), variable("TWINE_PASSWORD")),
        };
        let user = if user.is_empty() { "__token__".to_owned() } else { user };
        let mut forms = Self::of_environment().0.clone();
        forms.extend(Self::from_password(&user, &password).0);
        Self::sorted(forms)
    }

    /// The values of this program's variables that have the name of a secret, and the passwords in addresses.
    pub fn of_environment() -> &'static Self {
        static SECRETS: OnceLock<Secrets> = OnceLock::new();
        SECRETS.get_or_init(|| {
            let ours = std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            });
            Self::of_variables(ours)
        })
    }

    fn of_variables(variables: impl Iterator<Item = (String, String)>) -> Self {
        let user = std::env::var("TWINE_USERNAME").ok().filter(|name| !name.is_empty());
        let user = user.unwrap_or_else(|| "__token__".to_owned());
        let mut forms = Vec::new();
        for (name, value) in variables {
            // The place of a secret is no secret, and it is in many messages.
            let is_place = Path::new(&value).is_absolute() && Path::new(&value).exists();
            if is_secret(&name) && value.len() >= SHORTEST && !is_place {
                forms.extend(forms_of(&user, &value));
            }
            if let Some(both) = password_in_address(&value) {
                forms.push(format!("{both}@").into_bytes());
                if let Some((_, password)) = both.split_once(':')
                    && password.len() >= SHORTEST
                {
                    forms.extend(forms_of("", password));
                }
            }
        }
        Self::sorted(forms)
    }

    fn from_password(user: &str, password: &str) -> Self {
        Self::sorted(if password.is_empty() { Vec::new() } else { forms_of(user, password) })
    }

    /// A longer form may contain a shorter one.
    fn sorted(mut forms: Vec<Vec<u8>>) -> Self {
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        forms.dedup();
        Self(forms)
    }

    /// Returns true if nothing is known to be secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the known secrets from what a child printed. The text stays as it is otherwise.
    pub fn remove(&self, bytes: &[u8]) -> String {
        // Before it is decoded, as the secret may be in another encoding than the rest.
        let mut safe = bytes.to_owned();
        for form in &self.0 {
            if let Some(replaced) = replaced(&safe, form) {
                safe = replaced;
            }
        }
        String::from_utf8_lossy(&safe).into_owned()
    }

    /// Makes text from elsewhere safe to print: one line without secrets, and without control characters
    /// that a terminal or a CI runner obeys.
    pub fn hide(&self, text: &str) -> String {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        // Spaces in a secret are lost on the way to one line, so it is removed before and after.
        let mut text = one_line(&self.remove(text.as_bytes()));
        for form in &self.0 {
            let form = one_line(&String::from_utf8_lossy(form));
            if !form.is_empty() {
                text = text.replace(&form, HIDDEN);
            }
        }
        for prefix in TOKEN_PREFIXES {
            text = hide_tokens(&text, prefix);
        }
        printable(&text)
    }
}

/// The characters that an address may have as they are, by `encodeURIComponent` and by Python's `quote`.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const WITH_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A secret as it was sent, and as it is written in a header, an address, JSON and a page: in UTF-8 and in
/// latin-1.
fn forms_of(user: &str, secret: &str) -> Vec<Vec<u8>> {
    let latin = |text: &str| -> Option<Vec<u8>> {
        text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
    };
    let pair = format!("{user}:{secret}");
    let raw = [Some(secret.as_bytes().to_owned()), latin(secret)];
    let pairs = [Some(pair.as_bytes().to_owned()), latin(&pair)];
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for bytes in raw.iter().flatten() {
        forms.push(bytes.clone());
        for set in [UNRESERVED, WITH_SLASH] {
            let encoded = percent_encode(bytes, set).to_string();
            let lower = encoded
                .split('%')
                .enumerate()
                .map(|(at, part)| match part.split_at_checked(2) {
                    Some((digits, rest)) if at > 0 => format!("%{}{rest}", digits.to_lowercase()),
                    _ => part.to_owned(),
                })
                .collect::<String>();
            forms.extend([encoded.replace("%20", "+"), lower, encoded].map(String::into_bytes));
        }
    }
    for bytes in raw.iter().chain(&pairs).flatten() {
        let encoded = STANDARD.encode(bytes);
        let in_address = percent_encode(encoded.as_bytes(), UNRESERVED).to_string();
        let bare = encoded.trim_end_matches('=').to_owned();
        forms.extend(
            [encoded.replace('/', "\\/"), in_address, bare, encoded].map(String::into_bytes),
        );
    }
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json
        .chars()
        .map(|letter| match letter.is_ascii() {
            true => letter.to_string(),
            false => letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect(),
        })
        .collect();
    let page = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = page.replace('"', "&quot;");
    let pages = [page, quoted.replace('\'', "&#x27;"), quoted.replace('\'', "&#39;"), quoted];
    for text in pages.into_iter().chain([json.replace('/', "\\/"), json, ascii]) {
        forms.extend(latin(&text));
        forms.push(text.into_bytes());
    }
    forms
}

/// The bytes with each occurrence of `form` hidden, or nothing where there is none.
fn replaced(bytes: &[u8], form: &[u8]) -> Option<Vec<u8>> {
    let mut found = memchr::memmem::find_iter(bytes, form).peekable();
    found.peek()?;
    let mut safe = Vec::with_capacity(bytes.len());
    let mut rest = 0;
    for at in found {
        safe.extend_from_slice(&bytes[rest..at]);
        safe.extend_from_slice(HIDDEN.as_bytes());
        rest = at + form.len();
    }
    safe.extend_from_slice(&bytes[rest..]);
    Some(safe)
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

/// Keeps the system from writing the memory of this program, and of its children, to a file when it crashes.
///
/// The memory has the secrets in it. A system that refuses is none that can be helped.
pub fn write_no_core_file() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, setrlimit};
        let _refused = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    }
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
    fn a_secret_is_hidden_in_every_encoding() {
        let secret = "pä  ss/wö'rd&\"<1>";
        let secrets = Secrets::from_password("me", secret);
        let latin: Vec<u8> = secret.chars().map(|letter| letter as u8).collect();
        let pair: Vec<u8> = [b"me:", &latin[..]].concat();
        for form in [
            secret.as_bytes(),
            &latin,
            STANDARD.encode(secret).as_bytes(),
            STANDARD.encode(format!("me:{secret}")).as_bytes(),
            STANDARD.encode(pair).as_bytes(),
            b"p%C3%A4%20%20ss%2Fw%C3%B6%27rd%26%22%3C1%3E",
            b"p%c3%a4%20%20ss%2fw%c3%b6%27rd%26%22%3c1%3e",
            b"p%C3%A4++ss%2Fw%C3%B6%27rd%26%22%3C1%3E",
            b"p%E4%20%20ss/w%F6%27rd%26%22%3C1%3E",
            "pä  ss/wö'rd&\\\"<1>".as_bytes(),
            "pä  ss\\/wö'rd&\\\"<1>".as_bytes(),
            b"p\\u00e4  ss/w\\u00f6'rd&\\\"<1>",
            "pä  ss/wö'rd&amp;\"&lt;1&gt;".as_bytes(),
            "pä  ss/wö&#x27;rd&amp;&quot;&lt;1&gt;".as_bytes(),
            "pä  ss/wö&#39;rd&amp;&quot;&lt;1&gt;".as_bytes(),
        ] {
            let text = [b"a ", form, b" b"].concat();
            assert_eq!(secrets.remove(&text), "a [hidden] b", "{}", String::from_utf8_lossy(form));
        }
        // One space where there were two, as in text that was put on one line.
        assert_eq!(secrets.hide("a pä ss/wö'rd&\"<1> b"), "a [hidden] b");
    }

    #[test]
    fn variables_with_the_name_of_a_secret_are_secret() {
        let variables = [
            ("OWN_TOKEN", "abcdefgh"),
            ("SHORT_TOKEN", "abcd"),
            ("PLAIN", "ijklmnop"),
            ("KEY_PASSWORD", "/"),
            ("HTTPS_PROXY", "http://user:pw@proxy:1/"),
            ("PIP_INDEX_URL", "https://user:long-password@index/"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let secrets = Secrets::of_variables(variables.into_iter());
        let text = "abcdefgh abcd ijklmnop / http://user:pw@proxy:1/ long-password";
        let expected = "[hidden] abcd ijklmnop / http://[hidden]proxy:1/ [hidden]";
        assert_eq!(secrets.remove(text.as_bytes()), expected);
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
