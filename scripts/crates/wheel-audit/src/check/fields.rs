//! The fields of [core metadata](https://packaging.python.org/en/latest/specifications/core-metadata/): their names, the
//! version that added each, and the form of the values.

use std::collections::BTreeSet;

use super::license;
use super::requirement::Requirement;
use super::specifiers;
use crate::names::normalize;
use crate::wheel::metadata::Headers;
use crate::wheel::quoted;

/// A field of core metadata.
pub(super) struct Field {
    /// The name as the specification spells it.
    pub(super) name: &'static str,
    /// The metadata version that added it.
    pub(super) added: &'static str,
    /// True if it may be there several times.
    pub(super) repeats: bool,
}

const fn once(name: &'static str, added: &'static str) -> Field {
    Field { name, added, repeats: false }
}

const fn many(name: &'static str, added: &'static str) -> Field {
    Field { name, added, repeats: true }
}

/// All fields up to metadata 2.5. The versions are those of `packaging.metadata`.
const FIELDS: &[Field] = &[
    once("Metadata-Version", "1.0"),
    once("Name", "1.0"),
    once("Version", "1.0"),
    many("Platform", "1.0"),
    once("Summary", "1.0"),
    once("Description", "1.0"),
    once("Keywords", "1.0"),
    once("Home-page", "1.0"),
    once("Author", "1.0"),
    once("Author-email", "1.0"),
    once("License", "1.0"),
    many("Supported-Platform", "1.1"),
    once("Download-URL", "1.1"),
    many("Classifier", "1.1"),
    many("Requires", "1.1"),
    many("Provides", "1.1"),
    many("Obsoletes", "1.1"),
    once("Maintainer", "1.2"),
    once("Maintainer-email", "1.2"),
    many("Requires-Dist", "1.2"),
    once("Requires-Python", "1.2"),
    many("Requires-External", "1.2"),
    many("Project-URL", "1.2"),
    many("Provides-Dist", "1.2"),
    many("Obsoletes-Dist", "1.2"),
    once("Description-Content-Type", "2.1"),
    many("Provides-Extra", "2.1"),
    many("Dynamic", "2.2"),
    once("License-Expression", "2.4"),
    many("License-File", "2.4"),
    many("Import-Name", "2.5"),
    many("Import-Namespace", "2.5"),
];

/// The field of a name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

/// Returns whether a field says nothing. Old versions of setuptools write `UNKNOWN`, which PyPI passes over.
pub(super) fn is_empty(value: &str) -> bool {
    value.is_empty() || value == "UNKNOWN"
}

/// A value that has not the form of its field.
pub(super) struct Malformed {
    /// The reason.
    pub(super) why: String,
    pub(super) expected: &'static str,
}

fn malformed(why: impl Into<String>, expected: &'static str) -> Result<(), Malformed> {
    Err(Malformed { why: why.into(), expected })
}

/// Judges the form of a value. `name` is the one that the specification has.
pub(super) fn judge(name: &str, value: &str) -> Result<(), Malformed> {
    match name {
        "Name" => match is_name(value) {
            true => Ok(()),
            false => malformed(
                "it is no name",
                "letters, digits, `-`, `_` and `.`, with a letter or a digit at both ends",
            ),
        },
        "Provides-Extra" => match is_name(value) {
            true => Ok(()),
            false => malformed("it is no name of an extra", "a name such as `docs`"),
        },
        "Requires-Python" => specifiers::read(value)
            .map(drop)
            .or_else(|why| malformed(why, "specifiers such as `>=3.10`, with commas between them")),
        "Requires-Dist" | "Provides-Dist" | "Obsoletes-Dist" => {
            Requirement::read(value).map(drop).or_else(|why| {
                malformed(
                    why,
                    "a requirement such as `name[extra]>=1.0; python_version < \"3.12\"`",
                )
            })
        }
        "License-Expression" => license::read(value)
            .or_else(|why| malformed(why, "an expression of SPDX, such as `MIT OR Apache-2.0`")),
        "License-File" => license_file(value),
        "Description-Content-Type" => content_type(value),
        "Dynamic" => dynamic(value),
        "Import-Name" | "Import-Namespace" => import_name(value),
        _ => Ok(()),
    }
}

/// Returns whether a text is the name of a project or an extra.
fn is_name(text: &str) -> bool {
    let is_end = |letter: char| letter.is_ascii_alphanumeric();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    text.starts_with(is_end) && text.ends_with(is_end) && text.chars().all(plain)
}

/// The rules for paths of [PEP 639](https://peps.python.org/pep-0639/#add-license-file-field).
fn license_file(path: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a path below the project's folder, with `/` between its parts";
    if path.contains("..") {
        return malformed("it leads out of a folder", EXPECTED);
    }
    if path.contains('*') {
        return malformed("it is a pattern", EXPECTED);
    }
    if path.contains('\\') || path.starts_with('/') || path.get(1..2) == Some(":") {
        return malformed("it is absolute, or has a `\\`", EXPECTED);
    }
    Ok(())
}

fn content_type(value: &str) -> Result<(), Malformed> {
    let mut parts = value.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    if !["text/plain", "text/x-rst", "text/markdown"].contains(&kind.as_str()) {
        return malformed("PyPI does not know it", "text/markdown, text/x-rst or text/plain");
    }
    for (key, given) in parts.filter_map(|part| part.split_once('=')) {
        let given = given.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "charset" if !given.eq_ignore_ascii_case("utf-8") => {
                return malformed("it has another charset", "`charset=UTF-8`");
            }
            "variant" if kind == "text/markdown" && !["GFM", "CommonMark"].contains(&given) => {
                return malformed(
                    "it has another variant",
                    "`variant=GFM` or `variant=CommonMark`",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The rules of [PEP 643](https://peps.python.org/pep-0643/).
fn dynamic(value: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a field that may differ between the sdist and its wheels";
    match find(value) {
        Some(Field { name: "Name" | "Version" | "Metadata-Version", .. }) => {
            malformed("the field cannot be dynamic", EXPECTED)
        }
        Some(Field { name: "Dynamic", .. }) | None => malformed("it is no such field", EXPECTED),
        Some(_) => Ok(()),
    }
}

/// The rules of [PEP 794](https://peps.python.org/pep-0794/).
fn import_name(value: &str) -> Result<(), Malformed> {
    let (name, private) = value.split_once(';').map_or((value, "private"), |(a, b)| (a, b.trim()));
    let identifier = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    match private == "private" && name.trim_end().split('.').all(identifier) {
        true => Ok(()),
        false => malformed("it is no name of a module", "`package.module` or `package; private`"),
    }
}

/// The extras that requirements ask for and `Provides-Extra` does not name, each with its requirement.
pub(super) fn undeclared(metadata: &Headers) -> Vec<(String, &str)> {
    let declared: BTreeSet<String> = metadata.all("Provides-Extra").map(normalize).collect();
    let mut missing = Vec::new();
    for text in metadata.all("Requires-Dist") {
        let marker = Requirement::read(text).ok().and_then(|requirement| requirement.marker);
        let extras = marker.map(|marker| marker.extras()).unwrap_or_default();
        let unknown = extras.into_iter().filter(|extra| !declared.contains(extra));
        missing.extend(unknown.map(|extra| (quoted(&extra).to_string(), text)));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(name: &str, value: &str) -> Option<String> {
        judge(name, value).err().map(|malformed| malformed.why)
    }

    #[test]
    fn values_have_the_form_of_their_field() {
        for (name, value) in [
            ("Name", "a.b-C_9"),
            ("License-File", "licenses/LICENSE.txt"),
            ("Description-Content-Type", "text/markdown; charset=utf-8; variant=\"GFM\""),
            ("Description-Content-Type", "text/x-rst; variant=odd"),
            ("Dynamic", "requires-dist"),
            ("Import-Name", "a.b ; private"),
            ("Keywords", "anything, at all"),
        ] {
            assert_eq!(why(name, value), None, "{name}: {value}");
        }
        for (name, value, reason) in [
            ("Name", "a-", "it is no name"),
            ("Provides-Extra", "a b", "it is no name of an extra"),
            ("License-File", "../LICENSE", "it leads out of a folder"),
            ("License-File", "LICENSE*", "it is a pattern"),
            ("License-File", "C:/LICENSE", "it is absolute, or has a `\\`"),
            ("License-File", "a\\b", "it is absolute, or has a `\\`"),
            ("Description-Content-Type", "text/html", "PyPI does not know it"),
            ("Description-Content-Type", "text/plain; charset=latin-1", "it has another charset"),
            ("Description-Content-Type", "text/markdown; variant=x", "it has another variant"),
            ("Dynamic", "Version", "the field cannot be dynamic"),
            ("Dynamic", "Nothing", "it is no such field"),
            ("Import-Name", "a-b", "it is no name of a module"),
            ("Import-Name", "a; public", "it is no name of a module"),
        ] {
            assert_eq!(why(name, value).as_deref(), Some(reason), "{name}: {value}");
        }
    }
}
