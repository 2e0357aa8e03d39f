//! One answer of an index: bounded in size and time, and from nobody else.

use std::io::Read;
use std::time::{Duration, SystemTime};

use super::Trouble;
use super::address::{absolute, same_origin};
use crate::process::pause::asked;

/// What the simple API is asked for: JSON, and HTML from an index that has no JSON.
pub(super) const SIMPLE: &str = "application/vnd.pypi.simple.v1+json, \
     application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
/// The largest answer that is read, in bytes; the longest project page on PyPI is below 20 MB.
const LIMIT: u64 = 64 << 20;
/// How often an index may lead from one of its addresses to another.
const REDIRECTS: usize = 3;

/// An answer, and where it came from in the end.
#[derive(Debug)]
pub(super) struct Answer {
    pub url: String,
    pub text: String,
    kind: String,
}

impl Answer {
    /// Whether it says that it is HTML.
    pub fn is_html(&self) -> bool {
        let kind = self.kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        kind == "text/html" || kind == "application/vnd.pypi.simple.v1+html"
    }
}

/// What lies at an address; none where there is nothing.
pub(super) fn get(url: &str, accept: &str, patience: Duration) -> Result<Option<Answer>, Trouble> {
    let Some(Raw { url, bytes, kind }) = ask(url, accept, patience)? else { return Ok(None) };
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::Lasting(format!("the answer to `{url}` is not UTF-8")))?;
    Ok(Some(Answer { url, text, kind }))
}

/// The file that lies at an address; none where there is nothing.
pub(super) fn bytes(url: &str, patience: Duration) -> Result<Option<Vec<u8>>, Trouble> {
    Ok(ask(url, "*/*", patience)?.map(|raw| raw.bytes))
}

/// An answer as it came.
struct Raw {
    url: String,
    bytes: Vec<u8>,
    kind: String,
}

fn ask(url: &str, accept: &str, patience: Duration) -> Result<Option<Raw>, Trouble> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        )
        .build()
        .into();
    let mut url = url.to_owned();
    for _ in 0..=REDIRECTS {
        let request = agent.get(&url).header("Accept", accept).header("Cache-Control", "max-age=0");
        let mut response = request.call().map_err(|error| failed(&url, &error))?;
        let header = |name| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        match response.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            301 | 302 | 303 | 307 | 308 => {
                let to = header("location").and_then(|to| absolute(&to, &url));
                url = match to {
                    Some(to) if same_origin(&to, &url) => to,
                    to => {
                        let to = super::shown(&to.unwrap_or_else(|| "nowhere".to_owned()));
                        return Err(Trouble::Lasting(format!(
                            "the index leads away from itself, from `{url}` to `{to}`\n\
                             hint: name that address if it is the one that you mean"
                        )));
                    }
                };
                continue;
            }
            status @ (408 | 425 | 429 | 500..=599) => {
                let retry_after =
                    header("retry-after").and_then(|text| asked(&text, SystemTime::now()));
                let why = format!("the index answers {status} to `{url}`");
                return Err(Trouble::Passing { why, retry_after });
            }
            status => {
                return Err(Trouble::Lasting(format!("the index answers {status} to `{url}`")));
            }
        }
        let kind = header("content-type").unwrap_or_default();
        return Ok(Some(Raw { bytes: read(&mut response, &url)?, kind, url }));
    }
    Err(Trouble::Lasting(format!("the index leads from address to address, at last to `{url}`")))
}

fn read(response: &mut ureq::http::Response<ureq::Body>, url: &str) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let mut body = response.body_mut().as_reader().take(LIMIT + 1);
    body.read_to_end(&mut bytes)
        .map_err(|error| Trouble::passing(format!("the answer to `{url}` was cut off: {error}")))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Trouble::Lasting(format!(
            "the answer to `{url}` is larger than {LIMIT} bytes"
        )));
    }
    Ok(bytes)
}

fn failed(url: &str, error: &ureq::Error) -> Trouble {
    let why = format!(
        "cannot ask the index at `{url}`: {error}\nhint: is the address right, and the index up?"
    );
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::InvalidProxyUrl => {
            Trouble::Lasting(why)
        }
        _ => Trouble::passing(why),
    }
}
