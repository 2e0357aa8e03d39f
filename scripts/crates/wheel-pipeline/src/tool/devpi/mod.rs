//! devpi-server: a package index on loopback that handles uploads like PyPI.
//!
//! It accepts identical bytes twice, and refuses other bytes under a used name. The uploader can delete
//! nothing. There is no fall-back to another index. Every start has an empty index, which is removed when the
//! server ends.

use std::fmt::Write;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::address;
use crate::client;
use crate::failure::Failure;
use crate::folder::Temporary;
use crate::process::command::{Server, server_log};
use crate::process::interrupt::check_interrupt;
use crate::process::secret::{Credentials, Secrets, write_no_core_file};
use crate::tool::python::tools::{Tool, Tools};

/// A running index server. Dropping it ends the server and removes its files.
#[derive(Debug)]
pub struct IndexServer {
    server: Server,
    folder: Temporary,
    root: Credentials,
    /// The credentials of the only user who may upload.
    pub uploader: Credentials,
}

/// The addresses of a server that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address for uploads with twine.
    pub repository: String,
    /// The address of the simple API, for pip.
    pub simple: String,
}

const LAUNCHER: &str = include_str!("index_server.py");
/// The time limit of a start. The first start compiles hundreds of Python modules.
const PATIENCE: Duration = Duration::from_secs(120);

impl IndexServer {
    /// Starts a server on `port`, or on any free port for 0. Does not wait until the server is ready.
    pub fn start(tools: &Tools, port: u16) -> Result<Self> {
        Self::start_at(tools, SocketAddr::new(loopback(), port))
    }

    /// The same as [`start`](Self::start), at an address of this machine.
    pub fn start_at(tools: &Tools, at: SocketAddr) -> Result<Self> {
        let folder = Temporary::new()?;
        write_no_core_file();
        let root = Credentials { user: "root".into(), password: secret()? };
        let server = tools
            .python(Tool::Devpi)?
            .args(["-c", LAUNCHER, "--host", &at.ip().to_string()])
            .args(["--port", &at.port().to_string(), "--serverdir"])
            .arg(folder.path().join("server"))
            .env("ROOT_PASSWORD", &root.password)
            .serve(&log(folder.path()))?;
        let uploader = Credentials { user: "uploader".into(), password: secret()? };
        Ok(Self { server, folder, root, uploader })
    }

    /// Waits until the server answers, and makes the empty index.
    pub fn ready(&mut self) -> Result<Address> {
        let base = self.wait()?;
        let session = call(
            &base,
            "POST",
            "+login",
            None,
            &json!({"user": self.root.user, "password": self.root.password}),
        )?;
        let token =
            session["result"]["password"].as_str().context("the index server gave no session")?;
        let token = STANDARD.encode(format!("{}:{token}", self.root.user));
        call(
            &base,
            "PUT",
            &self.uploader.user,
            Some(&token),
            &json!({"password": self.uploader.password}),
        )?;
        let index = json!({"type": "stage", "volatile": false, "bases": [], "acl_upload": [self.uploader.user]});
        call(&base, "PUT", "root/release", Some(&token), &index)?;
        Ok(Address {
            repository: format!("{base}/root/release/"),
            simple: format!("{base}/root/release/+simple/"),
        })
    }

    /// Returns true while the server runs.
    pub fn is_running(&mut self) -> Result<bool> {
        self.server.is_running()
    }

    fn wait(&mut self) -> Result<String> {
        let started = Instant::now();
        loop {
            check_interrupt()?;
            let log = server_log(&log(self.folder.path()));
            let address = log.lines().find_map(|line| line.split("Serving on ").nth(1));
            if let Some(address) = address {
                // The server writes an IPv6 address without brackets.
                return Ok(address.trim().replace("//::1:", "//[::1]:"));
            }
            let ended = !self.server.is_running()?;
            if ended || started.elapsed() > PATIENCE {
                let what = if ended {
                    "ended by itself".to_owned()
                } else {
                    format!("did not start within {} s", PATIENCE.as_secs())
                };
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(20)..].join("\n");
                let own = Secrets::new(Some(&self.root));
                let tail = own.remove(tail.as_bytes());
                return Err(Failure::unknown(format!("the index server {what}\n{tail}")).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Fails if a server cannot listen on `port`. Called first, so that no work is lost.
pub fn check_port(port: u16) -> Result<(), Failure> {
    let at = SocketAddr::new(loopback(), port);
    TcpListener::bind(at).map(drop).map_err(|error| {
        Failure::unknown(format!("cannot listen on {at}: {error}"))
            .hint("name another port with `--port`, or 0 for any free one")
    })
}

/// The address of this machine for servers: IPv6's where there is no IPv4.
fn loopback() -> IpAddr {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => Ipv6Addr::LOCALHOST.into(),
        _ => Ipv4Addr::LOCALHOST.into(),
    }
}

fn log(folder: &Path) -> std::path::PathBuf {
    folder.join("server.log")
}

fn call(base: &str, method: &str, path: &str, token: Option<&str>, body: &Value) -> Result<Value> {
    let what = || format!("the index server refused `{method} /{path}`");
    let url = address::parse(&format!("{base}/{path}")).with_context(what)?;
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(url.as_str())
        .header("Content-Type", "application/json");
    if let Some(token) = token {
        request = request.header("X-Devpi-Auth", token);
    }
    let agent = client::agent(&url, Duration::from_secs(60));
    let mut response = agent.run(request.body(body.to_string())?).with_context(what)?;
    let status = response.status();
    anyhow::ensure!(status.is_success(), "{}: {status}", what());
    let text = response.body_mut().read_to_string()?;
    serde_json::from_str(&text)
        .with_context(|| format!("the index server gave no JSON to `{method} /{path}`"))
}

/// A random password.
fn secret() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the operating system gives no random bytes")?;
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
