//! `RECORD`: the list of a wheel's files with their hashes, a CSV of path, hash and size
//! ([recording installed projects](https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file)).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::ReadError;
use super::limits::{LINE_LIMIT, MEMBER_COUNT_LIMIT};
use super::printable::quoted;
use super::sum::Sha256Sum;

/// One line of `RECORD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEntry {
    pub(crate) path: String,
    pub(crate) hash: RecordedHash,
    pub(crate) size: Option<u64>,
}

/// The hash field of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordedHash {
    /// The field is empty, as it is for `RECORD` itself.
    None,
    Sha256(Sha256Sum),
    /// The name of an algorithm that this crate does not compute.
    Other(String),
}

/// Reads the lines of `RECORD`.
///
/// # Errors
///
/// When the bytes are not UTF-8, a line does not have three valid fields or has more than [`LINE_LIMIT`] bytes, or there
/// are more than [`MEMBER_COUNT_LIMIT`] lines.
pub fn read(bytes: &[u8]) -> Result<Vec<RecordEntry>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new("it is not UTF-8"))?;
    if text.lines().nth(MEMBER_COUNT_LIMIT).is_some() {
        return Err(ReadError::new(format!("it has more than {MEMBER_COUNT_LIMIT} lines")));
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            entry(line).map_err(|why| {
                ReadError::new(format!("line {}, `{}`: {why}", number + 1, quoted(line)))
            })
        })
        .collect()
}

fn entry(line: &str) -> Result<RecordEntry, String> {
    if line.len() > LINE_LIMIT {
        return Err(format!("it has more than {LINE_LIMIT} bytes"));
    }
    let fields = fields(line)?;
    let [path, hash, size] = &fields[..] else {
        return Err("it does not have three fields".to_owned());
    };
    let size = match size.as_str() {
        "" => None,
        size => Some(size.parse().map_err(|_| "its size is not a number")?),
    };
    Ok(RecordEntry { path: path.clone(), hash: recorded_hash(hash)?, size })
}

fn recorded_hash(field: &str) -> Result<RecordedHash, &'static str> {
    if field.is_empty() {
        return Ok(RecordedHash::None);
    }
    let (algorithm, digest) = field.split_once('=').ok_or("its hash names no algorithm")?;
    if algorithm != "sha256" {
        return Ok(RecordedHash::Other(algorithm.to_owned()));
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(digest.trim_end_matches('='))
        .map_err(|_| "its hash is not urlsafe base64")?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| "its hash is not 32 bytes long")?;
    Ok(RecordedHash::Sha256(bytes.into()))
}

/// The fields of one CSV line; a path with a comma or a quote is quoted.
///
/// Readers differ in quotes inside a field that does not begin with one, and in lone carriage returns.
fn fields(line: &str) -> Result<Vec<String>, &'static str> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (field, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                (field.to_owned(), after)
            }
        };
        if field.contains('\r') || !rest.starts_with('"') && field.contains('"') {
            return Err("a quote or a line end stands inside a field");
        }
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(fields),
            None => return Err("a quote or a line end stands inside a field"),
        }
    }
}

/// The field behind an opening quote, and what follows the closing one. Two quotes stand for one.
fn unquoted(text: &str) -> Result<(String, &str), &'static str> {
    let (mut field, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"').ok_or("a quote is not closed")?;
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return Ok((field, after)),
        }
    }
}

/// The line for a file of this content.
pub(crate) fn line(path: &str, content: &[u8]) -> String {
    let quoted = match path.contains([',', '"']) {
        true => format!("\"{}\"", path.replace('"', "\"\"")),
        false => path.to_owned(),
    };
    format!("{quoted},{},{}", spell(&Sha256Sum::digest(content)), content.len())
}

/// The hash field that `RECORD` must hold for a file with this sum.
pub(crate) fn spell(sum: &Sha256Sum) -> String {
    format!("sha256={}", URL_SAFE_NO_PAD.encode(sum.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_path_hash_and_size() {
        let sum = Sha256Sum::digest(b"x");
        let text = format!("\"a,\"\"b\"\".py\",{},1\r\nm/RECORD,,\n", spell(&sum));
        let entries = read(text.as_bytes()).expect("valid");
        assert_eq!(
            entries[0],
            RecordEntry {
                path: "a,\"b\".py".into(),
                hash: RecordedHash::Sha256(sum),
                size: Some(1)
            }
        );
        assert_eq!(
            entries[1],
            RecordEntry { path: "m/RECORD".into(), hash: RecordedHash::None, size: None }
        );
    }

    #[test]
    fn each_way_to_be_wrong_has_its_reason() {
        for (line, why) in [
            ("a.py", "it does not have three fields"),
            ("a.py,,x", "its size is not a number"),
            ("a.py,abc,1", "its hash names no algorithm"),
            ("a.py,sha256=!,1", "its hash is not urlsafe base64"),
            ("a.py,sha256=AAAA,1", "its hash is not 32 bytes long"),
            ("\"a.py,,1", "a quote is not closed"),
            ("a\"b,c\".py,,1", "a quote or a line end stands inside a field"),
            ("\"a\".py,,1", "a quote or a line end stands inside a field"),
            ("a\r.py,,1", "a quote or a line end stands inside a field"),
        ] {
            let error = read(line.as_bytes()).expect_err(line);
            let line = line.replace('\r', "\\r");
            assert_eq!(error.to_string(), format!("line 1, `{line}`: {why}"));
        }
        let long = read("x".repeat(LINE_LIMIT + 1).as_bytes()).expect_err("long").to_string();
        assert!(long.ends_with("`: it has more than 8192 bytes"), "{long}");
        assert!(long.len() < 300, "{long}");
        assert_eq!(read(b"\xff").expect_err("bytes").to_string(), "it is not UTF-8");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _unused = read(&bytes);
        }
    }
}
