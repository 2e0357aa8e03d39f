//! One answer of an index: bounded in size and time, and from no other server.

use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

use url::Url;

use super::error::{IndexError, for_message};
use crate::address::{resolve, same_origin};
use crate::client;
use crate::process::interrupt::unless_interrupted;
use crate::process::pause::asked;

/// The formats of the simple API: JSON, and HTML from an index that has no JSON.
pub(super) const SIMPLE: &str = "application/vnd.pypi.simple.v1+json, \
     application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
/// The largest answer that is read, in bytes. The longest project page on PyPI is below 20 MB.
const LIMIT: u64 = 64 << 20;
/// The most redirects that are followed.
const REDIRECTS: usize = 3;
/// The time for a redirected request when no time is left. ureq takes zero for no limit.
const SHORTEST: Duration = Duration::from_millis(1);

/// An answer in text, and the address that gave it after all redirects.
#[derive(Debug)]
pub(super) struct TextAnswer {
    pub url: Url,
    pub text: String,
    media_type: String,
}

impl TextAnswer {
    /// Checks that the answer declares itself as HTML.
    pub fn is_html(&self) -> bool {
        let media_type = self.media_type.split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        media_type == "text/html" || media_type == "application/vnd.pypi.simple.v1+html"
    }
}

/// The text at an address, or nothing where the index has none.
pub(super) fn text(
    url: &Url,
    accept: &str,
    patience: Duration,
) -> Result<Option<TextAnswer>, IndexError> {
    let Some(RawAnswer { url, bytes, media_type }) = get(url, accept, patience)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| IndexError::permanent(format!("the answer to `{url}` is not UTF-8")))?;
    Ok(Some(TextAnswer { url, text, media_type }))
}

/// The bytes at an address, or nothing where the index has none.
pub(super) fn bytes(url: &Url, patience: Duration) -> Result<Option<Vec<u8>>, IndexError> {
    Ok(get(url, "*/*", patience)?.map(|answer| answer.bytes))
}

/// An answer as it came.
struct RawAnswer {
    url: Url,
    bytes: Vec<u8>,
    media_type: String,
}

/// Asks, and stops waiting when an interrupt arrives.
fn get(url: &Url, accept: &str, patience: Duration) -> Result<Option<RawAnswer>, IndexError> {
    let (url, accept) = (url.clone(), accept.to_owned());
    unless_interrupted(move || ask(&url, &accept, patience)).map_err(|_| IndexError::Interrupted)?
}

fn ask(url: &Url, accept: &str, patience: Duration) -> Result<Option<RawAnswer>, IndexError> {
    // One limit for all redirects together.
    let started = Instant::now();
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let left = patience.saturating_sub(started.elapsed()).max(SHORTEST);
        let request = client::agent(&url, left)
            .get(url.as_str())
            .header("Accept", accept)
            .header("Cache-Control", "max-age=0");
        let mut response = request.call().map_err(|error| no_answer(&url, &error))?;
        let header = |name| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        match response.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            301 | 302 | 303 | 307 | 308 => {
                url = redirect(&url, header("location").as_deref())?;
                continue;
            }
            status @ (408 | 425 | 429 | 500..=599) => {
                let retry_after =
                    header("retry-after").and_then(|text| asked(&text, SystemTime::now()));
                let why = format!("the index answers {status} to `{url}`");
                return Err(IndexError::Temporary { why: why.into(), hint: None, retry_after });
            }
            status => {
                let why = format!("the index answers {status} to `{url}`");
                return Err(IndexError::permanent(why));
            }
        }
        let media_type = header("content-type").unwrap_or_default();
        return Ok(Some(RawAnswer { bytes: read(&mut response, &url)?, media_type, url }));
    }
    Err(IndexError::permanent(format!(
        "the index redirects more than {REDIRECTS} times, the last time to `{url}`"
    )))
}

/// The target of a redirect, which must be on the same server.
fn redirect(from: &Url, location: Option<&str>) -> Result<Url, IndexError> {
    let Some(location) = location else {
        let why = format!("the index redirects from `{from}`, but names no address");
        return Err(IndexError::permanent(why));
    };
    match resolve(location, from) {
        Some(to) if same_origin(&to, from) => Ok(to),
        Some(to) => {
            let to = for_message(to.as_str());
            let why = format!("the index redirects from `{from}` to another server, `{to}`");
            Err(IndexError::permanent(why).advise("use that address if you trust that server"))
        }
        None => {
            let to = for_message(location);
            Err(IndexError::permanent(format!(
                "the index redirects from `{from}` to `{to}`, which is not the address of a web server"
            )))
        }
    }
}

fn read(response: &mut ureq::http::Response<ureq::Body>, url: &Url) -> Result<Vec<u8>, IndexError> {
    let mut bytes = Vec::new();
    let mut body = response.body_mut().as_reader().take(LIMIT + 1);
    body.read_to_end(&mut bytes).map_err(|error| {
        IndexError::temporary(format!("the answer to `{url}` was cut off: {error}"))
    })?;
    if bytes.len() as u64 > LIMIT {
        return Err(IndexError::permanent(format!(
            "the answer to `{url}` is larger than {LIMIT} bytes"
        )));
    }
    Ok(bytes)
}

fn no_answer(url: &Url, error: &ureq::Error) -> IndexError {
    let why = format!("the index at `{url}` cannot be reached: {error}");
    let error = if client::will_stay(error) {
        IndexError::permanent(why)
    } else {
        IndexError::temporary(why)
    };
    error.advise("is the address right, and is the index running?")
}
