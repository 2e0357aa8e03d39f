//! A hostile index gives a clear error, in bounded time and memory.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use wheel_pipeline::failure::Failure;
use wheel_pipeline::index::{IndexError, listing_within};

use crate::http;

/// An index that answers every request with the same bytes, and then with those of `more`.
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

fn ask(simple: &str) -> IndexError {
    listing_within(simple, "a", Duration::from_secs(5)).expect_err("it is hostile")
}

fn message(answer: Vec<u8>, more: fn(&mut TcpStream)) -> String {
    let simple = serving(answer, more);
    ask(&simple).to_string().replace(&simple, "[simple]/")
}

fn json(text: &str) -> Vec<u8> {
    http::answer("200 OK", "Content-Type: application/vnd.pypi.simple.v1+json\r\n", text.as_bytes())
}

#[test]
fn an_endless_answer_is_cut() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let flood = |stream: &mut TcpStream| {
        let block = vec![b' '; 1 << 20];
        while stream.write_all(&block).is_ok() {}
    };
    assert_eq!(message(head, flood), "the answer to `[simple]/a/` is larger than 67108864 bytes");
}

#[test]
fn an_answer_that_comes_too_slowly_is_not_read_to_its_end() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let drip = |stream: &mut TcpStream| {
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let simple = serving(head, drip);
    let error = listing_within(&simple, "a", Duration::from_secs(1)).expect_err("it never ends");
    assert!(matches!(error, IndexError::Temporary { .. }), "{error:?}");
    assert!(error.to_string().contains("was cut off: "), "{error}");
}

#[test]
fn headers_that_come_too_slowly_are_not_read_to_their_end() {
    let drip = |stream: &mut TcpStream| {
        while stream.write_all(b"X: y\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    for head in
        [&b"HTTP/1.1 200 OK\r\n"[..], b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", b""]
    {
        let simple = serving(head.to_vec(), drip);
        let error =
            listing_within(&simple, "a", Duration::from_secs(1)).expect_err("it never ends");
        assert!(matches!(error, IndexError::Temporary { .. }), "{error:?}");
    }
}

#[test]
fn redirects_have_one_limit_of_time_together() {
    let pause = Duration::from_millis(700);
    let port = http::listen(move |mut stream| {
        let Some(head) = http::head(&mut stream) else { return };
        std::thread::sleep(pause);
        let page = head.split(' ').nth(1).unwrap_or_default();
        let answer = match page.matches("/next").count() {
            3 => json(r#"{"files": []}"#),
            _ => http::answer("302 Found", &format!("Location: {page}next/\r\n"), b""),
        };
        http::give(&mut stream, &answer);
    });
    let simple = format!("http://127.0.0.1:{port}/simple/");
    // Each answer comes in time, and all of them together do not.
    let error = listing_within(&simple, "a", pause * 2).expect_err("it takes four pauses");
    assert!(matches!(error, IndexError::Temporary { .. }), "{error:?}");
    assert_eq!(listing_within(&simple, "a", http::SILENCE), Ok(Vec::new()));
}

#[test]
fn endless_headers_are_cut() {
    let flood = |stream: &mut TcpStream| while stream.write_all(b"X-More: and more\r\n").is_ok() {};
    let error = message(b"HTTP/1.1 200 OK\r\n".to_vec(), flood);
    assert!(error.starts_with("the index at `[simple]/a/` cannot be reached: "), "{error}");
}

#[test]
fn an_index_redirects_only_to_itself() {
    for (to, named) in [
        ("https://elsewhere.example/a/", "https://elsewhere.example/a/"),
        ("//elsewhere.example/a/", "http://elsewhere.example/a/"),
        ("http://127.0.0.1:1/a/", "http://127.0.0.1:1/a/"),
    ] {
        let answer = http::answer("302 Found", &format!("Location: {to}\r\n"), b"");
        let simple = serving(answer, end);
        let failure = Failure::from(ask(&simple));
        assert_eq!(
            failure.message.replace(&simple, "[simple]/"),
            format!("the index redirects from `[simple]/a/` to another server, `{named}`")
        );
        assert_eq!(failure.hints, ["use that address if you trust that server"]);
    }
    for to in ["file:///etc/passwd", "https://user:password@127.0.0.1/", "\\\\elsewhere.example\\a"]
    {
        let answer = http::answer("302 Found", &format!("Location: {to}\r\n"), b"");
        assert_eq!(
            message(answer, end),
            format!(
                "the index redirects from `[simple]/a/` to `{}`, which is not the address of a web server",
                to
            )
        );
    }
    let circle = http::answer("302 Found", "Location: /simple/a/\r\n", b"");
    assert_eq!(
        message(circle, end),
        "the index redirects more than 3 times, the last time to `[simple]/a/`"
    );
    let lost = http::answer("302 Found", "", b"");
    assert_eq!(message(lost, end), "the index redirects from `[simple]/a/`, but names no address");
}

#[test]
fn a_wrong_answer_is_distinguished_from_one_that_was_cut() {
    let error = message(json("[1, 2"), end);
    assert!(
        error.starts_with("the answer to `[simple]/a/` is not the JSON of the simple API: "),
        "{error}"
    );
    let cut = http::answer("200 OK", "Content-Type: application/json\r\n", b"{\"files\": []}");
    let simple = serving(cut[..cut.len() - 3].to_vec(), end);
    assert!(matches!(ask(&simple), IndexError::Temporary { .. }));
    assert_eq!(
        message(http::answer("200 OK", "", &[0xff, 0xfe]), end),
        "the answer to `[simple]/a/` is not UTF-8"
    );
    assert_eq!(
        message(http::answer("451 No", "", b""), end),
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
        message(page(&[entry("0123")]), end),
        "`[simple]/a/` gives a wrong SHA-256 for `a.whl`"
    );
    let (one, other) = (entry(&"0".repeat(64)), entry(&"1".repeat(64)));
    let error = message(page(&[one, other]), end);
    assert!(error.starts_with("`[simple]/a/` lists `a.whl` with two hashes, 000"), "{error}");
}

#[test]
fn a_name_cannot_flood_or_command_the_terminal() {
    let name = format!("\\u001b[2J{}", "x".repeat(100_000));
    let page = format!(r#"{{"files": [{{"filename": "{name}", "url": "a", "hashes": {{}}}}]}}"#);
    let error = message(json(&page), end);
    assert!(error.len() < 400 && !error.contains('\u{1b}'), "{error}");
}
