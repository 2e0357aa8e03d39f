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
