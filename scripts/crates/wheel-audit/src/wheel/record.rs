//! `RECORD`: the list of a wheel's files with their hashes, a CSV of path, hash and size
//! ([recording installed projects](https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file)).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::ReadError;
use super::limits::MEMBER_COUNT_LIMIT;
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
/// When the bytes are not UTF-8, a line does not have three valid fields, or there are more than
/// [`MEMBER_COUNT_LIMIT`] lines.
pub fn read(bytes: &[u8]) -> Result<Vec<RecordEntry>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new("it is not UTF-8"))?;
    if text.lines().nth(MEMBER_COUNT_LIMIT).is_some() {
        return Err(ReadError::new(format!("it has more than {MEMBER_COUNT_LIMIT} lines")));
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            entry(line)
                .map_err(|why| ReadError::new(format!("line {}, `{line}`: {why}", number + 1)))
        })
        .collect()
}

fn entry(line: &str) -> Result<RecordEntry, &'static str> {
    let fields = fields(line)?;
    let [path, hash, size] = &fields[..] else {
        return Err("it does not have three fields");
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
fn fields(line: &str) -> Result<Vec<String>, &'static str> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let field = fields.last_mut().expect("there is always a field");
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    if quoted { Err("a quote is not closed") } else { Ok(fields) }
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
        ] {
            let error = read(line.as_bytes()).expect_err(line);
            assert_eq!(error.to_string(), format!("line 1, `{line}`: {why}"));
        }
        assert_eq!(read(b"\xff").expect_err("bytes").to_string(), "it is not UTF-8");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _unused = read(&bytes);
        }
    }
}
