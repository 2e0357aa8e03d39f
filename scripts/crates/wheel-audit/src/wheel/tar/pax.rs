//! Extended headers (pax): records of a key and a value.

use crate::wheel::error::ReadError;
use crate::wheel::printable::quoted;

/// Keys that change neither the name nor the content of a member. `path` is read.
const HARMLESS: &[&str] = &[
    "mtime",
    "atime",
    "ctime",
    "uid",
    "gid",
    "uname",
    "gname",
    "comment",
    "LIBARCHIVE.creationtime",
];
/// Beginnings of such keys: extended attributes, which bsdtar writes on macOS.
const ATTRIBUTES: &[&str] = &["LIBARCHIVE.xattr.", "SCHILY.xattr."];

/// Reads the header of one member, and returns the member's name if it gives one.
pub(super) fn path(content: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    let mut path = None;
    let mut seen = std::collections::BTreeSet::new();
    for record in Records(content) {
        let (key, value) = record?;
        if !seen.insert(key) {
            return Err(ReadError::new(format!(
                "an extended header gives `{}` twice",
                quoted(key)
            )));
        }
        match key {
            "path" => path = Some(value.to_vec()),
            "mtime" | "atime" | "ctime" if !is_time(value) => {
                return Err(ReadError::new(format!("`{key}` in an extended header is no time")));
            }
            "uid" | "gid" if !is_owner(value) => {
                return Err(ReadError::new(format!("`{key}` in an extended header is no number")));
            }
            key if HARMLESS.contains(&key) => {}
            key if ATTRIBUTES.iter().any(|begin| key.starts_with(begin)) => {}
            key => return Err(unknown(key)),
        }
    }
    Ok(path)
}

/// Reads a header for all members that follow. git writes one with the commit, which is a comment.
pub(super) fn global(content: &[u8]) -> Result<(), ReadError> {
    for record in Records(content) {
        match record? {
            ("comment", _) => {}
            (key, _) => {
                return Err(ReadError::new(format!(
                    "it gives `{}` for all members, which readers take in different ways",
                    quoted(key)
                )));
            }
        }
    }
    Ok(())
}

fn unknown(key: &str) -> ReadError {
    ReadError::new(format!(
        "an extended header gives `{}`, which readers take in different ways",
        quoted(key)
    ))
}

/// Records of the form `LENGTH KEY=VALUE\n`, where the length is that of the whole record.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(&'a str, &'a [u8]), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or_else(|| ReadError::new("an extended header cannot be read")))
    }
}

impl<'a> Records<'a> {
    fn record(&mut self) -> Option<(&'a str, &'a [u8])> {
        let digits = self.0.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || self.0[0] == b'0' {
            return None;
        }
        let length: usize = std::str::from_utf8(&self.0[..digits]).ok()?.parse().ok()?;
        let (record, rest) = self.0.split_at_checked(length)?;
        let fields = record.get(digits..)?.strip_prefix(b" ")?.strip_suffix(b"\n")?;
        let equals = fields.iter().position(|byte| *byte == b'=')?;
        let key = std::str::from_utf8(&fields[..equals]).ok()?;
        let plain = !key.is_empty() && !key.contains(|part: char| part.is_control() || part == ' ');
        let value = &fields[equals + 1..];
        // Readers that cut records at line ends or NUL would see other records.
        let whole = !value.contains(&0)
            && (!value.contains(&b'\n') || key == "comment" || is_attribute(key));
        self.0 = rest;
        (plain && whole).then_some((key, value))
    }
}

fn is_attribute(key: &str) -> bool {
    ATTRIBUTES.iter().any(|begin| key.starts_with(begin))
}

/// Seconds since 1970, with or without a fraction. Readers fail at others when they set the time of a file.
fn is_time(value: &[u8]) -> bool {
    let (whole, fraction) = match value.iter().position(|byte| *byte == b'.') {
        Some(at) => (&value[..at], &value[at + 1..]),
        None => (value, &b""[..]),
    };
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let whole = whole.strip_prefix(b"-").unwrap_or(whole);
    !whole.is_empty()
        && whole.len() <= 11
        && digits(whole)
        && digits(fraction)
        && fraction.len() <= 40
}

fn is_owner(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 10 && value.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_strictly() {
        assert_eq!(path(b"8 path=\n"), Ok(Some(Vec::new())));
        assert_eq!(path(b"10 path=ab\n11 mtime=1.5\n".split_at(10).0).ok().flatten(), None);
        assert_eq!(path(b"11 path=abc\n20 mtime=1790000000.5\n").ok(), None);
        assert_eq!(path(b"12 path=abc\n22 mtime=1790000000.5\n"), Ok(Some(b"abc".to_vec())));
        for broken in [
            &b"x"[..],
            b"12 path=abc",
            b"13 path=abc\n",
            b"012 path=abc\n",
            b"12  path=ab\n",
            b"12\tpath=abc\n",
            b"9999999 path=a\n",
            b"7 =abc\n",
            b"12 path=a\0c\n",
            b"12 path=a\nc\n",
        ] {
            let error = path(broken).expect_err("broken").to_string();
            assert_eq!(error, "an extended header cannot be read", "{broken:?}");
        }
    }
}
