//! The fields of metadata by their meaning: the spelling, the order and the quotes of a value have none.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;

use super::requirement::Requirement;
use super::specifiers;
use crate::names::normalize;
use crate::wheel::metadata::{Headers, VALUE_LIMIT};

/// Fields that are about the file and not about the project. The licenses of the libraries that a wheel brings rightly
/// differ by platform.
const OF_THE_FILE: &[&str] =
    &["dynamic", "metadata-version", "license-file", "license-expression", "license"];

/// The statements of the metadata of a file.
pub(super) struct Said {
    values: BTreeMap<String, BTreeSet<String>>,
    /// The fields that an sdist leaves to its wheels.
    left: BTreeSet<String>,
    /// True if every field that is missing may be stated elsewhere, as in sdists before metadata 2.2.
    is_partial: bool,
}

static NONE: BTreeSet<String> = BTreeSet::new();

impl Said {
    pub(super) fn new(headers: &Headers, is_sdist: bool) -> Self {
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (key, value) in headers.fields() {
            // Old versions of setuptools write this for nothing.
            if !OF_THE_FILE.contains(&key) && !matches!(value, "" | "UNKNOWN") {
                values.entry(key.to_owned()).or_default().extend(meaning(key, value));
            }
        }
        let body = meaning("description", &headers.body);
        if body.iter().any(|text| !text.is_empty()) {
            values.insert("description".to_owned(), body.into_iter().collect());
        }
        let left = headers.all("Dynamic").map(str::to_ascii_lowercase).collect();
        let version =
            headers.first("Metadata-Version").and_then(|text| Version::from_str(text).ok());
        let reliable = Version::new([2, 2]);
        let is_partial = is_sdist && version.is_none_or(|version| version < reliable);
        Self { values, left, is_partial }
    }

    /// The names of the fields.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The values of a field.
    pub(super) fn values(&self, key: &str) -> &BTreeSet<String> {
        self.values.get(key).unwrap_or(&NONE)
    }

    /// Returns whether the file states the field, or that there is none.
    pub(super) fn is_stated(&self, key: &str) -> bool {
        !self.left.contains(key) && (!self.is_partial || self.values.contains_key(key))
    }
}

/// The name of a field as the specification spells it: `Requires-Dist`.
pub(super) fn shown(key: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    key.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// The values that a line of a field stands for, in one spelling.
fn meaning(key: &str, value: &str) -> Vec<String> {
    let short = value.len() <= VALUE_LIMIT;
    vec![match key {
        "name" | "provides-extra" if short => normalize(value),
        "version" if short => {
            Version::from_str(value).map_or(value.to_owned(), |it| it.to_string())
        }
        "requires-python" if short => python(value),
        "requires-dist" | "provides-dist" | "obsoletes-dist" if short => requirement(value),
        "keywords" => {
            let words = value.split([',', ' ', '\n']).map(str::trim);
            return words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        }
        // Old files mark the lines of a description by a bar.
        "description" => joined(value.replace("\n|", "\n").trim_start_matches('|')),
        _ => joined(value),
    }]
}

/// The text with one blank between two words.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Specifiers in one spelling and order.
fn python(text: &str) -> String {
    let text = text.trim();
    let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    specifiers::read(bare).map_or_else(|_| joined(bare), |all| specifiers::spelled(&all))
}

/// A requirement in one spelling: `name[extra] >=1; marker`. What is none is compared as it is written.
fn requirement(text: &str) -> String {
    Requirement::read(text).map_or_else(|_| joined(text), |requirement| requirement.spelled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_of_one_meaning_have_one_spelling() {
        for (one, other) in [
            ("a; extra == 'docs'", "a ; extra == \"docs\""),
            ("A.b>=1,<2", "a-b (<2, >=1)"),
            ("a[X,y]", "a [y,x]"),
            ("a>=1.0; python_version<'3.9'", "a >=1.0;(python_version < \"3.9\")"),
            ("a; os_name == 'nt' and extra == 'B_c'", "a; extra == 'b-c' and os_name == 'nt'"),
            ("a @ https://example.org/x", "A @  https://example.org/x"),
            ("a; (os_name == 'nt') and extra == 'x'", "a; extra == 'x' and os_name == 'nt'"),
            (
                "a; (os_name == '1' or extra == '2') and sys_platform == '3'",
                "a; sys_platform == '3' and (extra == '2' or (os_name == '1'))",
            ),
        ] {
            assert_eq!(requirement(one), requirement(other));
        }
    }

    #[test]
    fn requirements_of_another_meaning_are_told_apart() {
        for (one, other) in [
            ("a", "b"),
            ("a>=1", "a>=2"),
            ("a[x]", "a"),
            ("a; extra == 'x'", "a; extra == 'y'"),
            ("a; os_name == 'nt' or extra == 'x'", "a; os_name == 'nt' and extra == 'x'"),
            ("a; 'x' in os_name", "a; 'x' not in os_name"),
            (
                "a; (os_name == '1' or extra == '2') and sys_platform == '3'",
                "a; os_name == '1' or extra == '2' and sys_platform == '3'",
            ),
            ("a; \"'\" == os_name", "a; '' == os_name"),
        ] {
            assert_ne!(requirement(one), requirement(other));
        }
    }

    #[test]
    fn other_fields_have_one_spelling_too() {
        assert_eq!(
            meaning("requires-python", "<4,>=3.8"),
            meaning("requires-python", ">= 3.8, <4")
        );
        assert_eq!(meaning("keywords", "a, b").len(), 2);
        assert_eq!(meaning("description", "|a\n|b  c\r\n"), meaning("description", "a\nb c"));
        assert_eq!(shown("requires-dist"), "Requires-Dist");
    }
}
