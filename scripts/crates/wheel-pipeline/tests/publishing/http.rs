//! HTTP for tests: one request on each connection, read whole.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A whole request.
#[derive(Debug)]
pub struct Request {
    /// The request line and the headers, with the empty line after them.
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// The request line without its version, such as `GET /simple/`.
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

/// The next head on a stream, or nothing where the stream ends before.
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

/// A body of `length` bytes, or nothing where the stream ends before.
pub fn body(stream: &mut TcpStream, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

pub fn length(head: &str) -> usize {
    header(head, "content-length").map_or(0, |length| length.parse().expect("a number"))
}

/// A whole answer that ends its connection.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// The longest silence on a connection, so that no test waits for ever.
pub const SILENCE: Duration = Duration::from_secs(60);

/// Listens on loopback, and serves each connection on a thread of its own. The threads end with the test.
pub fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    listen_at("127.0.0.1:0", serve)
}

/// The same as [`listen`], at another address.
pub fn listen_at(address: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(address).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let serve = std::sync::Arc::new(serve);
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            limit(&stream);
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Limits every wait on a stream to [`SILENCE`].
pub fn limit(stream: &TcpStream) {
    stream.set_read_timeout(Some(SILENCE)).expect("a timeout");
    stream.set_write_timeout(Some(SILENCE)).expect("a timeout");
}

/// Sends bytes to a client that may have gone away, which is part of what is tested.
pub fn give(stream: &mut TcpStream, bytes: &[u8]) {
    if stream.write_all(bytes).is_ok() {
        stream.flush().ok();
    }
}
