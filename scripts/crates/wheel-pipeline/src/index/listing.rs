//! The listing of a project, and the content of its files.

use std::collections::BTreeMap;
use std::time::Duration;

use wheel_audit::wheel::Sha256Sum;

use super::error::{IndexError, for_message};
use super::listed_file::ListedFile;
use super::{fetch, html, json};
use crate::address;

/// The longest time that an index may take for one answer, unless the caller gives another.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The files that the index at `simple` offers of a project, whose name is in normal form.
///
/// A project that the index does not know has no files.
pub fn listing(simple: &str, project: &str) -> Result<Vec<ListedFile>, IndexError> {
    listing_within(simple, project, PATIENCE)
}

/// The same as [`listing`], with a limit of `patience` for each answer.
pub fn listing_within(
    simple: &str,
    project: &str,
    patience: Duration,
) -> Result<Vec<ListedFile>, IndexError> {
    let page = format!("{}/{project}/", simple.trim_end_matches('/'));
    let page = address::parse(&page).ok_or_else(|| {
        IndexError::permanent(format!("`{}` is not the address of an index", for_message(&page)))
    })?;
    let Some(answer) = fetch::text(&page, fetch::SIMPLE, patience)? else {
        return Ok(Vec::new());
    };
    let files = if answer.is_html() {
        html::parse(&answer.text, &answer.url)?
    } else {
        json::parse(&answer.text, &answer.url)?
    };
    refuse_contradictions(files, page.as_str())
}

/// The content of a listed file. Content with another hash than the listed one is an error.
pub fn content(file: &ListedFile) -> Result<Vec<u8>, IndexError> {
    let name = for_message(&file.name);
    let bytes = fetch::bytes(&file.url, PATIENCE)?.ok_or_else(|| {
        IndexError::permanent(format!("the index lists `{name}`, but has no such file"))
    })?;
    let sum = Sha256Sum::digest(&bytes);
    if sum != file.sum {
        return Err(IndexError::permanent(format!(
            "`{name}` has SHA-256 {sum}, but the index lists it with {}",
            file.sum
        )));
    }
    Ok(bytes)
}

/// Refuses two hashes for one name: such an index serves some users another file.
fn refuse_contradictions(
    files: Vec<ListedFile>,
    page: &str,
) -> Result<Vec<ListedFile>, IndexError> {
    let mut sums: BTreeMap<&str, Sha256Sum> = BTreeMap::new();
    for file in &files {
        match sums.insert(&file.name, file.sum) {
            Some(other) if other != file.sum => {
                return Err(IndexError::permanent(format!(
                    "`{page}` lists `{}` with two hashes, {other} and {}",
                    for_message(&file.name),
                    file.sum
                )));
            }
            _ => {}
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, sum: Sha256Sum) -> ListedFile {
        ListedFile {
            name: name.to_owned(),
            sum,
            url: address::parse(&format!("https://files/{name}")).expect("an address"),
            uploaded: None,
            provenance: None,
            yanked: false,
        }
    }

    #[test]
    fn a_name_with_two_hashes_is_refused() {
        let (one, other) = (Sha256Sum::digest(b"1"), Sha256Sum::digest(b"2"));
        let twice = vec![file("a.whl", one), file("a.whl", one)];
        assert!(refuse_contradictions(twice, "https://index/a/").is_ok());
        let both = vec![file("a.whl", one), file("b.whl", one), file("a.whl", other)];
        let error = refuse_contradictions(both, "https://index/a/").expect_err("two hashes");
        let expected =
            format!("`https://index/a/` lists `a.whl` with two hashes, {one} and {other}");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_index_without_an_address_is_an_error() {
        for simple in ["", "index", "file:///index", "https://user:password@index/"] {
            let error = listing(simple, "a").expect_err("no address");
            assert!(matches!(error, IndexError::Permanent { .. }), "{simple}: {error:?}");
        }
    }
}
