//! A proxy in front of an index that makes one request fail.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::http;

/// The fault of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before the body was read.
    CutBeforeBody,
    /// The connection ends in the middle of the body.
    CutInBody,
    /// The index gets the request, and its answer is lost.
    CutAfterStore,
    /// The answer ends in the middle of its first line.
    CutInHead,
    /// The answer ends in the middle of its body, or one byte before its end.
    CutInAnswer,
    /// No answer comes, and the index never gets the request.
    Silence,
    /// No answer comes, though the index has the file.
    SilenceAfterStore,
    /// The answer comes late.
    Late,
    /// The index is busy, and sends `Retry-After`.
    Busy,
    /// The server in front of the index gets no answer from it.
    BadGateway,
    /// The index fails before it stores the file.
    Failure,
    /// The index fails after it has stored the file.
    FailureAfterStore,
    /// The answer is not HTTP.
    Garbage,
}

pub const FAULTS: &[Fault] = &[
    Fault::CutBeforeBody,
    Fault::CutInBody,
    Fault::CutAfterStore,
    Fault::CutInHead,
    Fault::CutInAnswer,
    Fault::Silence,
    Fault::SilenceAfterStore,
    Fault::Late,
    Fault::Busy,
    Fault::BadGateway,
    Fault::Failure,
    Fault::FailureAfterStore,
    Fault::Garbage,
];

/// A proxy, with its fault and its observer.
#[derive(Clone, Default)]
pub struct Proxy {
    /// The first request that fails, its fault, and the number of requests in a row that fail so.
    pub fault: Option<(usize, Fault, usize)>,
    /// Called with the number of each request, before the index gets it and after.
    pub watch: Option<Arc<dyn Fn(usize, Moment) + Send + Sync>>,
    pub requests: Arc<AtomicUsize>,
}

/// A moment in the life of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

impl Proxy {
    /// Serves in front of the index at a port. Gives the port of the proxy.
    pub fn start(&self, index: u16) -> u16 {
        let proxy = self.clone();
        http::listen(move |stream| {
            proxy.serve(stream, index);
        })
    }

    /// The number of requests so far.
    pub fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn serve(&self, mut client: TcpStream, index: u16) -> Option<()> {
        let head = http::head(&mut client)?;
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let fault =
            self.fault.filter(|(first, _, times)| (*first..first + times).contains(&number));
        let fault = fault.map(|(_, fault, _)| fault);
        if fault == Some(Fault::CutBeforeBody) {
            return None;
        }
        let length = http::length(&head);
        if fault == Some(Fault::CutInBody) {
            http::body(&mut client, length / 2)?;
            return None;
        }
        let body = http::body(&mut client, length)?;
        if let Some(watch) = &self.watch {
            watch(number, Moment::Before);
        }
        match fault {
            Some(Fault::Silence) => return wait_for_end(&mut client),
            Some(Fault::Busy) => {
                http::give(
                    &mut client,
                    &http::answer("429 Too Many Requests", "Retry-After: 1\r\n", b""),
                );
                return None;
            }
            Some(Fault::BadGateway) => {
                let page = b"<html><body>502 Bad Gateway</body></html>";
                http::give(
                    &mut client,
                    &http::answer("502 Bad Gateway", "Content-Type: text/html\r\n", page),
                );
                return None;
            }
            Some(Fault::Failure) => {
                http::give(&mut client, &http::answer("500 Internal Server Error", "", b"oops"));
                return None;
            }
            Some(Fault::Garbage) => {
                http::give(&mut client, &[0, 255, 13, 10].repeat(64));
                return None;
            }
            Some(Fault::Late) => std::thread::sleep(Duration::from_millis(100)),
            _ => {}
        }
        let answer = forward(index, &head, &body)?;
        if let Some(watch) = &self.watch {
            watch(number, Moment::After);
        }
        let sent = match fault {
            Some(Fault::CutAfterStore) => 0,
            Some(Fault::CutInHead) => 11,
            Some(Fault::CutInAnswer) => cut_length(&answer),
            Some(Fault::SilenceAfterStore) => return wait_for_end(&mut client),
            Some(Fault::FailureAfterStore) => {
                http::give(&mut client, &http::answer("503 Service Unavailable", "", b""));
                return None;
            }
            _ => answer.len(),
        };
        http::give(&mut client, &answer[..sent]);
        None
    }
}

/// The length of an answer cut within its body or, where it has none, within its head.
fn cut_length(answer: &[u8]) -> usize {
    let end = memchr::memmem::find(answer, b"\r\n\r\n").expect("a whole head") + 4;
    if end < answer.len() { end + (answer.len() - end) / 2 } else { answer.len() - 1 }
}

fn wait_for_end(client: &mut TcpStream) -> Option<()> {
    let mut byte = [0];
    client.read(&mut byte).ok().map(drop)
}

fn forward(index: u16, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(("127.0.0.1", index)).ok()?;
    http::limit(&server);
    // The index must end the connection, so that the end of its answer is known.
    let head = head.replace("Connection: keep-alive\r\n", "");
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    Some(answer)
}
