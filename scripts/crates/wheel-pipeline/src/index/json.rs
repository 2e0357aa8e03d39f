//! The simple API in JSON ([PEP 691](https://peps.python.org/pep-0691/)).

use serde::Deserialize;
use url::Url;

use super::error::{IndexError, for_message};
use super::listed_file::ListedFile;
use crate::address::{is_file_name, resolve};

#[derive(Deserialize)]
struct ProjectPage {
    files: Vec<PageFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PageFile {
    filename: String,
    url: String,
    hashes: Hashes,
    upload_time: Option<String>,
    provenance: Option<String>,
    #[serde(default)]
    yanked: Yanked,
}

#[derive(Deserialize)]
struct Hashes {
    sha256: Option<String>,
}

/// `false`, `true`, or a reason.
#[derive(Deserialize)]
#[serde(untagged)]
enum Yanked {
    Plain(bool),
    Reason(#[expect(dead_code, reason = "a reason means yes")] String),
}

impl Default for Yanked {
    fn default() -> Self {
        Self::Plain(false)
    }
}

/// The files of a page, which lies at `page`.
pub(super) fn parse(text: &str, page: &Url) -> Result<Vec<ListedFile>, IndexError> {
    let answer: ProjectPage = serde_json::from_str(text).map_err(|error| {
        let why = format!("the answer to `{page}` is not the JSON of the simple API: {error}");
        // The rest of an answer that ends too early may have been lost on the way.
        if error.is_eof() { IndexError::temporary(why) } else { IndexError::permanent(why) }
    })?;
    let wrong = |name: &str, what: &str| {
        IndexError::permanent(format!("`{page}` gives {what} for `{}`", for_message(name)))
    };
    answer
        .files
        .into_iter()
        .map(|file| {
            if !is_file_name(&file.filename) {
                return Err(wrong(&file.filename, "a name that no file has"));
            }
            let sum = file.hashes.sha256.ok_or_else(|| wrong(&file.filename, "no SHA-256"))?;
            Ok(ListedFile {
                sum: sum.parse().map_err(|_| wrong(&file.filename, "a wrong SHA-256"))?,
                url: resolve(&file.url, page)
                    .ok_or_else(|| wrong(&file.filename, "no address of a web server"))?,
                uploaded: file.upload_time,
                provenance: file.provenance,
                yanked: !matches!(file.yanked, Yanked::Plain(false)),
                name: file.filename,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheel_audit::wheel::Sha256Sum;

    const PAGE: &str = "http://127.0.0.1:1/root/release/+simple/a/";

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn page(file: &str) -> Result<Vec<ListedFile>, IndexError> {
        parse(&format!(r#"{{"meta": {{}}, "files": [{file}]}}"#), &url(PAGE))
    }

    #[test]
    fn files_have_names_hashes_and_absolute_addresses() {
        let sum = Sha256Sum::digest(b"");
        let files = page(&format!(
            r#"{{"filename": "a.whl", "url": "../../+f/a.whl#sha256=x", "hashes": {{"sha256": "{sum}"}},
                "upload-time": "2026-01-01T00:00:00Z", "provenance": "https://p/", "yanked": "why"}}"#
        ))
        .expect("a good answer");
        assert_eq!(
            files,
            [ListedFile {
                name: "a.whl".into(),
                sum,
                url: url("http://127.0.0.1:1/root/release/+f/a.whl#sha256=x"),
                uploaded: Some("2026-01-01T00:00:00Z".into()),
                provenance: Some("https://p/".into()),
                yanked: true,
            }]
        );
    }

    #[test]
    fn a_file_without_a_hash_is_an_error() {
        let error = page(r#"{"filename": "a", "url": "a", "hashes": {}}"#).expect_err("no hash");
        assert_eq!(error.to_string(), format!("`{PAGE}` gives no SHA-256 for `a`"));
        let error = page(r#"{"filename": "a", "url": "a", "hashes": {"sha256": "0"}}"#);
        assert_eq!(
            error.expect_err("a short hash").to_string(),
            format!("`{PAGE}` gives a wrong SHA-256 for `a`")
        );
    }

    #[test]
    fn a_name_that_no_file_has_is_an_error() {
        for name in ["", "a/b", "a\\\\b", "a\\nb", "..", &"a".repeat(256)] {
            let file = format!(r#"{{"filename": "{name}", "url": "a", "hashes": {{}}}}"#);
            let error = page(&file).expect_err(name).to_string();
            let expected = format!("`{PAGE}` gives a name that no file has for `");
            assert!(error.starts_with(&expected), "{name}: {error}");
        }
    }

    #[test]
    fn a_file_without_an_address_of_a_web_server_is_an_error() {
        let sum = Sha256Sum::digest(b"");
        let error = page(&format!(
            r#"{{"filename": "a", "url": "file:///etc/passwd", "hashes": {{"sha256": "{sum}"}}}}"#
        ));
        assert_eq!(
            error.expect_err("a local file").to_string(),
            format!("`{PAGE}` gives no address of a web server for `a`")
        );
    }

    #[test]
    fn an_answer_that_was_cut_may_be_whole_next_time() {
        let cut = parse(r#"{"files": ["#, &url(PAGE));
        assert!(matches!(cut, Err(IndexError::Temporary { .. })), "{cut:?}");
        for text in ["<html>", "{}", r#"{"files": 1}"#, &"[".repeat(100_000)] {
            let wrong = parse(text, &url(PAGE));
            assert!(matches!(wrong, Err(IndexError::Permanent { .. })), "{text:.20}");
        }
    }
}
