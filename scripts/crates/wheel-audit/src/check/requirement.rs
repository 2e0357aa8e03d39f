//! Requirements
//! ([dependency specifiers](https://packaging.python.org/en/latest/specifications/dependency-specifiers/)), read as
//! `packaging` reads them: pip refuses to install what it cannot read.

use super::marker::Marker;
use super::specifiers::{self, Specifier};
use crate::names::normalize;

/// A requirement: `name[extra]>=1.0; marker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// The name in normal form.
    name: String,
    /// The extras in normal form, sorted.
    extras: Vec<String>,
    specifiers: Vec<Specifier>,
    /// The address that stands in place of versions.
    pub(super) url: Option<String>,
    pub(super) marker: Option<Marker>,
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// # Errors
    ///
    /// The reason why the text is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rest = text.trim_start();
        let name = normalize(name(&mut rest).ok_or("it does not begin with a name")?);
        let extras = extras(&mut rest)?;
        let mut requirement =
            Self { name, extras, specifiers: Vec::new(), url: None, marker: None };
        if let Some(address) = rest.strip_prefix('@') {
            let address = address.trim_start();
            let end = address.find(char::is_whitespace).unwrap_or(address.len());
            if end == 0 {
                return Err("no URL follows the `@`".to_owned());
            }
            requirement.url = Some(address[..end].to_owned());
            rest = address[end..].trim_start();
        } else {
            requirement.specifiers = versions(&mut rest)?;
        }
        if let Some(marker) = rest.strip_prefix(';') {
            requirement.marker = Some(Marker::read(marker)?);
        } else if !rest.is_empty() {
            return Err(format!("`{rest}` is neither a version nor a marker"));
        }
        Ok(requirement)
    }

    /// The requirement in one spelling.
    pub(super) fn spelled(&self) -> String {
        let mut spelled = self.name.clone();
        if !self.extras.is_empty() {
            spelled += &format!("[{}]", self.extras.join(","));
        }
        if let Some(url) = &self.url {
            spelled += &format!(" @ {url}");
        }
        if !self.specifiers.is_empty() {
            spelled += &format!(" {}", specifiers::spelled(&self.specifiers));
        }
        match &self.marker {
            Some(marker) => format!("{spelled}; {}", marker.spelled()),
            None => spelled,
        }
    }
}

/// Takes a name off the beginning, and the blanks behind it.
fn name<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let run = &rest[..rest.find(|letter| !is_part(letter)).unwrap_or(rest.len())];
    let name = run.trim_end_matches(['-', '.']);
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    *rest = rest[name.len()..].trim_start();
    Some(name)
}

fn extras(rest: &mut &str) -> Result<Vec<String>, String> {
    let Some(inner) = rest.strip_prefix('[') else { return Ok(Vec::new()) };
    let (inner, after) = inner.split_once(']').ok_or("a `]` is missing")?;
    *rest = after.trim_start();
    let mut extras = Vec::new();
    if !inner.trim().is_empty() {
        for mut extra in inner.split(',').map(str::trim) {
            let found = name(&mut extra).filter(|_| extra.is_empty());
            extras
                .push(normalize(found.ok_or("its extras are not names with commas between them")?));
        }
    }
    extras.sort();
    extras.dedup();
    Ok(extras)
}

/// Reads the versions up to a marker, in parentheses or not.
fn versions(rest: &mut &str) -> Result<Vec<Specifier>, String> {
    let text;
    if let Some(inner) = rest.strip_prefix('(') {
        let (inner, after) = inner.split_once(')').ok_or("a `)` is missing")?;
        (text, *rest) = (inner, after.trim_start());
    } else {
        let end = rest.find(';').unwrap_or(rest.len());
        (text, *rest) = rest.split_at(end);
    }
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // One comma may follow the last.
    let parts = text.strip_suffix(',').unwrap_or(text).split(',');
    parts.map(Specifier::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_as_packaging_reads_them() {
        for good in [
            "a",
            "A.b_c-d",
            "a[x,Y]>=1,<2",
            "a[]",
            "a (>=1,<2)",
            "a>=1,",
            "a @ https://example.org/x#y=z ; os_name == 'nt'",
            "a; extra == 'x' and (python_version < '3.8' or os.name == \"nt\")",
            "a===weird",
            "a; 'linux' in sys_platform",
            "a; python_version not  in '3.8 3.9'",
        ] {
            assert!(Requirement::read(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", "it does not begin with a name"),
            ("-a", "it does not begin with a name"),
            ("a b", "`b` has no operator"),
            ("a>=1,,<2", "a version is missing"),
            ("a,", "a version is missing"),
            ("a (1.0)", "`1.0` has no operator"),
            ("a[x", "a `]` is missing"),
            ("a[x y]", "its extras are not names with commas between them"),
            ("a (>=1", "a `)` is missing"),
            ("a (>=1) b", "`b` is neither a version nor a marker"),
            ("a @", "no URL follows the `@`"),
            ("a;", "a variable or a quoted text is missing in its marker"),
            ("a; python == '3'", "`python` is no variable of markers"),
            ("a; os_name", "a comparison is missing in its marker"),
            ("a; os_name == 'nt", "a quote is not closed in its marker"),
            ("a; (os_name == 'nt'", "a `)` is missing in its marker"),
            ("a; os_name == 'nt' x", "`x` follows its marker"),
        ] {
            assert_eq!(Requirement::read(bad).map(|_| ()), Err(why.to_owned()), "{bad}");
        }
        let deep = format!("a; {}os_name == ''{}", "(".repeat(201), ")".repeat(201));
        let deep = Requirement::read(&deep).expect_err("too deep");
        assert_eq!(deep, "its marker has more than 200 parentheses in each other");
    }

    #[test]
    fn the_extras_of_a_marker_are_found_wherever_they_stand() {
        let text = "a; os_name == 'nt' and (extra == 'X_y' or 'z' == extra) and extra != 'no'";
        let marker = Requirement::read(text).expect("a requirement").marker.expect("a marker");
        assert_eq!(marker.extras(), ["x-y", "z"]);
    }
}
