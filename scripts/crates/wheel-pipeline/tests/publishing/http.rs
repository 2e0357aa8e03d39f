//! As much of HTTP as the tests need: one request on a connection, read whole.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A request as it came.
#[derive(Debug)]
pub struct Request {
    /// Everything before the body, with the empty line.
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// `GET /simple/` and the like.
    pub fn line(&self) -> String {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The head of what comes on a stream; none when it ends before.
pub fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).ok()
}

/// So many bytes of a body.
pub fn body(stream: &mut TcpStream, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

pub fn length(head: &str) -> usize {
    header(head, "content-length").map_or(0, |length| length.parse().expect("a number"))
}

/// A whole answer, after which the connection ends.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Listens on loopback and gives each connection to a thread of its own. The threads end with the test.
pub fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let serve = std::sync::Arc::new(serve);
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Sends what may not be wanted any more.
pub fn give(stream: &mut TcpStream, bytes: &[u8]) {
    // A client that has gone away is part of what is tested.
    if stream.write_all(bytes).is_ok() {
        stream.flush().ok();
    }
}
