//! The client's view of a package index: which files it holds of a project, by hash.
//!
//! The simple API in JSON ([PEP 691](https://peps.python.org/pep-0691/)), or in HTML
//! ([PEP 503](https://peps.python.org/pep-0503/)) where an index has no other form. An index is not
//! trusted: answers are bounded in size and time, it leads nowhere but to itself, and what it says of a
//! file must be complete and free of contradiction.

pub mod address;
mod fetch;
mod html;
mod json;
pub mod provenance;

use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;
use wheel_audit::wheel::{Sha256Sum, printable};

/// A file that an index offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedFile {
    pub name: String,
    pub sum: Sha256Sum,
    pub url: String,
    /// When it was uploaded ([PEP 700](https://peps.python.org/pep-0700/)), where the index says so.
    pub uploaded: Option<String>,
    /// Where its attestations are ([PEP 740](https://peps.python.org/pep-0740/)), if it has any.
    pub provenance: Option<String>,
    pub yanked: bool,
}

/// Why an index could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// It may pass: the network, a server that is down or busy, an answer that was cut off.
    #[error("{why}")]
    Passing { why: String, retry_after: Option<Duration> },
    /// It will not: the index refuses, or says what the simple API does not allow.
    #[error("{0}")]
    Lasting(String),
}

impl Trouble {
    fn passing(why: String) -> Self {
        Self::Passing { why, retry_after: None }
    }
}

/// How long an index may take for one answer, unless said otherwise.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The files that the index at `simple` holds of a project, named in normal form.
///
/// A project that the index does not know has no files.
pub fn files(simple: &str, project: &str) -> Result<Vec<OfferedFile>, Trouble> {
    files_within(simple, project, PATIENCE)
}

/// The same, where each answer has so much time.
pub fn files_within(
    simple: &str,
    project: &str,
    patience: Duration,
) -> Result<Vec<OfferedFile>, Trouble> {
    let page = format!("{}/{project}/", simple.trim_end_matches('/'));
    let Some(answer) = fetch::get(&page, fetch::SIMPLE, patience)? else {
        return Ok(Vec::new());
    };
    let files = if answer.is_html() {
        html::parse(&answer.text, &answer.url)?
    } else {
        json::parse(&answer.text, &answer.url)?
    };
    consistent(files, &page)
}

/// The content of a file that an index offers, held to the hash that it gives.
pub fn content(file: &OfferedFile) -> Result<Vec<u8>, Trouble> {
    let none = || Trouble::Lasting(format!("the index has no `{}` after all", shown(&file.name)));
    let bytes = fetch::bytes(&file.url, PATIENCE)?.ok_or_else(none)?;
    let sum = Sha256Sum::digest(&bytes);
    if sum != file.sum {
        return Err(Trouble::Lasting(format!(
            "`{}` comes with the hash {sum}, and the index says {}",
            shown(&file.name),
            file.sum
        )));
    }
    Ok(bytes)
}

/// Each name once; an index that gives two hashes for one name serves some users something else.
fn consistent(files: Vec<OfferedFile>, page: &str) -> Result<Vec<OfferedFile>, Trouble> {
    let mut sums: BTreeMap<&str, Sha256Sum> = BTreeMap::new();
    for file in &files {
        match sums.insert(&file.name, file.sum) {
            Some(other) if other != file.sum => {
                return Err(Trouble::Lasting(format!(
                    "`{page}` offers `{}` with two hashes, {other} and {}",
                    shown(&file.name),
                    file.sum
                )));
            }
            _ => {}
        }
    }
    Ok(files)
}

/// A name from an index as it may stand in a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    printable(&text.chars().take(LONGEST).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, sum: Sha256Sum) -> OfferedFile {
        OfferedFile {
            name: name.to_owned(),
            sum,
            url: format!("https://files/{name}"),
            uploaded: None,
            provenance: None,
            yanked: false,
        }
    }

    #[test]
    fn a_name_with_two_hashes_is_refused() {
        let (one, other) = (Sha256Sum::digest(b"1"), Sha256Sum::digest(b"2"));
        let twice = vec![file("a.whl", one), file("a.whl", one)];
        assert!(consistent(twice, "https://index/a/").is_ok());
        let both = vec![file("a.whl", one), file("b.whl", one), file("a.whl", other)];
        let error = consistent(both, "https://index/a/").expect_err("a contradiction").to_string();
        assert!(
            error.starts_with("`https://index/a/` offers `a.whl` with two hashes, "),
            "{error}"
        );
    }
}
