//! An index that lies, leads elsewhere or never ends: a clear error, in bounded time and memory.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use wheel_pipeline::index::{Trouble, files_within};

use crate::http;

/// An index that gives every request the same bytes, and then whatever `more` gives.
fn serving(bytes: Vec<u8>, more: fn(&mut TcpStream)) -> String {
    let port = http::listen(move |mut stream| {
        if http::head(&mut stream).is_some() {
            http::give(&mut stream, &bytes);
            more(&mut stream);
        }
    });
    format!("http://127.0.0.1:{port}/simple/")
}

fn end(_: &mut TcpStream) {}

fn ask(simple: &str) -> Trouble {
    files_within(simple, "a", Duration::from_secs(5)).expect_err("it is hostile")
}

fn said(answer: Vec<u8>, more: fn(&mut TcpStream)) -> String {
    let simple = serving(answer, more);
    ask(&simple).to_string().replace(&simple, "[simple]/")
}

fn json(text: &str) -> Vec<u8> {
    http::answer("200 OK", "Content-Type: application/vnd.pypi.simple.v1+json\r\n", text.as_bytes())
}

#[test]
fn an_answer_without_an_end_is_not_read_to_it() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let flood = |stream: &mut TcpStream| {
        let block = vec![b' '; 1 << 20];
        while stream.write_all(&block).is_ok() {}
    };
    assert_eq!(said(head, flood), "the answer to `[simple]/a/` is larger than 67108864 bytes");
}

#[test]
fn an_answer_that_drips_is_not_waited_for() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let drip = |stream: &mut TcpStream| {
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let simple = serving(head, drip);
    let trouble = files_within(&simple, "a", Duration::from_secs(1)).expect_err("it never ends");
    assert!(matches!(trouble, Trouble::Passing { .. }), "{trouble:?}");
    assert!(trouble.to_string().contains("was cut off: "), "{trouble}");
}

#[test]
fn headers_without_an_end_are_not_read_to_it() {
    let flood = |stream: &mut TcpStream| while stream.write_all(b"X-More: and more\r\n").is_ok() {};
    let error = said(b"HTTP/1.1 200 OK\r\n".to_vec(), flood);
    assert!(error.starts_with("cannot ask the index at `[simple]/a/`: "), "{error}");
}

#[test]
fn an_index_leads_nowhere_but_to_itself() {
    for (to, shown) in [
        ("https://elsewhere.example/a/", "https://elsewhere.example/a/"),
        ("//elsewhere.example/a/", "http://elsewhere.example/a/"),
        ("http://127.0.0.1:1/a/", "http://127.0.0.1:1/a/"),
        ("file:///etc/passwd", "nowhere"),
    ] {
        let answer = http::answer("302 Found", &format!("Location: {to}\r\n"), b"");
        assert_eq!(
            said(answer, end),
            format!(
                "the index leads away from itself, from `[simple]/a/` to `{shown}`\n\
                 hint: name that address if it is the one that you mean"
            )
        );
    }
    let circle = http::answer("302 Found", "Location: /simple/a/\r\n", b"");
    assert_eq!(
        said(circle, end),
        "the index leads from address to address, at last to `[simple]/a/`"
    );
    let lost = http::answer("302 Found", "", b"");
    assert!(said(lost, end).contains(" to `nowhere`\n"));
}

#[test]
fn what_is_not_the_simple_api_is_told_apart_from_what_was_cut() {
    let error = said(json("[1, 2"), end);
    assert!(
        error.starts_with("the answer to `[simple]/a/` is not the JSON of the simple API: "),
        "{error}"
    );
    let cut = http::answer("200 OK", "Content-Type: application/json\r\n", b"{\"files\": []}");
    let simple = serving(cut[..cut.len() - 3].to_vec(), end);
    assert!(matches!(ask(&simple), Trouble::Passing { .. }));
    assert_eq!(
        said(http::answer("200 OK", "", &[0xff, 0xfe]), end),
        "the answer to `[simple]/a/` is not UTF-8"
    );
    assert_eq!(
        said(http::answer("451 No", "", b""), end),
        "the index answers 451 to `[simple]/a/`"
    );
}

#[test]
fn wrong_hashes_and_two_hashes_are_refused() {
    let entry = |sum: &str| {
        format!(r#"{{"filename": "a.whl", "url": "a.whl", "hashes": {{"sha256": "{sum}"}}}}"#)
    };
    let page = |entries: &[String]| json(&format!(r#"{{"files": [{}]}}"#, entries.join(", ")));
    assert_eq!(
        said(page(&[entry("0123")]), end),
        "`[simple]/a/` gives a wrong SHA-256 for `a.whl`"
    );
    let (one, other) = (entry(&"0".repeat(64)), entry(&"1".repeat(64)));
    let error = said(page(&[one, other]), end);
    assert!(error.starts_with("`[simple]/a/` offers `a.whl` with two hashes, 000"), "{error}");
}

#[test]
fn a_name_cannot_flood_or_command_the_terminal() {
    let name = format!("\\u001b[2J{}", "x".repeat(100_000));
    let page = format!(r#"{{"files": [{{"filename": "{name}", "url": "a", "hashes": {{}}}}]}}"#);
    let error = said(json(&page), end);
    assert!(error.len() < 400 && !error.contains('\u{1b}'), "{error}");
}
