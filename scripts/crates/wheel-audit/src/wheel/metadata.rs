//! `METADATA`, `PKG-INFO` and `WHEEL`: header fields as of
//! [core metadata](https://packaging.python.org/en/latest/specifications/core-metadata/), then a body.

use super::error::ReadError;
use super::limits::FIELD_LIMIT;
use super::printable::quoted;

/// The longest value of a field that is a name, a version or a requirement, in bytes.
pub(crate) const VALUE_LIMIT: usize = 1024;

/// Header fields in the order of the file, and the text after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<(String, String)>,
    /// The text after the first empty line: the description.
    pub(crate) body: String,
}

impl Headers {
    /// Reads the bytes of such a file.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, a line before the body is neither a field nor a continuation, or
    /// there are more than [`FIELD_LIMIT`] fields.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new("it is not UTF-8"))?;
        let text = text.replace("\r\n", "\n");
        let (head, body) = match text.split_once("\n\n") {
            Some((head, body)) => (head, body.to_owned()),
            None => (text.trim_end_matches('\n'), String::new()),
        };
        let mut fields: Vec<(String, String)> = Vec::new();
        for (number, line) in head.lines().enumerate() {
            let number = number + 1;
            // For Python's `email`, a line ends there.
            if line.contains('\r') && line.contains(':') {
                return Err(ReadError::new(format!("line {number} has a lone carriage return")));
            }
            if line.starts_with([' ', '\t']) {
                let (_, value) = fields.last_mut().ok_or_else(|| {
                    ReadError::new("its first line continues a field that is not there")
                })?;
                value.push('\n');
                value.push_str(line.trim_start());
                continue;
            }
            if fields.len() == FIELD_LIMIT {
                return Err(ReadError::new(format!("it has more than {FIELD_LIMIT} fields")));
            }
            let field = line.split_once(':').filter(|(key, _)| {
                !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
            });
            let (key, value) = field.ok_or_else(|| {
                ReadError::new(format!("line {}, `{}`, is not a field", number, quoted(line)))
            })?;
            fields.push((key.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Self { fields, body })
    }

    /// The first value of a field; names are compared without regard to case.
    pub fn first(&self, key: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a field that is a name, a version or a requirement, unless it is longer than any of them.
    pub(crate) fn short(&self, key: &str) -> Option<&str> {
        self.first(key).filter(|value| value.len() <= VALUE_LIMIT)
    }

    /// All values of a field that may be repeated.
    pub(crate) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_str())
    }

    /// About how many bytes they take.
    pub(crate) fn weight(&self) -> u64 {
        let fields = self.fields.iter().map(|(key, value)| key.len() + value.len() + 64);
        (fields.sum::<usize>() + self.body.len()) as u64
    }

    /// The fields in the order of the file. Names are in lower case.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The fields sorted, for comparing two files. The order of fields has no meaning.
    pub(crate) fn sorted(&self) -> Vec<&(String, String)> {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort();
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_continue_repeat_and_end_at_the_body() {
        let headers = Headers::read(
            b"Name: a\r\nTag: one\r\nLicense: first\r\n  second\r\nTAG: two\r\n\r\nName: b\r\n",
        )
        .expect("valid");
        assert_eq!(headers.first("name"), Some("a"));
        assert_eq!(headers.all("Tag").collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(headers.first("license"), Some("first\nsecond"));
        assert_eq!(headers.body, "Name: b\n");
        assert_eq!(headers.first("version"), None);
    }

    #[test]
    fn each_way_to_be_wrong_has_its_reason() {
        let reason = |bytes: &[u8]| Headers::read(bytes).expect_err("unreadable").to_string();
        assert_eq!(reason(b"Name: \xff"), "it is not UTF-8");
        assert_eq!(reason(b"Name: a\nnonsense\n"), "line 2, `nonsense`, is not a field");
        assert_eq!(reason(b" a"), "its first line continues a field that is not there");
    }
}
