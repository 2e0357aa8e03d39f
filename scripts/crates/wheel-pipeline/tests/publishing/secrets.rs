//! Credentials are in the environment of twine and nowhere else, whatever fails.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http;
use crate::index::{Index, PASSWORD, USER};
use crate::matrix::each;
use crate::proxy::Proxy;
use crate::release::Release;
use wheel_fixtures::limited;

/// The password, and its form in a header.
fn forms() -> [String; 2] {
    [PASSWORD.to_owned(), STANDARD.encode(format!("{USER}:{PASSWORD}"))]
}

fn assert_none_in(text: &[u8], what: &str) {
    for form in forms() {
        assert!(memchr::memmem::find(text, form.as_bytes()).is_none(), "{what} holds the password");
    }
}

/// Searches every file of a folder for the password. Gives the number of files.
fn search(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("listed");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            files += search(&entry.path());
        } else if kind.is_file() {
            let name = entry.path().display().to_string();
            assert_none_in(name.as_bytes(), "a name");
            assert_none_in(&fs::read(entry.path()).expect("readable"), &name);
            files += 1;
        }
    }
    files
}

/// An index that repeats the credentials in the reason and in the text of its answer, both plain and in the
/// form of a header.
fn repeating(status: &'static str) -> u16 {
    http::listen(move |mut stream| {
        let Some(head) = http::head(&mut stream) else { return };
        let Some(_) = http::body(&mut stream, http::length(&head)) else { return };
        let answer = match http::header(&head, "authorization") {
            Some(sent) => {
                let decoded = STANDARD.decode(sent.trim_start_matches("Basic ")).expect("Base64");
                let decoded = String::from_utf8(decoded).expect("UTF-8");
                let text = format!("you are {decoded}, {sent}, and pypi-AgEIcHlwaS5vcmcCJD");
                http::answer(&format!("{status} {text}"), "", text.as_bytes())
            }
            None => http::answer("404 Not Found", "", b""),
        };
        http::give(&mut stream, &answer);
    })
}

#[test]
fn an_index_that_repeats_the_password_is_not_repeated() {
    each(vec![("403", 1), ("400", 1), ("503", 3)], |(status, code)| {
        let release = Release::small();
        let run = release.publish(repeating(status));
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains("you are __token__:[hidden]"), "{}", run.stderr);
        assert!(!run.stderr.contains("pypi-AgE"), "{}", run.stderr);
        assert_none_in(run.stdout.as_bytes(), "stdout");
        assert_none_in(run.stderr.as_bytes(), "stderr");
        assert!(search(release.project.root()) > 4);
    });
}

/// A password with spaces, letters beyond ASCII, and what JSON, addresses and pages escape.
const HARD: &str = "p\u{e4}  ss/w\u{f6}'rd&\"<hush>+no-part-of-this-is-shown";

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("latin-1")).collect()
}

fn in_address(bytes: &[u8]) -> Vec<u8> {
    let quoted = |&byte: &u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    bytes.iter().map(quoted).collect::<String>().into_bytes()
}

/// The password in every encoding in which an index may repeat it.
fn encodings() -> Vec<(&'static str, Vec<u8>)> {
    let (utf8, latin) = (HARD.as_bytes().to_owned(), latin(HARD));
    let page = |quote: &str| {
        let text = HARD.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', quote).into_bytes()
    };
    let json = serde_json::Value::from(HARD).to_string();
    let json_in_ascii = json.replace('\u{e4}', "\\u00e4").replace('\u{f6}', "\\u00F6");
    let numbers: String = HARD.chars().map(|letter| format!("&#{};", u32::from(letter))).collect();
    let points: String =
        HARD.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect();
    let pair = |bytes: &[u8]| STANDARD.encode([b"__token__:", bytes].concat()).into_bytes();
    vec![
        ("utf-8", utf8.clone()),
        ("latin-1", latin.clone()),
        ("the header in latin-1", pair(&latin)),
        ("the header in utf-8", pair(&utf8)),
        ("the header in an address", in_address(&pair(&latin))),
        ("base64", STANDARD.encode(&utf8).into_bytes()),
        ("an address in utf-8", in_address(&utf8)),
        ("an address in latin-1", in_address(&latin)),
        ("an address in lower case", in_address(&utf8).to_ascii_lowercase()),
        (
            "a form",
            String::from_utf8(in_address(&utf8)).expect("ASCII").replace("%20", "+").into_bytes(),
        ),
        (
            "a whole address",
            HARD.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>().into_bytes(),
        ),
        ("JSON", json.clone().into_bytes()),
        ("JSON of PHP", json.replace('/', "\\/").into_bytes()),
        ("JSON in ASCII", json_in_ascii.into_bytes()),
        ("JSON of code points", points.into_bytes()),
        ("a page", page("&#x27;")),
        ("a page of Python 2", page("&#39;")),
        ("a page of numbers", numbers.into_bytes()),
        ("one space", HARD.replace("  ", " ").into_bytes()),
        ("a line break", HARD.replace("  ", "\n").into_bytes()),
        ("upper case", HARD.to_uppercase().into_bytes()),
        ("twice an address", in_address(&in_address(&utf8))),
    ]
}

/// An index that answers every upload with this reason and this text.
fn answering(status: &'static str, reason: Vec<u8>, text: Vec<u8>) -> u16 {
    http::listen(move |mut stream| {
        let Some(head) = http::head(&mut stream) else { return };
        let Some(_) = http::body(&mut stream, http::length(&head)) else { return };
        if !head.starts_with("POST") {
            return http::give(&mut stream, &http::answer("404 Not Found", "", b""));
        }
        let mut answer = format!("HTTP/1.1 {status} ").into_bytes();
        answer.extend(reason.iter().filter(|byte| !b"\r\n".contains(byte)));
        answer.extend(format!("\r\nContent-Length: {}\r\n\r\n", text.len()).into_bytes());
        answer.extend(&text);
        http::give(&mut stream, &answer);
    })
}

/// Asserts that no part of the password is in a text, in any of its encodings.
fn assert_no_part(text: &str, what: &str) {
    const PART: usize = 6;
    for (name, form) in encodings() {
        let form = String::from_utf8_lossy(&form).into_owned();
        let letters: Vec<char> = form.chars().collect();
        for part in letters.windows(PART) {
            let part: String = part.iter().collect();
            // The name of the user is no secret.
            if !STANDARD.encode("__token__:").contains(&part) {
                assert!(!text.contains(&part), "{what} has `{part}` of {name}: {text}");
            }
        }
    }
}

/// Publishes with the password to an index, and asserts that nothing of it is shown or kept.
fn publish_hard(port: u16, what: &str) {
    let release = Release::small();
    let mut command = release.command(port);
    // An error with its backtrace must not show more than without one.
    command.env("TWINE_PASSWORD", HARD).env("RUST_BACKTRACE", "full");
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 1, "{what}: {}", run.stderr);
    let receipt = fs::read_to_string(release.project.work().join("receipt.json")).expect("written");
    for text in [&run.stdout, &run.stderr, &receipt] {
        assert_no_part(text, what);
    }
    // Of a long answer, only the beginning is shown.
    let shown = run.stderr.contains("[hidden") || what == "beyond the message";
    assert!(shown, "{what}: {}", run.stderr);
}

#[test]
fn a_password_is_hidden_in_each_encoding() {
    each(encodings(), |(name, form)| {
        let text = [b"you sent ", &form[..], b" to us"].concat();
        publish_hard(answering("400", b"no".to_vec(), text.clone()), name);
        publish_hard(answering("400", text, Vec::new()), name);
    });
}

#[test]
fn a_password_is_hidden_before_an_answer_is_cut() {
    // The limits of a message, of a line of the script, and of an answer fall into the password.
    let middle = HARD.len() / 2;
    let padded = |before: usize| [b"x ".repeat(before / 2), HARD.as_bytes().to_vec()].concat();
    let mut cases =
        vec![("the message", padded(600 - middle)), ("beyond the message", padded(4000 - middle))];
    // Hidden secrets are shorter than secrets, so the end of a long answer comes into sight.
    let many = |length: usize| HARD.as_bytes().repeat(length / HARD.len() + 2);
    cases.extend([("many", many(600)), ("more than is read", many(1 << 16))]);
    each(cases, |(name, text)| publish_hard(answering("400", b"no".to_vec(), text), name));
}

#[test]
fn the_part_of_a_long_token_at_the_end_of_what_is_read_is_hidden() {
    let letters =
        (0..500u32).map(|number| format!("{:03x}", number.wrapping_mul(2_654_435_761) >> 20));
    let token: String = letters.collect();
    // The limit of 64 KiB falls into one of them, and all before it are short when they are hidden.
    let port = answering("400", b"no".to_vec(), token.as_bytes().repeat(60));
    let release = Release::small();
    let mut command = release.command(port);
    command.env("TWINE_PASSWORD", &token);
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("it answered 400: no: [hidden][hidden]"), "{}", run.stderr);
    for at in 0..token.len() - 8 {
        let part = &token[at..at + 8];
        assert!(!run.stderr.contains(part), "`{part}`: {}", run.stderr);
    }
}

/// A keyring that is no program's but Python's, as a file.
const RING: &str = r#"
from keyring.backend import KeyringBackend
from keyring.credentials import SimpleCredential

class Ring(KeyringBackend):
    priority = 9
    def get_credential(self, service, username):
        return SimpleCredential("__token__", PASSWORD)
    def get_password(self, service, username):
        return PASSWORD
    def set_password(self, *arguments): pass
    def delete_password(self, *arguments): pass
"#;

#[test]
fn a_password_of_a_keyring_is_hidden() {
    each(encodings(), |(name, form)| {
        let release = Release::small();
        let text = [b"you sent ", &form[..], b" to us"].concat();
        let json = serde_json::Value::from(HARD);
        release.project.write("ring/ring.py", &format!("PASSWORD = {json}\n{RING}"));
        let settings = format!(
            "[backend]\ndefault-keyring=ring.Ring\nkeyring-path={}\n",
            release.project.root().join("ring").display()
        );
        release.project.write("config/python_keyring/keyringrc.cfg", &settings);
        let mut command = release.command(answering("403", b"no".to_vec(), text));
        command
            .env_remove("TWINE_USERNAME")
            .env_remove("TWINE_PASSWORD")
            .env("HOME", release.project.root().join("home"))
            .env("XDG_CONFIG_HOME", release.project.root().join("config"));
        let run = release.project.finish(limited::output(&mut command));
        assert_eq!(run.code, 1, "{name}: {}", run.stderr);
        assert!(run.stderr.contains("it answered 403"), "{name}: {}", run.stderr);
        assert!(run.stderr.contains("[hidden"), "{name}: {}", run.stderr);
        assert_no_part(&run.stderr, name);
    });
}

#[test]
fn no_command_line_and_no_file_has_the_password_while_it_is_used() {
    let (release, index) = (Release::small(), Index::default());
    let root = release.project.root().to_owned();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let lines = seen.clone();
    let watch = move |_, _| {
        // The command lines of all processes of this machine.
        let listed = limited::output(Command::new("ps").args(["-A", "-o", "args="]));
        lines.lock().expect("no holder panics").push(listed.stdout);
        search(&root);
    };
    let proxy = Proxy { watch: Some(Arc::new(watch)), ..Proxy::default() };
    let run = release.publish(proxy.start(index.start()));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let seen = seen.lock().expect("no holder panics");
    let while_sending = String::from_utf8_lossy(&seen[2]).into_owned();
    assert!(while_sending.contains("--repository-url http://127.0.0.1:"), "{while_sending}");
    for lines in seen.iter() {
        assert_none_in(lines, "a command line");
    }
}

#[test]
fn an_address_with_a_password_is_refused_and_not_repeated() {
    let release = Release::small();
    for (option, other) in
        [("--repository-url", "--index-url"), ("--index-url", "--repository-url")]
    {
        let bad = format!("https://{USER}:{PASSWORD}@index.example/");
        let run = release.project.run(&["publish", option, &bad, other, "http://127.0.0.1:1/"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        let expected = format!(
            "error: `{option}` contains a user name or password, which other users can read\n"
        );
        assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
        assert_none_in(format!("{}{}", run.stdout, run.stderr).as_bytes(), "the refusal");
    }
}

#[test]
fn without_credentials_the_hint_names_their_place() {
    let (release, index) = (Release::small(), Index::default());
    let mut command = release.command(index.start());
    let home = release.project.root().join("home");
    command.env_remove("TWINE_USERNAME").env_remove("TWINE_PASSWORD").env("HOME", home);
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("\nhint: twine has no credentials: set `TWINE_PASSWORD`"),
        "{}",
        run.stderr
    );
    assert_eq!(index.uploads(), []);
}
