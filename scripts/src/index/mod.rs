//! The client's view of a package index: which files it holds of a project, by hash.
//!
//! The JSON form of the simple API ([PEP 691](https://peps.python.org/pep-0691/)). An index is not
//! trusted: answers are bounded in size and time, and a file without a SHA-256 is an error.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::wheel::Sha256Sum;

/// A file that an index offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedFile {
    pub name: String,
    pub sum: Sha256Sum,
    pub url: String,
}

#[derive(Deserialize)]
struct ProjectPage {
    files: Vec<PageFile>,
}

#[derive(Deserialize)]
struct PageFile {
    filename: String,
    url: String,
    hashes: Hashes,
}

#[derive(Deserialize)]
struct Hashes {
    sha256: Option<String>,
}

const JSON: &str = "application/vnd.pypi.simple.v1+json";
/// The largest answer that is read, in bytes; the longest project page on PyPI is below 20 MB.
const ANSWER_LIMIT: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// The files that the index at `simple` holds of a project, named in normal form.
///
/// A project that the index does not know has no files.
///
/// # Errors
///
/// When the index cannot be reached, refuses, or answers what the simple API does not allow.
pub fn files(simple: &str, project: &str) -> Result<Vec<OfferedFile>> {
    let page = format!("{}/{project}/", simple.trim_end_matches('/'));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        )
        .build()
        .into();
    let mut response = agent.get(&page).header("Accept", JSON).call().with_context(|| {
        format!("cannot ask the index: `{page}`\nhint: is the address right, and the index up?")
    })?;
    match response.status().as_u16() {
        200 => {}
        404 => return Ok(Vec::new()),
        status => anyhow::bail!("the index answers {status} to `{page}`"),
    }
    let text = response
        .body_mut()
        .with_config()
        .limit(ANSWER_LIMIT)
        .read_to_string()
        .with_context(|| format!("cannot read the answer to `{page}`"))?;
    parse(&text, &page)
}

fn parse(text: &str, page: &str) -> Result<Vec<OfferedFile>> {
    let answer: ProjectPage = serde_json::from_str(text)
        .with_context(|| format!("the answer to `{page}` is not the JSON of the simple API"))?;
    answer
        .files
        .into_iter()
        .map(|file| {
            let sum = file
                .hashes
                .sha256
                .with_context(|| format!("the index gives no SHA-256 for `{}`", file.filename))?;
            Ok(OfferedFile {
                sum: sum.parse()?,
                url: absolute(&file.url, page),
                name: file.filename,
            })
        })
        .collect()
}

/// A file's address, which may be relative to its page, with the parts that lead upwards resolved.
fn absolute(url: &str, page: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let host_end = page.find("://").map_or(0, |at| at + 3);
    let host_end = page[host_end..].find('/').map_or(page.len(), |at| host_end + at);
    let (host, path) = page.split_at(host_end);
    let mut parts: Vec<&str> = if url.starts_with('/') {
        Vec::new()
    } else {
        path.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in url.split('/').filter(|part| !part.is_empty()) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{host}/{}", parts.join("/"))
}

/// Whether an address leads to this machine alone, where an upload harms nobody.
pub fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else {
        return false;
    };
    // Without a scheme, a client may well take it for something else.
    if uri.scheme().is_none() {
        return false;
    }
    match uri.host().map(|host| host.trim_matches(['[', ']'])) {
        Some("localhost") => true,
        Some(host) => host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:1/root/release/+simple/a/";

    #[test]
    fn files_have_names_hashes_and_absolute_addresses() {
        let sum = Sha256Sum::of(b"");
        let text = format!(
            r#"{{"files": [{{"filename": "a.whl", "url": "../../+f/a.whl#sha256=x", "hashes": {{"sha256": "{sum}"}}}}]}}"#
        );
        let files = parse(&text, PAGE).expect("a good answer");
        assert_eq!(
            files,
            [OfferedFile {
                name: "a.whl".into(),
                sum,
                url: "http://127.0.0.1:1/root/release/+f/a.whl#sha256=x".into()
            }]
        );
    }

    #[test]
    fn addresses_are_resolved_as_in_a_browser() {
        assert_eq!(absolute("/f/a", PAGE), "http://127.0.0.1:1/f/a");
        assert_eq!(absolute("a", PAGE), format!("{PAGE}a"));
        assert_eq!(absolute("https://files/a", PAGE), "https://files/a");
    }

    #[test]
    fn a_file_without_a_hash_is_an_error() {
        let error = parse(r#"{"files": [{"filename": "a", "url": "a", "hashes": {}}]}"#, PAGE);
        assert_eq!(error.expect_err("no hash").to_string(), "the index gives no SHA-256 for `a`");
        assert!(parse("<html>", PAGE).is_err());
    }

    #[test]
    fn loopback_is_told_from_what_only_looks_like_it() {
        for url in [
            "http://127.0.0.1:3141/x",
            "http://localhost/",
            "http://[::1]:80/",
            "http://127.9.9.9/",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://upload.pypi.org/legacy/",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "http://10.0.0.1/",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
