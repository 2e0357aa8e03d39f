//! A package index in memory that treats uploads as PyPI does: a name is never freed, the hash in an upload
//! must be that of the file, and only the uploader may upload.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wheel_audit::wheel::Sha256Sum;

use crate::http::{self, Request};

pub const USER: &str = "__token__";
pub const PASSWORD: &str = "hush-hush-secret";

/// The index, shared with the test.
#[derive(Clone, Default)]
pub struct Index(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// All complete uploads in their order, with their hashes.
    uploads: Vec<(String, Sha256Sum)>,
    /// The attestations in the upload of each file.
    attestations: BTreeMap<String, String>,
    /// HTML only, no JSON.
    html: bool,
    /// The time of all uploads.
    uploaded: Option<String>,
    /// The number of further questions that it answers as if it had no files.
    lag: usize,
    /// The mismatch between its pages and its files.
    mismatch: Option<Mismatch>,
}

/// A mismatch between the pages and the files of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Pages give the hash of another file.
    Hash,
    /// Each file has a provenance, but that of another file.
    Provenance,
    /// There is none, and each file has a provenance.
    None,
}

impl Index {
    /// Serves on loopback. Gives the port.
    pub fn start(&self) -> u16 {
        self.start_at("127.0.0.1:0")
    }

    /// Serves at an address. Gives the port.
    pub fn start_at(&self, address: &str) -> u16 {
        let index = self.clone();
        http::listen_at(address, move |mut stream| index.serve(&mut stream))
    }

    /// Answers in HTML only, from now on.
    pub fn speak_html(&self) {
        self.0.lock().expect("no holder panics").html = true;
    }

    /// Answers the next `questions` as if it had no files.
    pub fn lag(&self, questions: usize) {
        self.0.lock().expect("no holder panics").lag = questions;
    }

    /// Sets the time of all uploads.
    pub fn date(&self, time: &str) {
        self.0.lock().expect("no holder panics").uploaded = Some(time.to_owned());
    }

    /// Makes all pages disagree with the files in this way.
    pub fn mismatch(&self, mismatch: Mismatch) {
        self.0.lock().expect("no holder panics").mismatch = Some(mismatch);
    }

    /// Adds a file, as another run would.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.0.lock().expect("no holder panics").files.insert(name.to_owned(), bytes.to_owned());
    }

    pub fn files(&self) -> BTreeMap<String, Sha256Sum> {
        let state = self.0.lock().expect("no holder panics");
        state.files.iter().map(|(name, bytes)| (name.clone(), Sha256Sum::digest(bytes))).collect()
    }

    pub fn uploads(&self) -> Vec<(String, Sha256Sum)> {
        self.0.lock().expect("no holder panics").uploads.clone()
    }

    pub fn attestations(&self) -> BTreeMap<String, String> {
        self.0.lock().expect("no holder panics").attestations.clone()
    }

    fn serve(&self, stream: &mut TcpStream) {
        let Some(head) = http::head(stream) else { return };
        let Some(body) = http::body(stream, http::length(&head)) else { return };
        let answer = self.answer(&Request { head, body });
        http::give(stream, &answer);
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        let line = request.line();
        let mut state = self.0.lock().expect("no holder panics");
        match line.as_str() {
            "POST /legacy/" => upload(&mut state, request),
            "GET /simple/sum-up-to/" if state.lag > 0 => {
                state.lag -= 1;
                http::answer("404 Not Found", "", b"")
            }
            line if line.starts_with("GET /f/") => {
                let bytes = &state.files[line.trim_start_matches("GET /f/")];
                http::answer("200 OK", "Content-Type: application/octet-stream\r\n", bytes)
            }
            line if line.starts_with("GET /simple/provenance/") => provenance(&state, line),
            "GET /simple/sum-up-to/" if state.files.is_empty() => {
                http::answer("404 Not Found", "", b"")
            }
            "GET /simple/sum-up-to/" => page(&state, request),
            _ => http::answer("404 Not Found", "", b""),
        }
    }
}

fn upload(state: &mut State, request: &Request) -> Vec<u8> {
    let wanted = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    if request.header("authorization") != Some(&wanted) {
        return http::answer("403 Invalid or non-existent authentication information.", "", b"");
    }
    let fields = fields(request).expect("twine sends a form");
    let (name, bytes) = &fields["content"];
    let sum = Sha256Sum::digest(bytes);
    let digest = String::from_utf8_lossy(&fields["sha256_digest"].1);
    if digest != sum.to_string() {
        return http::answer("400 The digest supplied does not match the file.", "", b"");
    }
    state.uploads.push((name.clone(), sum));
    if let Some((_, attestations)) = fields.get("attestations") {
        let text = String::from_utf8_lossy(attestations).into_owned();
        state.attestations.insert(name.clone(), text);
    }
    match state.files.get(name) {
        Some(stored) if stored != bytes => {
            let reason = format!("400 File already exists ('{name}'). See /help/#file-name-reuse");
            return http::answer(&reason, "", b"");
        }
        _ => {}
    }
    state.files.insert(name.clone(), bytes.clone());
    http::answer("200 OK", "", b"")
}

/// The fields of a form: the file name of each, if it has one, and its content.
fn fields(request: &Request) -> Option<BTreeMap<String, (String, Vec<u8>)>> {
    let kind = request.header("content-type")?;
    let boundary = format!("--{}", kind.split_once("boundary=")?.1);
    let mut fields = BTreeMap::new();
    for part in split(&request.body, boundary.as_bytes()) {
        let Some(end) = find(part, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        let content = part[end + 4..].strip_suffix(b"\r\n")?.to_vec();
        let quoted = |key: &str| head.split_once(&format!("{key}=\""))?.1.split('"').next();
        let file = quoted("filename").unwrap_or_default().to_owned();
        fields.insert(quoted(" name")?.to_owned(), (file, content));
    }
    Some(fields)
}

fn split<'a>(mut bytes: &'a [u8], at: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(end) = find(bytes, at) {
        parts.push(&bytes[..end]);
        bytes = &bytes[end + at.len()..];
    }
    parts.push(bytes);
    parts
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

fn page(state: &State, request: &Request) -> Vec<u8> {
    let accept = request.header("accept").unwrap_or_default();
    let files = state.files.iter().map(|(name, bytes)| (name, Sha256Sum::digest(bytes)));
    if state.html || !accept.contains("application/vnd.pypi.simple.v1+json") {
        let links: String = files
            .map(|(name, sum)| format!("<a href=\"/f/{name}#sha256={sum}\">{name}</a><br/>\n"))
            .collect();
        let page = format!("<!DOCTYPE html><html><body>{links}</body></html>");
        return http::answer("200 OK", "Content-Type: text/html\r\n", page.as_bytes());
    }
    let files: Vec<_> = files
        .map(|(name, sum)| {
            let sum = if state.mismatch == Some(Mismatch::Hash) {
                Sha256Sum::digest(b"mismatch")
            } else {
                sum
            };
            let mut file = json!({
                "filename": name,
                "url": format!("/f/{name}"),
                "hashes": {"sha256": sum.to_string()},
            });
            if let Some(time) = &state.uploaded {
                file["upload-time"] = json!(time);
            }
            if matches!(state.mismatch, Some(Mismatch::Provenance | Mismatch::None)) {
                let host = request.header("host").expect("a host");
                file["provenance"] = json!(format!("http://{host}/simple/provenance/{name}"));
            }
            file
        })
        .collect();
    let page = json!({"meta": {"api-version": "1.1"}, "name": "sum-up-to", "files": files});
    let kind = "Content-Type: application/vnd.pypi.simple.v1+json\r\n";
    http::answer("200 OK", kind, page.to_string().as_bytes())
}

/// The answer of PyPI's integrity API for a file.
fn provenance(state: &State, line: &str) -> Vec<u8> {
    let name = line.rsplit('/').next().expect("a path");
    let sum = match state.mismatch {
        Some(Mismatch::Provenance) => Sha256Sum::digest(b"mismatch"),
        _ => Sha256Sum::digest(&state.files[name]),
    };
    let statement = json!({"subject": [{"name": name, "digest": {"sha256": sum.to_string()}}]});
    let statement = STANDARD.encode(statement.to_string());
    let object = json!({"version": 1, "attestation_bundles": [{
        "publisher": {"kind": "GitHub", "repository": "o/n", "workflow": "release.yml"},
        "attestations": [{"version": 1, "envelope": {"statement": statement, "signature": ""}}],
    }]});
    http::answer("200 OK", "Content-Type: application/json\r\n", object.to_string().as_bytes())
}
