//! An answer to an upload is bounded in size and in time, and what will not pass by waiting is told at once.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wheel_fixtures::limited;
use wheel_fixtures::project::ProgramRun;
use wheel_pipeline::report::{Format, Report};

use crate::http;
use crate::index::{Index, PASSWORD, USER};
use crate::matrix::each;
use crate::release::Release;
use crate::script::{asked, pretending, uploader};

/// An index without files that answers an upload with these bytes, and then with `more` for ever, after each
/// pause. Gives the port, and the number of bytes that were sent.
fn answering(head: &'static str, more: Vec<u8>, pause: Duration) -> (u16, Arc<AtomicU64>) {
    let sent = Arc::new(AtomicU64::new(0));
    let count = sent.clone();
    let port = http::listen(move |mut stream: TcpStream| {
        let Some(request) = http::head(&mut stream) else { return };
        let Some(_) = http::body(&mut stream, http::length(&request)) else { return };
        if !request.starts_with("POST") {
            return http::give(&mut stream, &http::answer("404 Not Found", "", b""));
        }
        http::give(&mut stream, head.as_bytes());
        while stream.write_all(&more).is_ok() {
            count.fetch_add(more.len() as u64, Ordering::SeqCst);
            std::thread::sleep(pause);
        }
    });
    (port, sent)
}

const OK: &str = "HTTP/1.1 200 OK\r\n";
/// The most that may be on its way when a client has ended: what the buffers of the system take.
const ON_ITS_WAY: u64 = 64 << 20;

/// The first line of an answer, what follows for ever, the exit code, and part of the message.
type Case = (&'static str, Vec<u8>, i32, &'static str);

#[test]
fn an_answer_without_end_is_cut() {
    let lines = |line: &str| line.repeat(4096).into_bytes();
    let cases: Vec<Case> = vec![
        ("HTTP/1.1 400 Bad\r\n\r\n", vec![b'x'; 1 << 16], 1, "it answered 400: Bad: xxxxx"),
        (
            "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1\r\nx\r\n".repeat(4096),
            1,
            "400: Bad",
        ),
        // The index took it, by its own word. It does not list the file.
        ("HTTP/1.1 200 OK\r\n\r\n", vec![b'x'; 1 << 16], 3, "but does not list it"),
        (OK, lines("X-More: and more\r\n"), 3, "got more than 100 headers"),
        (OK, vec![b'x'; 1 << 16], 3, "the answer is larger than 65536 bytes"),
        ("", lines("HTTP/1.1 100 Continue\r\n\r\n"), 3, "the answer is larger than 65536 bytes"),
    ];
    each(cases, |(head, more, code, message)| {
        let release = Release::small();
        let (port, sent) = answering(head, more, Duration::ZERO);
        let run = release.publish(port);
        assert_eq!(run.code, code, "{head}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{head}: {}", run.stderr);
        let sends: u32 = release.receipt().files.iter().map(|file| file.sends).sum();
        let most = u64::from(sends) * ON_ITS_WAY;
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < most, "{head}: {sent} bytes in {sends} answers");
    });
}

#[test]
fn an_answer_that_comes_a_byte_at_a_time_is_not_waited_for() {
    // Each byte comes long before the end of a silence, so a limit for silence never ends this.
    let cases: Vec<Case> = vec![
        ("HTTP/1.1 200 OK\r\n\r\n", b"x".to_vec(), 3, "no whole answer within 1.2 s"),
        (
            "HTTP/1.1 403 No\r\nContent-Length: 99999\r\n\r\n",
            b"x".to_vec(),
            3,
            "no whole answer within 1.2 s",
        ),
        (OK, b"X: y\r\n".to_vec(), 3, "no whole answer within 1.2 s"),
        (OK, b"x".to_vec(), 3, "no whole answer within 1.2 s"),
        ("", b"H".to_vec(), 3, "no whole answer within 1.2 s"),
        ("", b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), 3, "no whole answer within 1.2 s"),
    ];
    each(cases, |(head, more, code, message)| {
        let release = Release::small();
        let (port, _) = answering(head, more, Duration::from_millis(100));
        let run = release.publish(port);
        assert_eq!(run.code, code, "{head}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{head}: {}", run.stderr);
        // An answer of 1.2 s uses up the patience of 6 s. Pauses alone would allow nine of them.
        let sends = release.receipt().files[0].sends;
        assert!((2..=5).contains(&sends), "{head}: {sends} answers were waited for");
    });
}

/// A server with a certificate that nobody trusts. It ends with the test.
struct Untrusted(Child);

impl Untrusted {
    fn start(release: &Release) -> (Self, u16) {
        let report = Report::new(Format::Human);
        let machine = release.machine(&report);
        let python = &machine.tool_python().expect("a Python").executable;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/publishing/tls_server.py");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let signed = rcgen::generate_simple_self_signed(names).expect("a certificate");
        release.project.write(
            "target/self_signed.pem",
            &(signed.signing_key.serialize_pem() + &signed.cert.pem()),
        );
        let mut command = Command::new(python);
        command.arg(script).arg(release.project.root().join("target/self_signed.pem"));
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        (Self(server), line.trim().parse().expect("a port"))
    }
}

impl Drop for Untrusted {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn publish_to(release: &Release, repository: &str, simple: &str) -> ProgramRun {
    let mut command = release.command_to(repository, simple, (USER, PASSWORD));
    release.project.finish(limited::output(&mut command))
}

#[test]
fn a_certificate_that_nobody_trusts_is_told_at_once() {
    let release = Release::small();
    let (_server, port) = Untrusted::start(&release);
    let index = Index::default();
    let plain = index.start();
    let upload = format!("https://127.0.0.1:{port}/legacy/");
    let run = publish_to(&release, &upload, &format!("http://127.0.0.1:{plain}/simple/"));
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("waiting does not help\nSSLCertVerificationError: "),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("waiting sum"), "{}", run.stderr);

    let simple = format!("https://127.0.0.1:{port}/simple/");
    let run = publish_to(&release, &format!("http://127.0.0.1:{plain}/legacy/"), &simple);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("cannot be reached: "), "{}", run.stderr);
    assert!(run.stderr.contains("certificate"), "{}", run.stderr);
    assert!(!run.stderr.contains("waiting sum"), "{}", run.stderr);
    assert_eq!(index.uploads(), []);
}

#[test]
fn a_name_that_nobody_knows_is_told_from_a_name_server_without_an_answer() {
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    for (way, expected) in [("unknown", "unreachable"), ("again", "lost")] {
        let twine = uploader(pretending(&machine, way), "https://own.example/legacy/");
        let answer = asked(&release, &twine);
        assert_eq!(answer["answer"], expected, "{answer}");
        assert!(answer["why"].as_str().is_some_and(|why| why.contains("gaierror")), "{answer}");
    }
}

#[test]
fn a_refusal_of_the_credentials_is_not_waited_for() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let release = Release::small();
        let port = http::listen(move |mut stream| {
            let Some(head) = http::head(&mut stream) else { return };
            let Some(_) = http::body(&mut stream, http::length(&head)) else { return };
            let found = if head.starts_with("POST") { status } else { "404 Not Found" };
            http::give(&mut stream, &http::answer(found, "", b""));
        });
        let run = release.publish(port);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(!run.stderr.contains("waiting"), "{}", run.stderr);
        assert_eq!(release.receipt().files[0].sends, 1);
    }
}
