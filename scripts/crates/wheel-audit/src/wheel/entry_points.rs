//! `entry_points.txt`: the commands and plugins that an installation offers
//! ([entry points specification](https://packaging.python.org/en/latest/specifications/entry-points/)).

use super::error::ReadError;
use super::limits::{FIELD_LIMIT, LINE_LIMIT};

/// One entry point: a line of the file that is neither a comment nor a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The name of its group. Empty before the first one.
    pub(crate) group: String,
    /// The line as written.
    pub(crate) line: String,
    /// The name: that of the command, or of the plugin.
    pub(crate) name: String,
    /// The module that the line refers to, if it refers to one.
    pub(crate) module: Option<String>,
    /// True if the line refers to something in the module: `module:attribute`.
    pub(crate) has_attribute: bool,
}

/// Reads the file.
///
/// # Errors
///
/// When it is not UTF-8, has more than [`FIELD_LIMIT`] entry points, or a line has more than [`LINE_LIMIT`] bytes.
pub fn read(bytes: &[u8]) -> Result<Vec<EntryPoint>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new("it is not UTF-8"))?;
    let (mut group, mut points) = ("", Vec::new());
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.len() > LINE_LIMIT {
            return Err(ReadError::new(format!("a line has more than {LINE_LIMIT} bytes")));
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = name.trim();
            continue;
        }
        if points.len() == FIELD_LIMIT {
            return Err(ReadError::new(format!("it has more than {FIELD_LIMIT} entry points")));
        }
        let (name, reference) = line.split_once('=').unwrap_or((line, ""));
        // Extras in brackets may follow the reference, and an attribute the module.
        let reference = reference.split('[').next().unwrap_or_default();
        let (module, attribute) = reference.split_once(':').unwrap_or((reference, ""));
        let (name, module) = (name.trim().to_owned(), module.trim());
        points.push(EntryPoint {
            group: group.to_owned(),
            line: line.to_owned(),
            module: (!name.is_empty() && is_dotted(module)).then(|| module.to_owned()),
            name,
            has_attribute: is_dotted(attribute.trim()),
        });
    }
    Ok(points)
}

/// Returns whether the text is identifiers with dots between them.
fn is_dotted(module: &str) -> bool {
    let identifier = |part: &str| {
        part.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && part.chars().all(|character| character.is_alphanumeric() || character == '_')
    };
    module.split('.').all(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_references_and_lines_that_are_neither_are_told_apart() {
        let text = "x\n# commands\n[console_scripts]\nsum = sum_up_to.__main__:main [fast]\nbroken\n\n[a.plugins]\nx=y\n";
        let points = read(text.as_bytes()).expect("a text");
        let groups: Vec<_> =
            points.iter().map(|point| (!point.group.is_empty(), point.module.as_deref())).collect();
        assert_eq!(
            groups,
            [(false, None), (true, Some("sum_up_to.__main__")), (true, None), (true, Some("y"))]
        );
        assert!(read(b"\xff").is_err());
        let many = format!("[a]\n{}", "x = y\n".repeat(FIELD_LIMIT + 1));
        assert!(read(many.as_bytes()).is_err());
        let long = read("x".repeat(LINE_LIMIT + 1).as_bytes()).expect_err("long").to_string();
        assert_eq!(long, "a line has more than 8192 bytes");
    }
}
