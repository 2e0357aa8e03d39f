//! The simple API in JSON ([PEP 691](https://peps.python.org/pep-0691/)).

use serde::Deserialize;

use super::address::absolute;
use super::{OfferedFile, Trouble, shown};

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

/// `false`, `true`, or why.
#[derive(Deserialize)]
#[serde(untagged)]
enum Yanked {
    Plain(bool),
    Why(#[expect(dead_code, reason = "that there is a reason says enough")] String),
}

impl Default for Yanked {
    fn default() -> Self {
        Self::Plain(false)
    }
}

/// The files of a page, which lies at `page`.
pub(super) fn parse(text: &str, page: &str) -> Result<Vec<OfferedFile>, Trouble> {
    let answer: ProjectPage = serde_json::from_str(text).map_err(|error| {
        let why = format!("the answer to `{page}` is not the JSON of the simple API: {error}");
        // Where it ends too early, the rest may have been lost on the way.
        if error.is_eof() { Trouble::passing(why) } else { Trouble::Lasting(why) }
    })?;
    let wrong = |name: &str, what: &str| {
        Trouble::Lasting(format!("`{page}` gives {what} for `{}`", shown(name)))
    };
    answer
        .files
        .into_iter()
        .map(|file| {
            let sum = file.hashes.sha256.ok_or_else(|| wrong(&file.filename, "no SHA-256"))?;
            Ok(OfferedFile {
                sum: sum.parse().map_err(|_| wrong(&file.filename, "a wrong SHA-256"))?,
                url: absolute(&file.url, page)
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

    fn page(file: &str) -> Result<Vec<OfferedFile>, Trouble> {
        parse(&format!(r#"{{"meta": {{}}, "files": [{file}]}}"#), PAGE)
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
            [OfferedFile {
                name: "a.whl".into(),
                sum,
                url: "http://127.0.0.1:1/root/release/+f/a.whl#sha256=x".into(),
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
    fn an_address_that_is_none_is_an_error() {
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
        assert!(matches!(parse(r#"{"files": ["#, PAGE), Err(Trouble::Passing { .. })));
        for text in ["<html>", "{}", r#"{"files": 1}"#, &"[".repeat(100_000)] {
            assert!(matches!(parse(text, PAGE), Err(Trouble::Lasting(_))), "{text:.20}");
        }
    }
}
